"""The executor that a run is started with, and what the workspace has to be for it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.executors import EXECUTORS, RAY, Executor, RayExecutor, remove_left_clusters
from pipeline.files.mounts import network_file_system
from pipeline.store import Workspace
from pipeline.store.database import is_server


def executor_named(name: str, workspace: Workspace) -> Executor:
    """The executor of that name, when what a killed run of this workspace left of Ray is removed.

    Raises ``ConfigurationError`` where the workspace may not be used by it.
    """
    require_database(workspace, on_cluster=name == RAY)
    owner = hashlib.sha256(os.fsencode(workspace.root)).hexdigest()
    remove_left_clusters(owner)
    if name != RAY:
        return EXECUTORS[name]
    settings = workspace.settings.ray
    return RayExecutor(settings, partial(_has_room, workspace, settings.plaintext_limit_mb * 1_000_000), owner=owner)


def require_database(workspace: Workspace, *, on_cluster: bool) -> None:
    """Raises ``ConfigurationError`` where a database that is a file is to be used from several machines.

    On a network file system each would see another state of it, and SQLite then loses what was committed.
    """
    if is_server(workspace.db):
        return
    move = "copy it to PostgreSQL with `offrecord db copy`"
    if on_cluster and workspace.settings.ray.address:
        raise ConfigurationError(
            "several machines cannot use a database that is a file", action=f"{move}, or leave ray.address empty"
        )
    if kind := network_file_system(workspace.root):
        raise ConfigurationError(
            f"the database is a file on a network file system ({kind}), where SQLite can lose what was written",
            action=f"{move}, or move the workspace to a local disk",
        )


def _has_room(workspace: Workspace, limit_bytes: int) -> bool:
    """Whether less than that lies unencrypted in the workspace: opened recordings and unfinished renditions."""
    return sum(_sizes(workspace.scratch)) + sum(_sizes(workspace.vault.opened_folder)) < limit_bytes


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # what a worker has finished with is gone
            yield path.lstat().st_size
