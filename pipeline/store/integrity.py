"""Whether what a workspace holds is as the program left it: its keys, the rows of its tables, and what is published."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import WorkspaceDamaged
from pipeline.files import file_digest
from pipeline.records import OutFile
from pipeline.store import releases, row_seals
from pipeline.store.chains import Head, HeadsLost
from pipeline.store.database import reading
from pipeline.store.row_seals import TableSeal
from pipeline.store.tables.row_seals import SEALED
from pipeline.store.workspace import KEYS, Workspace


def changed_keys(workspace: Workspace) -> list[str]:
    """The keys that are missing, or not those that the workspace was made with."""
    changed = []
    for name in KEYS:
        try:
            if not workspace.heads.knows_key(name, workspace.key(name)):
                changed.append(name)
        except (WorkspaceDamaged, HeadsLost):
            changed.append(name)
    return changed


def changed_tables(workspace: Workspace) -> list[str]:
    """The tables whose rows were changed, added or taken out behind the program, or are those of an earlier state."""
    try:
        # Before the database: what another command writes in between is then later than what was kept, not earlier.
        kept = workspace.heads.kept_seals()
    except HeadsLost:
        return sorted(table.name for table in SEALED)
    with reading(workspace.db) as connection:
        broken = row_seals.broken(connection, workspace.sealer)
        seals = row_seals.read(connection, workspace.sealer)
    earlier = {name for name, seal in seals.items() if seal and _is_earlier(seal, kept.get(name))}
    return sorted({*broken, *earlier})


def _is_earlier(seal: TableSeal, kept: Head | None) -> bool:
    """Whether a seal is of an earlier state than was kept of it, or another of the same version."""
    return kept is not None and (seal.version < kept.seq or (seal.version == kept.seq and seal.total != kept.hash))


def check(workspace: Workspace) -> None:
    """Raises ``WorkspaceDamaged`` where a key, or the rows of a table, are not as the program left them."""
    keys = changed_keys(workspace)
    if keys:
        raise WorkspaceDamaged(
            f"keys are missing or not those of this workspace: {', '.join(keys)}",
            action="restore keys/ from its backup",
        )
    changed = changed_tables(workspace)
    if changed:
        raise WorkspaceDamaged(
            f"rows were changed outside of Offrecord in: {', '.join(changed)}",
            action="restore offrecord.db and heads from one backup",
        )


def missing_renditions(workspace: Workspace) -> list[str]:
    """The renditions that the ledger says are published and that are not in their place, as paths within ``out``."""
    return [
        f"{session_id}/{audience}"
        for session_id, audience in releases.published_entries(workspace.ledger).current
        if not (workspace.out / session_id / audience).is_dir()
    ]


def changed_exports(folder: Path, written: Iterable[OutFile], begun: Iterable[OutFile] = ()) -> list[str]:
    """The files of the folder of exports that are missing, changed or added since they were ``written``.

    Those that were ``begun`` later may be there in their place, as a kill leaves them. Links and folders in it were
    added, whatever they are called.
    """
    known: dict[str, set[str]] = {}
    for file in (*written, *begun):
        known.setdefault(file.name, set()).add(file.digest)
    there = {path.name: path for path in sorted(folder.iterdir())} if folder.is_dir() else {}
    plain = {name for name, path in there.items() if path.is_file() and not path.is_symlink()}
    same = {name for name in plain & known.keys() if file_digest(there[name]) in known[name]}
    return sorted((there.keys() | {file.name for file in written}) - same)
