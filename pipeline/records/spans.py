"""Arithmetic of spans with outcomes: the most closed of what overlaps, with equal neighbours joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.records.session import Interval
from pipeline.records.vocabulary import Outcome

Span = tuple[Interval, Outcome]


def swept(spans: Iterable[Span], end_s: float, *, elsewhere: Outcome) -> tuple[Span, ...]:
    """The most closed outcome at every moment from 0 to ``end_s``; ``elsewhere`` where no span lies.

    In order, without gaps; neighbours differ.
    """
    given = [(span, outcome) for span, outcome in spans if span.start_s < span.end_s]
    borders = {0.0, end_s, *(at for span, _ in given for at in (span.start_s, span.end_s))}
    inside = sorted(at for at in borders if 0.0 <= at <= end_s)
    pieces = []
    for start_s, stop_s in pairwise(inside):
        over = [outcome for span, outcome in given if span.start_s <= start_s and stop_s <= span.end_s]
        worst = max(over, key=lambda outcome: outcome.restrictiveness, default=elsewhere)
        pieces.append((Interval(start_s=start_s, end_s=stop_s), worst))
    return _joined(pieces)


def only(spans: Iterable[Span], *, at_least: Outcome) -> tuple[Interval, ...]:
    """The spans that are at least as closed as ``at_least``, neighbours joined."""
    same = [(span, at_least) for span, outcome in spans if outcome.restrictiveness >= at_least.restrictiveness]
    return tuple(span for span, _ in _joined(same))


def _joined(pieces: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span, outcome in pieces:
        if joined and joined[-1][1] is outcome and joined[-1][0].end_s == span.start_s:
            span = Interval(start_s=joined.pop()[0].start_s, end_s=span.end_s)
        joined.append((span, outcome))
    return tuple(joined)
