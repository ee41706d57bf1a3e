"""In which spans a mix must be silent: where every track of it is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.records import RedactionInterval

Seconds = tuple[float, float]


def silent_everywhere(
    windows: Sequence[RedactionInterval], track_ids: Sequence[str], *, end_s: float
) -> tuple[Seconds, ...]:
    """The spans up to ``end_s``, in seconds, in order and merged, in which a window covers every one of the tracks."""
    common: list[Seconds] | None = None
    for track_id in track_ids:
        spans = _merged((window.start_s, window.end_s) for window in windows if window.track_id in (None, track_id))
        common = spans if common is None else _shared(common, spans)
    return tuple((start_s, min(stop_s, end_s)) for start_s, stop_s in common or () if start_s < end_s)


def _merged(spans: Iterable[Seconds]) -> list[Seconds]:
    merged: list[Seconds] = []
    for start_s, end_s in sorted(spans):
        if merged and start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return merged


def _shared(one: Sequence[Seconds], other: Sequence[Seconds]) -> list[Seconds]:
    shared, first, second = [], 0, 0
    while first < len(one) and second < len(other):
        start_s, end_s = max(one[first][0], other[second][0]), min(one[first][1], other[second][1])
        if start_s < end_s:
            shared.append((start_s, end_s))
        if one[first][1] < other[second][1]:
            first += 1
        else:
            second += 1
    return shared
