"""Windows over speech: where they begin, and how much each moment is like each voice by the windows around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.diarization.checkpoint import Array
from pipeline.diarization.fbank import HOP, RATE
from pipeline.diarization.speaker_encoder import FRAMES

WINDOW_S, WINDOW_STEP_S = FRAMES * HOP / RATE, 0.4
_BROAD_S = 1.6
"""How much speech says whose voice a moment is: two windows' length, by the mean vector of three windows."""
_TRACE = 1e-6
"""The least weight, so that the edge of a window still counts where no other window reaches."""
_AT_ONCE = 600
"""Moments that are held against the windows around them at once: what is said without a pause may be long."""

Seconds = npt.NDArray[np.floating]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much the windows that begin at ``starts`` are like each voice: cosines of shape (windows, voices).

    ``narrow`` is of each window alone, ``broad`` of the mean with its neighbours: surer of a voice that goes on, and
    deaf to one that says a word. ``usual`` is how much the windows of each voice are like each, their median, shape
    (voices, voices).
    """

    starts: Seconds
    broad: Array
    narrow: Array
    usual: Array

    def at(self, middles: Seconds) -> tuple[Array, Array]:
        """Broad and narrow cosines at moments in order, shape (moments, voices) each."""
        parts = [self._at(middles[first : first + _AT_ONCE]) for first in range(0, len(middles), _AT_ONCE)]
        return np.concatenate([broad for broad, _ in parts]), np.concatenate([narrow for _, narrow in parts])

    def _at(self, middles: Seconds) -> tuple[Array, Array]:
        near = slice(
            np.searchsorted(self.starts, middles[0] - _BROAD_S), np.searchsorted(self.starts, middles[-1] + 1.0)
        )
        apart = np.abs(middles[:, None] - self.starts[near] - WINDOW_S / 2)
        return _weighted(apart, self.broad[near], _BROAD_S), _weighted(apart, self.narrow[near], WINDOW_S)


def likeness(starts: Seconds, vectors: Array, voices: Array) -> Likeness:
    """The likeness of windows by their vectors of length 1, shape (n, 192), to the directions of the voices."""
    broad, narrow = with_neighbours(starts, vectors) @ voices.T, vectors @ voices.T
    nearest = np.argmax(broad, axis=1)
    of_each = (narrow[nearest == voice] for voice in range(len(voices)))
    usual = [np.median(cosines, axis=0) if len(cosines) else np.zeros(len(voices)) for cosines in of_each]
    return Likeness(starts, broad, narrow, np.array(usual, np.float32))


def _weighted(apart: Seconds, cosines: Array, length_s: float) -> Array:
    """The mean of cosines by how near a window's middle is, out to half a length."""
    weights = np.where(apart <= length_s / 2, np.maximum(1.0 - 2 * apart / length_s, 0.0) + _TRACE, 0.0)
    return np.asarray((weights @ cosines) / np.maximum(weights.sum(axis=1, keepdims=True), _TRACE), np.float32)


def window_starts(speech: list[Span], duration_s: float) -> Seconds:
    """Where the windows begin, in order: every step of each stretch of speech, and one around a shorter stretch."""
    starts: list[float] = []
    for start_s, end_s in speech:
        length_s = end_s - start_s
        if length_s <= WINDOW_S:
            starts.append(max(0.0, min((start_s + end_s - WINDOW_S) / 2, duration_s - WINDOW_S)))
        else:
            count = int(np.ceil((length_s - WINDOW_S) / WINDOW_STEP_S)) + 1
            starts += np.linspace(start_s, end_s - WINDOW_S, count).tolist()
    return np.sort(np.array(starts))


def frames_of(starts: Seconds, count: int) -> npt.NDArray[np.int64]:
    """Which frames of all the features each window has, shape (n, FRAMES)."""
    firsts = np.round(starts * RATE / HOP).astype(np.int64)
    return np.asarray(np.minimum(firsts[:, None] + np.arange(FRAMES), count - 1))


def with_neighbours(starts: Seconds, vectors: Array) -> Array:
    """For each window the mean direction of its vector and of those a step before and after it."""
    reach_s = WINDOW_STEP_S + 0.01
    firsts = np.searchsorted(starts, starts - reach_s)
    lasts = np.searchsorted(starts, starts + reach_s, side="right")
    sums = np.concatenate([np.zeros((1, vectors.shape[1])), np.cumsum(vectors, axis=0, dtype=np.float64)])
    means = sums[lasts] - sums[firsts]
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9), np.float32)


def is_pure(starts: Seconds, cuts: Seconds) -> npt.NDArray[np.bool_]:
    """Whether no other voice begins, at ``cuts`` in order, within a window and its neighbours."""
    ends = np.searchsorted(cuts, starts + WINDOW_S + WINDOW_STEP_S)
    return np.asarray(ends == np.searchsorted(cuts, starts - WINDOW_STEP_S, side="right"))
