"""Brings tracks onto the session's clock, block by block, and mixes them without clipping."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

# Of full scale: what is louder is bent, so that a sum of voices never clips.
KNEE = 0.8


def aligned(
    blocks: Iterable[NDArray[np.float32]], *, offset: int, length: int, size: int, channels: int
) -> Generator[NDArray[np.float32]]:
    """The sound of one track as blocks of exactly ``size`` samples, the last maybe shorter, that cover ``[0, length)``.

    Its first sample comes at ``offset``, which may be negative; where it has no sound there is silence.
    """
    source = _pieces(blocks, offset, channels)
    waiting = np.zeros((0, channels), np.float32)
    for start in range(0, length, size):
        wanted = min(size, length - start)
        while len(waiting) < wanted:
            piece = next(source, None)
            if piece is None:
                piece = np.zeros((wanted - len(waiting), channels), np.float32)
            waiting = np.concatenate((waiting, piece)) if len(waiting) else piece
        # Ours to change, and the rest as well: a whole block is handed on, not copied.
        yield waiting if len(waiting) == wanted else waiting[:wanted].copy()
        waiting = waiting[wanted:]


def mixed(blocks: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The sum of the tracks' blocks with headroom; silence stays exact silence and nothing exceeds 1.

    Of one track alone it is the very block, if that is not too loud.
    """
    if len(blocks) == 1:
        low, high = float(blocks[0].min(initial=0.0)), float(blocks[0].max(initial=0.0))
        return blocks[0] if low >= -1.0 and high <= 1.0 else np.clip(blocks[0], -1.0, 1.0)
    total = np.zeros_like(blocks[0])
    for block in blocks:
        total += block
    total /= np.float32(math.sqrt(len(blocks)))
    if float(np.max(np.abs(total), initial=0.0)) <= KNEE:
        return total
    over = np.maximum(np.abs(total) - KNEE, 0.0)
    soft = np.minimum(np.abs(total), KNEE) + (1 - KNEE) * np.tanh(over / (1 - KNEE))
    return (np.sign(total) * soft).astype(np.float32)


def _pieces(blocks: Iterable[NDArray[np.float32]], offset: int, channels: int) -> Iterator[NDArray[np.float32]]:
    late, early = max(0, offset), max(0, -offset)
    second = 48_000
    for start in range(0, late, second):
        yield np.zeros((min(second, late - start), channels), np.float32)
    for block in blocks:
        dropped = min(early, len(block))
        early -= dropped
        yield block[dropped:]
