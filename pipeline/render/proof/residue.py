"""Proof (ii), second half: what was taken out of each track is not in the finished sound, even under other voices.

The finished file is compared with the sources: in every window the removed sound is fitted to what is left after the
voices that stay are taken away. A fit of 1 means it is all there, 0 that it is not. Where the removed sound is fainter
than the coding noise of the others, nothing can be told: there the zeros before encoding are the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media import decode
from pipeline.records import Check, ProofVerdict
from pipeline.render.mix import mixed
from pipeline.render.proof.near import Near
from pipeline.render.sound import BLOCK, Score, part_blocks
from pipeline.render.spans import samples_of
from pipeline.render.tone import lay_tone

NAME = "removed sound is gone"
CHUNK_S, LEAST_S = 0.1, 0.02
LEAST_ALIKE = 0.6
MOST_FIT = 0.3
QUIET_DBFS = -50.0


def removed_is_gone(path: Path, score: Score, *, stream: int = 0) -> Check:
    """Whether nothing that the score's windows take out can be found in the finished file's ``stream``."""
    if not score.windows:
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail="no windows")
    finished = decode(path, stream=stream, rate=score.rate, channels=score.channels, block_s=BLOCK / score.rate)
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
) -> Iterator[tuple[float, int]]:
    """How well the removed sound of each track fits what is left, for every 100 ms that a window touches."""
    masks = [_mask(near, part.track_id, at, len(heard), score.rate) for part in score.parts]
    if not any(mask.any() for mask in masks):
        return
    staying = mixed([np.where(mask[:, None], np.float32(0), block) for mask, block in zip(masks, blocks, strict=True)])
    if score.fill == "tone":
        track_id = None if len(score.parts) > 1 else score.parts[0].track_id
        ranges = samples_of(score.windows, track_id, rate=score.rate, length=score.length)
        lay_tone(staying, at, ranges, rate=score.rate)
    size, least = round(CHUNK_S * score.rate), round(LEAST_S * score.rate)
    for mask, block in zip(masks, blocks, strict=True):
        for start in range(0, len(heard), size):
            inside = start + np.flatnonzero(mask[start : start + size])
            if len(inside) >= least:
                removed = block[inside].astype(np.float64).ravel() / math.sqrt(len(blocks))
                kept = staying[inside].astype(np.float64).ravel()
                yield _fit(removed, heard[inside].astype(np.float64).ravel() - kept, kept), at + start


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
    times_s = (at + np.arange(size) + 0.5) / rate
    mask = np.zeros(size, np.bool_)
    for window in near.touching(at / rate, (at + size) / rate):
        if window.track_id in (None, track_id):
            mask |= (times_s >= window.start_s) & (times_s < window.end_s)
    return mask
