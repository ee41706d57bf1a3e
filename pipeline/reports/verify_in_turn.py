"""Which originals `offrecord verify` reads this time, when it is told how much: those that follow the last time's."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.store import Workspace

_STAGE, _NAME = "verified", "originals"
_MEGABYTE = 1_000_000


def originals_in_turn(workspace: Workspace, sizes: Mapping[str, int], *, megabytes: int) -> list[str]:
    """The digests to read, at least one where there is any, in the order of their digests; begins again at the end."""
    last = workspace.stages.get(_STAGE, _NAME, str) or ""
    digests, left = sorted(sizes), megabytes * _MEGABYTE
    behind = [digest for digest in digests if digest > last]
    tonight: list[str] = []
    for digest in (*behind, *digests[: len(digests) - len(behind)]):
        if left <= 0:
            break
        tonight.append(digest)
        left -= max(1, sizes[digest])
    if tonight:
        workspace.stages.put(_STAGE, _NAME, tonight[-1])
    return tonight
