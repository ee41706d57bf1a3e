"""Proof (i): what goes to the encoder is exactly silent in every window, by arithmetic of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.media.tone import LEVEL_DBFS
from pipeline.proof.windows import Near
from pipeline.records import Check, ProofVerdict, RedactionInterval

NAME = "zeros before encoding"
TONE_PEAK = 10 ** (LEVEL_DBFS / 20) * 1.001


class ZeroTap:
    """Sees every block on its way to the encoder and remembers the first sample that should not be there."""

    def __init__(self, windows: Sequence[RedactionInterval], *, rate: int, tone: bool = False) -> None:
        self._windows = Near(windows)
        self._all = tuple(windows)
        self._rate = rate
        self._limit = TONE_PEAK if tone else 0.0
        self._first: int | None = None
        self._seen = 0
        self._inside = 0

    def track(self, track_id: str, at: int, block: NDArray[np.float32]) -> None:
        """A silenced block of one track: zero in the track's windows and in those of every track."""
        windows = [window for window in self._near(at, block) if window.track_id in (None, track_id)]
        self._inside += self._look(windows, at, block, 0.0)

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
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{len(self._all)} windows, {length} samples")

    def check_windows(self, length: int, *, track_id: str) -> Check:
        """The verdict where only what is near a window passes, of one track's sound of ``length`` samples."""
        wanted_s, reached_s = 0.0, 0.0
        own = [window for window in self._all if window.track_id in (None, track_id)]
        for window in sorted(own, key=lambda window: window.start_s):
            start_s, end_s = max(reached_s, window.start_s), min(window.end_s, length / self._rate)
            wanted_s += max(0.0, end_s - start_s)
            reached_s = max(reached_s, end_s)
        if self._inside < wanted_s * self._rate - len(self._all):
            self._seen = -1
        else:
            self._seen = length
        return self.check(length)

    def _near(self, at: int, block: NDArray[np.float32]) -> list[RedactionInterval]:
        return self._windows.touching(at / self._rate, (at + len(block)) / self._rate)

    def _look(self, windows: Sequence[RedactionInterval], at: int, block: NDArray[np.float32], limit: float) -> int:
        """A sample lasts from n/rate to (n+1)/rate: it belongs to a window that it shares any time with.

        Gives how many samples of the block belong to a window.
        """
        belongs = np.zeros(len(block), np.bool_)
        for window in windows:
            first, last = int(window.start_s * self._rate) - 2 - at, int(window.end_s * self._rate) + 3 - at
            part = slice(max(0, first), max(0, last))
            starts_s = (at + part.start + np.arange(len(block[part]))) / self._rate
            inside = (starts_s + 1 / self._rate > window.start_s) & (starts_s < window.end_s)
            belongs[part] |= inside
            found = np.flatnonzero(inside & (np.abs(block[part]).max(axis=1, initial=0.0) > limit))
            # The first sample may only touch the window in the last bit of a float.
            edge = 1e-6 / self._rate
            for index in found[:2]:
                if min(starts_s[index] + 1 / self._rate, window.end_s) - max(starts_s[index], window.start_s) > edge:
                    number = at + part.start + int(index)
                    self._first = number if self._first is None else self._first
        return int(belongs.sum())
