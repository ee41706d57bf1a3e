"""Names of voices that were told apart again: what people said of a voice holds where its turns are the same.

Where that is not clear, nobody has said whose the voice is, and people are asked again. Turns are all that is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline import spans
from pipeline.records import Diarization
from pipeline.store import Workspace, voices

SAME_FROM = 0.8
"""The share of what two voices speak together that both speak, from which they are one voice.

The sample voices mixed as ``make bench-voices`` does, and told apart with windows twice as far apart, a lower floor of
speech or clusters that may lie farther apart: two people's voices never shared 0.3, those of one person 0.8 and more
but for dense talk and the farther windows, where they shared 0.34 to 0.8 and people are asked again.
"""
_REASON = "said before of the same turns"


def keep_names(workspace: Workspace, session_id: str, before: Diarization, now: Diarization) -> None:
    """Keeps what people said of the voices as they were, of those that are the same; in one step, and once.

    Somebody who has several voices is known by all of them or by none: what of theirs is another's by now would stay
    when they are taken out. Nothing is kept where a voice of nobody on the list has gone, which holds the session.
    """
    mark = voices.mark_of(before)
    names = voices.latest_names(workspace.db, session_id, mark)
    same = same_voices(before, now)
    lost = {name.participant_id for cluster, name in names.items() if cluster not in same}
    if "" in lost:
        return
    kept = [replace(name, cluster=same[cluster]) for cluster, name in names.items() if name.participant_id not in lost]
    voices.keep(workspace.db, session_id, kept, before=mark, mark=voices.mark_of(now), reason=_REASON)


def same_voices(before: Diarization, now: Diarization) -> Mapping[int, int]:
    """The clusters of one diarization that are the same turns in another, by their numbers in both, one to one."""
    return {
        first: second for first in before.clusters for second in now.clusters if _shared(before, first, now, second)
    }


def _shared(before: Diarization, first: int, now: Diarization, second: int) -> bool:
    """Whether two voices are one: as a voice's turns overlap no other's, that is so of one pair at most."""
    left, right = spans.times(before.of(first)), spans.times(now.of(second))
    return spans.total(spans.intersect(left, right)) >= SAME_FROM * spans.total([*left, *right])
