"""The executor that a run is started with, and what the workspace has to be for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.executors import EXECUTORS, RAY, Executor, RayExecutor
from pipeline.store import Workspace
from pipeline.store.database import is_server


def executor_named(name: str, workspace: Workspace) -> Executor:
    """The executor of that name; raises ``ConfigurationError`` where the workspace cannot be used from a cluster."""
    if name != RAY:
        return EXECUTORS[name]
    settings = workspace.settings.ray
    if settings.address:
        require_server(workspace)
    return RayExecutor(settings, partial(_has_room, workspace, settings.plaintext_limit_mb * 1_000_000))


def require_server(workspace: Workspace) -> None:
    """Raises ``ConfigurationError`` where the database is a file, which each machine would see otherwise."""
    if not is_server(workspace.db):
        raise ConfigurationError(
            "several machines cannot use a database that is a file",
            action="copy it to PostgreSQL with `offrecord db copy`, or leave ray.address empty",
        )


def _has_room(workspace: Workspace, limit_bytes: int) -> bool:
    """Whether less than that lies unencrypted in the workspace: opened recordings and unfinished renditions."""
    return sum(_sizes(workspace.scratch)) + sum(_sizes(workspace.vault.opened_folder)) < limit_bytes


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # what a worker has finished with is gone
            yield path.lstat().st_size
