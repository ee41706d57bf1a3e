"""Turns the windows of a plan into whole samples: pure arithmetic, always outward."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline import spans
from pipeline.records import RedactionInterval

SampleRange = tuple[int, int]


def samples_of(
    windows: Iterable[RedactionInterval], track_id: str | None, *, rate: int, length: int
) -> tuple[SampleRange, ...]:
    """The half-open sample ranges to take out of one track, merged, in order and inside ``[0, length)``.

    A window without a track concerns every track. Starts are floored and ends ceiled, so nothing of a window stays.
    """
    outward = (
        (math.floor(window.start_s * rate), math.ceil(window.end_s * rate))
        for window in windows
        if window.track_id is None or window.track_id == track_id
    )
    return tuple(spans.merge(spans.clip(outward, 0, length)))


def silence(block: NDArray[np.float32], at: int, ranges: Sequence[SampleRange]) -> None:
    """Replace by zeros, in place, what ``ranges`` take out of a block whose first sample is number ``at``."""
    for start, end in spans.overlapping(ranges, at, at + len(block)):
        block[max(0, start - at) : end - at] = 0.0
