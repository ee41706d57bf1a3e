"""Whether a picture moved from one frame to another, but for what an encoder makes of a still one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SQUARE = 8
LEAST_CHANGED = 6.0
CUT_SHARE = 0.5
"""The share of squares that change from which it is another scene; not measured, and too low only cuts too often."""

Squares = NDArray[np.float32]


def squares(plane: NDArray[np.uint8]) -> Squares:
    """The mean brightness of each square of the picture, the rest at its edges included by repeating it."""
    height, width = plane.shape
    full = np.pad(plane, ((0, -height % SQUARE), (0, -width % SQUARE)), mode="edge")
    parts = full.reshape(full.shape[0] // SQUARE, SQUARE, full.shape[1] // SQUARE, SQUARE)
    return np.asarray(parts.mean(axis=(1, 3), dtype=np.float32))


def is_cut(before: Squares, now: Squares) -> bool:
    """Whether another scene begins: most squares changed. Somebody who moves before a wall changes fewer."""
    return before.shape != now.shape or bool((np.abs(before - now) > LEAST_CHANGED).mean() > CUT_SHARE)


def is_still(before: Squares, now: Squares) -> bool:
    """Whether no square of the one picture is brighter or darker in the other by more than an encoder makes it."""
    return before.shape == now.shape and bool(np.abs(before - now).max() <= LEAST_CHANGED)
