"""Puts a neutral tone in the place of silence, faded at both ends inside the span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline import spans
from pipeline.media.tone import second_of_tone
from pipeline.render.sample_ranges import SampleRange

# Ten milliseconds are enough that the tone does not click where it begins and ends.
FADE_S = 0.01


def put_tone(block: NDArray[np.float32], at: int, ranges: Sequence[SampleRange], *, rate: int) -> None:
    """Replace, in place, on every channel, what ``ranges`` take out of a block whose first sample is number ``at``."""
    for start, end in spans.overlapping(ranges, at, at + len(block)):
        first, last = max(start, at), min(end, at + len(block))
        block[first - at : last - at] = _tone_within(start, end, first, last, rate=rate)[:, None]


def _tone_within(start: int, end: int, first: int, last: int, *, rate: int) -> NDArray[np.float32]:
    """Samples ``first`` to ``last`` of the tone that fills the range from ``start`` to ``end``."""
    number = np.arange(first, last)
    edge = np.minimum(number - start, end - 1 - number) / max(1.0, FADE_S * rate)
    return (second_of_tone(rate)[number % rate] * np.minimum(1.0, edge)).astype(np.float32)
