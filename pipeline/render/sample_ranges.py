"""Turns the windows of a plan into whole samples: pure arithmetic, always outward."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.records import RedactionInterval

Samples = tuple[int, int]


def samples_of(
    windows: Iterable[RedactionInterval], track_id: str | None, *, rate: int, length: int
) -> tuple[Samples, ...]:
    """The half-open sample ranges to take out of one track, merged, in order and inside ``[0, length)``.

    A window without a track concerns every track. Starts are floored and ends ceiled, so nothing of a window stays.
    """
    ranges = sorted(
        (max(0, math.floor(window.start_s * rate)), min(length, math.ceil(window.end_s * rate)))
        for window in windows
        if window.track_id is None or window.track_id == track_id
    )
    merged: list[Samples] = []
    for start, end in ranges:
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def silence(block: NDArray[np.float32], at: int, ranges: Sequence[Samples]) -> None:
    """Replace by zeros, in place, what ``ranges`` take out of a block whose first sample is number ``at``."""
    for start, end in touching(ranges, at, at + len(block)):
        block[max(0, start - at) : end - at] = 0.0


def touching(ranges: Sequence[Samples], first: int, last: int) -> Sequence[Samples]:
    """Those of the merged ``ranges`` that share a sample with ``[first, last)``."""
    return ranges[
        bisect_right(ranges, first, key=lambda span: span[1]) : bisect_left(ranges, last, key=lambda span: span[0])
    ]
