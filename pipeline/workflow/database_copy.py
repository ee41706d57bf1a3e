"""Copies the database of a workspace to another place, and brings a server's database up to date."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageProblem
from pipeline.files import sync_folder
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, database, database_copy, integrity
from pipeline.store.workspace_files import DATABASE

TO_FILE = "sqlite"
"""What is written instead of an address for the file of the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCopied:
    """What was copied: how many tables and rows, and what is to be done next."""

    tables: int
    rows: int
    next: str


def copy_database(workspace: Workspace, target: str) -> DatabaseCopied:
    """Copies the database into an empty one at a PostgreSQL address, or into the file of the workspace.

    The workspace goes on with the database that it has until its settings name the other. Holds the lock of the
    workspace and that of its consent log, so that nothing is written meanwhile; raises ``LockHeld`` while a run works,
    ``WorkspaceDamaged`` where the database is not as it was left, and ``UsageProblem`` where it is there already.
    """
    has_server = database.is_server(workspace.db)
    if (target == TO_FILE) != has_server:
        raise UsageProblem(
            "the database of this workspace is already of that kind",
            action="give the address of a new PostgreSQL database"
            if not has_server
            else "give `sqlite` to copy it back into a file",
        )
    with workspace.locked():
        workspace.sweep()
        integrity.check(workspace)
        counts = _write_new_file(workspace) if has_server else _fill(workspace, target)
    return DatabaseCopied(
        tables=len(counts), rows=sum(counts.values()), next=_next_step(target, workspace.settings.database.url)
    )


def _write_new_file(workspace: Workspace) -> Mapping[str, int]:
    """Writes the file of the workspace: whole, and then in its place by one rename."""
    file = workspace.scratch / DATABASE
    counts = write_file(workspace, file)
    file.rename(workspace.root / DATABASE)
    sync_folder(workspace.root)
    return counts


def write_file(workspace: Workspace, path: Path) -> Mapping[str, int]:
    """Writes the database as a new SQLite file, wherever it is; how many rows each table has."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return _fill(workspace, path)


def _fill(workspace: Workspace, place: Path | str) -> Mapping[str, int]:
    engine = database.connect(place, workspace.sealer)
    try:
        with workspace.db.begin() as source:
            return database_copy.copy(source, engine, workspace.sealer)
    finally:
        engine.dispose()


def _next_step(target: str, url: str) -> str:
    if target == TO_FILE:
        return f"take database.url out of {FILE_NAME}, then drop the database at {url}, which no erasure reaches"
    return f'write url = "{target}" under [database] in {FILE_NAME}, then remove {DATABASE}, which no erasure reaches'
