"""What a check reads that is told how much: what follows the last time's, so that everything has its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.store import Workspace

_STAGE = "verified"
MEGABYTE = 1_000_000


def next_round(
    workspace: Workspace, check: str, names: Iterable[str], *, size_of: Callable[[str], int], limit: int
) -> list[str]:
    """The names to read, at least one where there is any, in their order; begins again at the end.

    ``check`` tells one check from another. ``size_of`` and ``limit`` have the same unit, nothing counts less than 1,
    and only what is read is measured.
    """
    last = workspace.stages.get(_STAGE, check, str) or ""
    names, left = sorted(names), limit
    behind = [name for name in names if name > last]
    tonight: list[str] = []
    for name in (*behind, *names[: len(names) - len(behind)]):
        if left <= 0:
            break
        tonight.append(name)
        left -= max(1, size_of(name))
    if tonight:
        workspace.stages.put(_STAGE, check, tonight[-1])
    return tonight
