"""Proof (i): what goes to the encoder is exactly silent in every window, by arithmetic of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.media.tone import LEVEL_DBFS
from pipeline.records import Check, ProofVerdict, Window
from pipeline.render.proof.near import Near

NAME = "zeros before encoding"
TONE_PEAK = 10 ** (LEVEL_DBFS / 20) * 1.001


class ZeroTap:
    """Sees every block on its way to the encoder and remembers the first sample that should not be there."""

    def __init__(self, windows: Sequence[Window], *, rate: int, tone: bool = False) -> None:
        self._windows = Near(windows)
        self._count = len(windows)
        self._rate = rate
        self._limit = TONE_PEAK if tone else 0.0
        self._first: int | None = None
        self._seen = 0

    def track(self, track_id: str, at: int, block: NDArray[np.float32]) -> None:
        """A silenced block of one track: zero in the track's windows and in those of every track."""
        windows = self._near(at, block)
        self._look([window for window in windows if window.track_id in (None, track_id)], at, block, 0.0)

    def mixed(self, at: int, block: NDArray[np.float32]) -> None:
        """A block as the encoder gets it: zero, or no louder than the tone, in the windows of every track."""
        self._look([window for window in self._near(at, block) if window.track_id is None], at, block, self._limit)
        self._seen += len(block)

    def check(self, length: int) -> Check:
        """The verdict, after ``length`` samples should have passed."""
        if self._first is not None:
            at_s = self._first / self._rate
            return Check(name=NAME, verdict=ProofVerdict.LEAK, detail="sound in a window", at_s=at_s)
        if self._seen != length:
            return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail="not every sample was seen")
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{self._count} windows, {length} samples")

    def _near(self, at: int, block: NDArray[np.float32]) -> list[Window]:
        return self._windows.touching(at / self._rate, (at + len(block)) / self._rate)

    def _look(self, windows: Sequence[Window], at: int, block: NDArray[np.float32], limit: float) -> None:
        """A sample lasts from n/rate to (n+1)/rate: it belongs to a window that it shares any time with."""
        starts_s = (at + np.arange(len(block))) / self._rate
        loud = np.abs(block).max(axis=1, initial=0.0) > limit
        for window in windows:
            inside = (starts_s + 1 / self._rate > window.start_s) & (starts_s < window.end_s)
            found = np.flatnonzero(inside & loud)
            # The first sample may only touch the window in the last bit of a float.
            edge = 1e-6 / self._rate
            for index in found[:2]:
                if min(starts_s[index] + 1 / self._rate, window.end_s) - max(starts_s[index], window.start_s) > edge:
                    self._first = at + int(index) if self._first is None else self._first
