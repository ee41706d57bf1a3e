"""Samples as whole numbers, as lossless files hold them, and as float32 between -1 and 1, as they are changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def as_floats(numbers: NDArray[np.signedinteger], *, bits: int) -> NDArray[np.float32]:
    """Samples of ``bits`` bits each as float32: exact up to 24 bits."""
    return numbers.astype(np.float32) / np.float32(1 << (bits - 1))


def as_numbers(block: NDArray[np.float32], *, bits: int) -> NDArray[np.int32]:
    """Float32 samples as the nearest of ``bits`` bits each; what is too loud becomes the loudest there is."""
    full = 1 << (bits - 1)
    return np.clip(np.rint(block.astype(np.float64) * full), -full, full - 1).astype(np.int32)
