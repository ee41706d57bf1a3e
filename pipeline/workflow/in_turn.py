"""What a check reads that is told how much: what follows the last time's, so that everything has its turn."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.store import Workspace

_STAGE = "verified"
MEGABYTE = 1_000_000


def in_turn(workspace: Workspace, what: str, sizes: Mapping[str, int], *, limit: int) -> list[str]:
    """The names to read, at least one where there is any, in their order; begins again at the end.

    ``what`` tells one check from another; ``sizes`` and ``limit`` have the same unit, and nothing counts less than 1.
    """
    last = workspace.stages.get(_STAGE, what, str) or ""
    names, left = sorted(sizes), limit
    behind = [name for name in names if name > last]
    tonight: list[str] = []
    for name in (*behind, *names[: len(names) - len(behind)]):
        if left <= 0:
            break
        tonight.append(name)
        left -= max(1, sizes[name])
    if tonight:
        workspace.stages.put(_STAGE, what, tonight[-1])
    return tonight
