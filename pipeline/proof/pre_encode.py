"""Proof (i): what goes to the encoder is exactly silent in every window, by arithmetic of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline import spans
from pipeline.lexicon.counted import counted
from pipeline.media.tone import LEVEL_DBFS
from pipeline.proof.expected import Samples, Seconds
from pipeline.records import Check, ProofVerdict, RedactionInterval

NAME = "zeros before encoding"
# A thousandth for the rounding of the tone's own samples.
TONE_PEAK = 10 ** (LEVEL_DBFS / 20) * 1.001
# Of a sample's length: where it may only touch the window in the last bit of a float.
TOUCH = 1e-6


class PreEncodeCheck:
    """Sees every block on its way to the encoder and remembers the first sample that should not be there."""

    def __init__(self, windows: Sequence[RedactionInterval], *, rate: int, tone: bool = False) -> None:
        self._windows = tuple(windows)
        self._of_track: dict[str | None, list[Seconds]] = {None: self._merged(None)}
        self._rate = rate
        self._limit = TONE_PEAK if tone else 0.0
        self._first: int | None = None
        self._seen = 0
        self._inside = 0

    def track(self, track_id: str, at: int, block: Samples) -> None:
        """A silenced block of one track: zero in the track's windows and in those of every track."""
        if track_id not in self._of_track:
            self._of_track[track_id] = self._merged(track_id)
        self._inside += self._look(self._of_track[track_id], at, block, 0.0)

    def mixed(self, at: int, block: Samples) -> None:
        """A block as the encoder gets it: zero, or no louder than the tone, in the windows of every track."""
        self._look(self._of_track[None], at, block, self._limit)
        self._seen += len(block)

    def check(self, length: int) -> Check:
        """The verdict, after ``length`` samples should have passed."""
        if self._first is not None:
            at_s = self._first / self._rate
            return Check(name=NAME, verdict=ProofVerdict.LEAK, detail="sound in a window", at_s=at_s)
        if self._seen != length:
            return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail="not every sample was seen")
        detail = f"{counted(len(self._windows), 'window')}, {length} samples"
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=detail)

    def check_windows(self, length: int, *, track_id: str) -> Check:
        """The verdict where only what is near a window passes, of one track's sound of ``length`` samples."""
        wanted_s = spans.total(spans.clip(self._merged(track_id), 0.0, length / self._rate))
        # Each window may lose a sample to rounding at its ends.
        whole = self._inside >= wanted_s * self._rate - len(self._windows)
        self._seen = length if whole else -1
        return self.check(length)

    def _merged(self, track_id: str | None) -> list[Seconds]:
        """The windows of every track, and those of ``track_id``, merged."""
        return spans.merge(spans.times(window for window in self._windows if window.track_id in (None, track_id)))

    def _look(self, windows: Sequence[Seconds], at: int, block: Samples, limit: float) -> int:
        """A sample lasts from n/rate to (n+1)/rate: it belongs to a window that it shares any time with.

        Gives how many samples of the block belong to a window.
        """
        belongs = np.zeros(len(block), np.bool_)
        for start_s, end_s in spans.overlapping(windows, at / self._rate, (at + len(block)) / self._rate):
            first, last = int(start_s * self._rate) - 2 - at, int(end_s * self._rate) + 3 - at
            part = slice(max(0, first), max(0, last))
            starts_s = (at + part.start + np.arange(len(block[part]))) / self._rate
            inside = (starts_s + 1 / self._rate > start_s) & (starts_s < end_s)
            belongs[part] |= inside
            loud = np.flatnonzero(inside & (np.abs(block[part]).max(axis=1, initial=0.0) > limit))
            for index in loud[:2]:
                shared_s = min(starts_s[index] + 1 / self._rate, end_s) - max(starts_s[index], start_s)
                if shared_s > TOUCH / self._rate:
                    number = at + part.start + int(index)
                    self._first = number if self._first is None else self._first
        return int(belongs.sum())
