"""What of a session leaves no trace where somebody is removed from a part of it: the one rule for words and chat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipeline import spans
from pipeline.records.plan import RemovedInterval
from pipeline.records.session import ChatLine

CHAT_CLOCK_S = 1.0
"""How exactly the time of a chat line is known, in seconds."""


class RemovedParts:
    """When somebody leaves no word or line, by who it is; what may be anybody's goes with everybody's."""

    def __init__(self, removed_intervals: Iterable[RemovedInterval]) -> None:
        intervals = tuple(removed_intervals)
        self._of_everybody = spans.merge(spans.times(part for part in intervals if not part.participant_id))
        self._of_anybody = spans.merge(spans.times(intervals))
        parts: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        for part in intervals:
            if part.participant_id is not None:
                parts[part.participant_id].append((part.start_s, part.end_s))
        self._of = {person: spans.merge([*own, *self._of_everybody]) for person, own in parts.items()}

    def takes(self, participant_id: str | None, start_s: float, end_s: float) -> bool:
        """Whether something said or written from ``start_s`` to ``end_s`` goes."""
        if participant_id is None:
            return bool(spans.overlapping(self._of_anybody, start_s, end_s))
        return bool(spans.overlapping(self._of.get(participant_id, self._of_everybody), start_s, end_s))


def is_left_out(line: ChatLine, removed: frozenset[str], parts: RemovedParts) -> bool:
    """Whether a chat line is in no output: not written to everyone, or by somebody who leaves no trace then.

    Where somebody was removed, lines of nobody known go too, as they may be theirs.
    """
    if line.direct or line.participant_id in removed or (line.participant_id is None and removed):
        return True
    start_s, end_s = line.at_s - CHAT_CLOCK_S, line.at_s + CHAT_CLOCK_S
    return parts.takes(line.participant_id, start_s, end_s)
