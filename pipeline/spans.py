"""Half-open intervals ``[start, end)``, in seconds, samples or characters: set arithmetic, and which of them overlap.

A span whose end does not lie behind its start is empty and never part of a result. ``merge``, ``subtract``,
``intersect`` and ``complement`` take spans in any order and give them merged: in order, apart, not touching. They sort,
so that they cost n log n; ``overlapping`` and ``contains`` search merged spans in log n.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

Number = TypeVar("Number", int, float)
Item = TypeVar("Item")
_start, _end = itemgetter(0), itemgetter(1)


class HasTimes(Protocol):
    """Whatever lasts from ``start_s`` to ``end_s``: a word, a cue, a window."""

    @property
    def start_s(self) -> float:
        """The first second that belongs to it."""

    @property
    def end_s(self) -> float:
        """The first second that does not."""


def times(timed: Iterable[HasTimes]) -> list[tuple[float, float]]:
    """The seconds of words, cues, windows and the like as spans, in their order."""
    return [(item.start_s, item.end_s) for item in timed]


def merge(spans: Iterable[tuple[Number, Number]], *, gap: Number = 0) -> list[tuple[Number, Number]]:
    """What the spans cover together; those that overlap, touch, or lie no further apart than ``gap`` are one."""
    merged: list[tuple[Number, Number]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start - merged[-1][1] <= gap:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def subtract(
    spans: Iterable[tuple[Number, Number]], taken: Iterable[tuple[Number, Number]]
) -> list[tuple[Number, Number]]:
    """What the spans cover and none of ``taken`` does."""
    left: list[tuple[Number, Number]] = []
    holes, first = merge(taken), 0
    for start, end in merge(spans):
        at = start
        while first < len(holes) and holes[first][0] < end:
            if at < holes[first][0]:
                left.append((at, holes[first][0]))
            at = max(at, holes[first][1])
            if holes[first][1] > end:
                break  # It may reach into the next span.
            first += 1
        if at < end:
            left.append((at, end))
    return left


def intersect(
    spans: Iterable[tuple[Number, Number]], others: Iterable[tuple[Number, Number]]
) -> list[tuple[Number, Number]]:
    """What both cover."""
    shared: list[tuple[Number, Number]] = []
    left, right = merge(spans), merge(others)
    first = second = 0
    while first < len(left) and second < len(right):
        start, end = max(left[first][0], right[second][0]), min(left[first][1], right[second][1])
        if start < end:
            shared.append((start, end))
        if left[first][1] < right[second][1]:
            first += 1
        else:
            second += 1
    return shared


def complement(spans: Iterable[tuple[Number, Number]], start: Number, end: Number) -> list[tuple[Number, Number]]:
    """What of ``[start, end)`` none of the spans covers."""
    return subtract([(start, end)], spans)


def clip(spans: Iterable[tuple[Number, Number]], start: Number, end: Number) -> list[tuple[Number, Number]]:
    """The part of each span within ``[start, end)``, in their order; a span that lies outside is left out."""
    clipped = ((max(start, span[0]), min(end, span[1])) for span in spans)
    return [span for span in clipped if span[0] < span[1]]


def pad(spans: Iterable[tuple[Number, Number]], by: Number) -> list[tuple[Number, Number]]:
    """Each span wider by ``by`` on both sides, or narrower where it is negative, in their order; empty ones left out.

    They may overlap afterwards: ``merge`` them.
    """
    padded = ((start - by, end + by) for start, end in spans if start < end)
    return [span for span in padded if span[0] < span[1]]


def total(spans: Iterable[tuple[Number, Number]]) -> Number:
    """The length of what the spans cover together; what several cover counts once."""
    return sum(end - start for start, end in merge(spans))


def overlapping(merged: Sequence[tuple[Number, Number]], start: Number, end: Number) -> Sequence[tuple[Number, Number]]:
    """Those of the merged spans that begin before ``end`` and end after ``start``, in order: a point counts inside."""
    return merged[bisect_right(merged, start, key=_end) : bisect_left(merged, end, key=_start)]


def contains(merged: Sequence[tuple[Number, Number]], at: Number) -> bool:
    """Whether one of the merged spans covers the point ``at``."""
    before = bisect_right(merged, at, key=_start)
    return before > 0 and at < merged[before - 1][1]


def sweep(
    rows: Iterable[tuple[Number, Number, Item]], start: Number, end: Number, *, rank: Callable[[Item], int], rest: Item
) -> list[tuple[Number, Number, Item]]:
    """The value of the highest ``rank`` at each point of ``[start, end)``, and ``rest`` where no row lies.

    In order, without gaps; neighbours differ in rank. Costs n log n for n rows of a few ranks.
    """
    changes: dict[Number, list[tuple[int, Item]]] = {start: [], end: []}
    for first, last, value in rows:
        if max(first, start) < min(last, end):
            changes.setdefault(max(first, start), []).append((1, value))
            changes.setdefault(min(last, end), []).append((-1, value))
    open_rows: dict[int, int] = {}
    values: dict[int, Item] = {}
    swept: list[tuple[Number, Number, Item]] = []
    for at, until in pairwise(sorted(changes)):
        for step, value in changes[at]:
            open_rows[rank(value)] = open_rows.get(rank(value), 0) + step
            values[rank(value)] = value
        highest = max((number for number, count in open_rows.items() if count), default=None)
        here = rest if highest is None else values[highest]
        if swept and rank(swept[-1][2]) == rank(here):
            swept[-1] = (swept[-1][0], until, swept[-1][2])
        else:
            swept.append((at, until, here))
    return swept


class SpanIndex(Generic[Item]):
    """Finds which of many items, whose spans may overlap, share time with a stretch; log n for each that it finds.

    A balanced tree over the items in order of their start, each node with the latest end below it.
    """

    def __init__(self, items: Iterable[Item], span: Callable[[Item], tuple[float, float]]) -> None:
        rows = sorted(((*span(item), item) for item in items), key=itemgetter(0, 1))
        self._items = [item for _, _, item in rows]
        self._starts = [start for start, _, _ in rows]
        self._leaves = 1 << max(0, len(rows) - 1).bit_length()
        self._latest = [float("-inf")] * (2 * self._leaves)
        self._latest[self._leaves : self._leaves + len(rows)] = [end for _, end, _ in rows]
        for node in range(self._leaves - 1, 0, -1):
            self._latest[node] = max(self._latest[2 * node], self._latest[2 * node + 1])

    def overlapping(self, start: float, end: float) -> Iterator[Item]:
        """The items that begin before ``end`` and end after ``start``, in order of their start and end."""
        count = bisect_left(self._starts, end)
        waiting = [(1, 0, self._leaves)]
        while waiting:
            node, first, size = waiting.pop()
            if first >= count or self._latest[node] <= start:
                continue
            if size == 1:
                yield self._items[first]
            else:
                waiting += [(2 * node + 1, first + size // 2, size // 2), (2 * node, first, size // 2)]
