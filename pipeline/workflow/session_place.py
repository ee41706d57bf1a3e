"""Where the recording of a session lies in the inbox, for a person who knows its id from the report."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import UsageProblem
from pipeline.store import Workspace
from pipeline.store.registry import Registry


def place_of(path_or_id: Path, workspace: Workspace) -> Path:
    """A path that is there as it is; else that of the session, or of the refused folder, whose id it is.

    Raises ``UsageProblem`` where it is neither, and where the session has left the inbox or lies there several times.
    """
    if path_or_id.exists():
        return path_or_id
    entries = Registry(workspace.db).entries()
    paths = [Path(path) for path, entry in entries.items() if str(path_or_id) in (entry.session_id, entry.entry_id)]
    if not paths:
        raise UsageProblem(
            "no such folder or file, nor a session of that id", action="give its path, or the id that the report has"
        )
    there = [path for path in paths if path.exists()]
    if not there:
        raise UsageProblem("the session has left the inbox", action="give the path where it lies now")
    if len(there) > 1:
        raise UsageProblem(
            f"the session lies in {len(there)} places of the inbox",
            action="give one of them; `offrecord status --paths` names them",
        )
    return there[0]
