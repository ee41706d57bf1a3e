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
from pipeline.render.proof.near import Near
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
    near = Near(score.windows)
    at, compared, worst = 0, 0, 0.0
    for heard, *blocks in zip_longest(finished, *sources):
        if any(block is None for block in blocks):
            break
        if heard is None or len(heard) < len(blocks[0]):
            return Check(
                name=NAME, verdict=ProofVerdict.UNCHECKED, detail="the finished file is shorter than the session"
            )
        for fit, start in _fits(heard[: len(blocks[0])], blocks, score, near, at):
            compared, worst = compared + 1, max(worst, abs(fit))
            if abs(fit) > MOST_FIT:
                detail = f"fit {fit:.2f}"
                return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=detail, at_s=start / score.rate)
        at += len(blocks[0])
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{compared} pieces compared, best fit {worst:.2f}")


def _fits(
    heard: NDArray[np.float32], blocks: Sequence[NDArray[np.float32]], score: Score, near: Near, at: int
) -> list[tuple[float, int]]:
    """How well the removed sound of each track fits what is left, for every 50 ms that a window touches."""
    masks = [_mask(near, part.track_id, at, len(heard), score.rate) for part in score.parts]
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


def _mask(near: Near, track_id: str, at: int, size: int, rate: int) -> NDArray[np.bool_]:
    times_s = (at + np.arange(size) + 0.5) / rate
    mask = np.zeros(size, np.bool_)
    for window in near.touching(at / rate, (at + size) / rate):
        if window.track_id in (None, track_id):
            mask |= (times_s >= window.start_s) & (times_s < window.end_s)
    return mask
