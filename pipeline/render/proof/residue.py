"""Proof (ii), second half: what was taken out of each track is not in the finished sound, even under other voices.

The finished file is compared with the sources: in every window the removed sound is fitted to what is left after the
voices that stay are taken away. A fit of 1 means it is all there, 0 that it is not; coding noise fits by chance to a
few hundredths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media import decode
from pipeline.records import Check, ProofVerdict
from pipeline.render.mix import mixed
from pipeline.render.sound import Score, part_blocks

NAME = "removed sound is gone"
CHUNK_S = 0.05
MOST_FIT = 0.3
QUIET_DBFS = -50.0


def removed_is_gone(path: Path, score: Score, *, stream: int = 0) -> Check:
    """Whether nothing that the score's windows take out can be found in the finished file's ``stream``."""
    if not score.windows:
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail="no windows")
    finished = decode(path, stream=stream, rate=score.rate, channels=score.channels)
    sources = [part_blocks(score, part) for part in score.parts]
    at, compared, worst = 0, 0, 0.0
    for heard, *blocks in zip_longest(finished, *sources):
        if any(block is None for block in blocks):
            break
        if heard is None or len(heard) < len(blocks[0]):
            return Check(
                name=NAME, verdict=ProofVerdict.UNCHECKED, detail="the finished file is shorter than the session"
            )
        for fit, start in _fits(heard[: len(blocks[0])], blocks, score, at):
            compared, worst = compared + 1, max(worst, abs(fit))
            if abs(fit) > MOST_FIT:
                detail = f"fit {fit:.2f}"
                return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=detail, at_s=start / score.rate)
        at += len(blocks[0])
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{compared} pieces compared, best fit {worst:.2f}")


def _fits(
    heard: NDArray[np.float32], blocks: Sequence[NDArray[np.float32]], score: Score, at: int
) -> list[tuple[float, int]]:
    """How well the removed sound of each track fits what is left, for every 50 ms that a window touches."""
    masks = [_mask(score, part.track_id, at, len(heard)) for part in score.parts]
    if not any(mask.any() for mask in masks):
        return []
    staying = [np.where(mask[:, None], np.float32(0), block) for mask, block in zip(masks, blocks, strict=True)]
    left = (heard - mixed(staying)).astype(np.float64)
    size = round(CHUNK_S * score.rate)
    fits = []
    for mask, block in zip(masks, blocks, strict=True):
        removed = np.where(mask[:, None], block, np.float32(0)).astype(np.float64) / math.sqrt(len(blocks))
        for start in range(0, len(heard), size):
            piece = removed[start : start + size]
            energy = float(np.sum(piece**2))
            if energy > 10 ** (QUIET_DBFS / 10) * piece.size:
                fits.append((float(np.sum(piece * left[start : start + size])) / energy, at + start))
    return fits


def _mask(score: Score, track_id: str, at: int, size: int) -> NDArray[np.bool_]:
    times_s = (at + np.arange(size) + 0.5) / score.rate
    mask = np.zeros(size, np.bool_)
    for window in score.windows:
        if window.track_id in (None, track_id) and window.end_s > times_s[0] and window.start_s < times_s[-1]:
            mask |= (times_s >= window.start_s) & (times_s < window.end_s)
    return mask
