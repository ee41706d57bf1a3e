"""Proof (ii), second half: what was taken out of each track is not in the finished sound, even under other voices.

The finished file is compared with the sources: in every window the removed sound is fitted to what is left after the
voices that stay are taken away. A fit of 1 means it is all there, 0 that it is not. Where the removed sound is fainter
than the coding noise of the others, nothing can be told: there the zeros before encoding are the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.proof.windows import Near
from pipeline.records import Check, ProofVerdict
from pipeline.render.mix import mixed
from pipeline.render.sample_ranges import samples_of
from pipeline.render.sound import Score, part_blocks
from pipeline.render.tone import lay_tone

NAME = "removed sound is gone"
CHUNK_S, EDGE_S, LEAST_S = 0.1, 0.02, 0.005
LEAST_ALIKE = 0.6
MOST_FIT = 0.3
QUIET_DBFS = -50.0
# Containers round the length of what they hold; nothing is looked for behind the end of either sound.
END_S = 0.05
# Less than a fit of MOST_FIT would leave of the faintest sound that is looked for.
FAINT = 10 ** (QUIET_DBFS / 10) * MOST_FIT**2


class Residue:
    """Hears the finished sound beside its sources, block by block, and remembers the best fit of what was removed."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self._sources = [part_blocks(score, part) for part in score.parts] if score.windows else []
        self._near = Near(score.windows)
        self._at = self._compared = self._behind = 0
        self._worst = 0.0
        self._leak_s: float | None = None

    def hear(self, heard: NDArray[np.float32]) -> None:
        """The next block of the finished sound: ``BLOCK`` samples at the score's rate, the last may be shorter.

        The sources are decoded up to the last block in which something is left that could be theirs, and no further.
        """
        wanted = min(len(heard), self.score.length - self._at)
        if not self._sources or wanted <= 0:
            return
        masks = [_mask(self._near, part.track_id, self._at, wanted, self.score.rate) for part in self.score.parts]
        self._behind += 1
        if any(mask.any() for mask in masks) and not self._is_quiet(heard[:wanted], masks):
            self._compare(heard[:wanted], masks)
        self._at += wanted

    def _is_quiet(self, heard: NDArray[np.float32], masks: Sequence[NDArray[np.bool_]]) -> bool:
        """Whether one track alone was to be heard, and less than could tell is left of it in every piece."""
        if len(masks) > 1:
            return False
        kept = _with_tone(np.zeros_like(heard), self.score, self._at)
        pieces = list(_pieces(masks[0], self.score.rate))
        self._compared += len(pieces)
        return all(
            float(np.mean(np.square(heard[start:end] - kept[start:end], dtype=np.float64))) < FAINT
            for start, end in pieces
        )

    def _compare(self, heard: NDArray[np.float32], masks: Sequence[NDArray[np.bool_]]) -> None:
        for _ in range(self._behind - 1):
            for source in self._sources:
                next(source)
        blocks, self._behind = [next(source)[: len(heard)] for source in self._sources], 0
        for fit, start in _fits(heard, blocks, masks, self.score, self._at):
            self._compared, self._worst = self._compared + (len(masks) > 1), max(self._worst, abs(fit))
            if abs(fit) > MOST_FIT and self._leak_s is None:
                self._leak_s = start / self.score.rate

    def check(self) -> Check:
        """The verdict, after the last block."""
        for source in self._sources:
            source.close()
        if not self.score.windows:
            return Check(name=NAME, verdict=ProofVerdict.PROVED, detail="no windows")
        if self._leak_s is not None:
            return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=f"fit {self._worst:.2f}", at_s=self._leak_s)
        if self._at < self.score.length - END_S * self.score.rate:
            detail = "the finished file is shorter than the session"
            return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail=detail)
        detail = f"{self._compared} pieces compared, best fit {self._worst:.2f}"
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=detail)


def _fits(
    heard: NDArray[np.float32],
    blocks: Sequence[NDArray[np.float32]],
    masks: Sequence[NDArray[np.bool_]],
    score: Score,
    at: int,
) -> Iterator[tuple[float, int]]:
    """How well the removed sound of each track fits what is left, piece by piece of what the windows touch."""
    staying = mixed([np.where(mask[:, None], np.float32(0), block) for mask, block in zip(masks, blocks, strict=True)])
    _with_tone(staying, score, at)
    for mask, block in zip(masks, blocks, strict=True):
        for start, end in _pieces(mask, score.rate):
            removed = _about_zero(block[start:end]) / math.sqrt(len(blocks))
            kept = _about_zero(staying[start:end])
            yield _fit(removed, _about_zero(heard[start:end]) - kept, kept), at + start


def _about_zero(piece: NDArray[np.float32]) -> NDArray[np.float64]:
    """The samples of all channels in one row, each channel's offset taken off: it tells nothing, and codecs move it."""
    return np.asarray(piece - piece.mean(axis=0, dtype=np.float64)).ravel()


def _with_tone(staying: NDArray[np.float32], score: Score, at: int) -> NDArray[np.float32]:
    if score.fill == "tone":
        track_id = None if len(score.parts) > 1 else score.parts[0].track_id
        ranges = samples_of(score.windows, track_id, rate=score.rate, length=score.length)
        lay_tone(staying, at, ranges, rate=score.rate)
    return staying


def _pieces(mask: NDArray[np.bool_], rate: int) -> Iterator[tuple[int, int]]:
    """Every window in the block in pieces: short ones at its edges, where a packet too few would show, then long ones.

    A rest of less than 5 ms is left to the check before encoding.
    """
    size, short, least = (round(length_s * rate) for length_s in (CHUNK_S, EDGE_S, LEAST_S))
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        cuts = sorted({start, min(start + short, end), max(end - short, start), end})
        for first, last in pairwise(cuts):
            for at in range(first, last, size):
                if min(at + size, last) - at >= least:
                    yield at, min(at + size, last)


def _fit(removed: NDArray[np.float64], left: NDArray[np.float64], kept: NDArray[np.float64]) -> float:
    """The share of ``removed`` in ``left``, 0 where it is too faint to be told from coding noise.

    Voices spill from one microphone into another: what both share with the voice that stays is set aside first.
    """
    energy = float(kept @ kept)
    if energy > 0:
        removed = removed - kept * (float(removed @ kept) / energy)
        left = left - kept * (float(left @ kept) / energy)
    there, rest = float(removed @ removed), float(left @ left)
    if there < 10 ** (QUIET_DBFS / 10) * len(removed) or there < rest / 4:
        return 0.0
    alike = abs(float(removed @ left)) / math.sqrt(there * rest) if rest > 0 else 0.0
    return float(removed @ left) / there if alike > LEAST_ALIKE else 0.0


def _mask(near: Near, track_id: str, at: int, size: int, rate: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, np.bool_)
    for window in near.touching(at / rate, (at + size) / rate):
        if window.track_id in (None, track_id):
            # Around the window alone; the middle of a sample decides.
            first, last = (max(0, int(edge_s * rate) - at) for edge_s in (window.start_s, window.end_s))
            part = slice(max(0, first - 1), last + 2)
            times_s = (at + part.start + np.arange(len(mask[part])) + 0.5) / rate
            mask[part] |= (times_s >= window.start_s) & (times_s < window.end_s)
    return mask
