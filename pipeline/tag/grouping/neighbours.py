"""Which of many vectors are near each other, without comparing each with each.

Random hyperplanes (Charikar 2002) put vectors into buckets: two vectors at an angle share the side of one plane with
the chance 1 - angle / 180°. A table of some planes makes buckets of about ``_BUCKET`` vectors, within which all are
compared; enough tables find nearly all pairs. So time grows with n log n, and memory with n.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_SEED = 7
_ALL = 4096
"""Vectors up to which each is simply compared with each: 16 million products take a tenth of a second."""
_BUCKET = 64
_MISSED = 0.02
"""The share of pairs just at the threshold that may be missed; those closer are missed more seldom."""
_MOST_TABLES = 64
_BLOCK = 1024


def near_pairs(vectors: Vectors, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The pairs (rows of two indices, the smaller first) whose cosine is at least ``threshold``, and their cosines.

    Rows of length zero are near nothing.
    """
    rows = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    pair_keys = list(_pairs(vectors, rows, threshold))
    if not pair_keys:
        return np.zeros((0, 2), np.int64), np.zeros(0, np.float32)
    keys = np.unique(np.concatenate(pair_keys))
    pairs = np.stack([keys // len(vectors), keys % len(vectors)], axis=1)
    return pairs, _cosines(vectors, pairs)


def _pairs(vectors: Vectors, rows: NDArray[np.int64], threshold: float) -> Iterator[NDArray[np.int64]]:
    """Keys of pairs: the smaller index times the number of vectors, plus the larger."""
    if len(rows) <= _ALL:
        if len(rows):
            yield _within(vectors, rows, threshold)
        return
    planes = max(1, round(math.log2(len(rows) / _BUCKET)))
    rng = np.random.default_rng(_SEED)
    for _ in range(_tables(planes, threshold)):
        normals = rng.standard_normal((vectors.shape[1], planes)).astype(np.float32)
        sides = (vectors[rows] @ normals > 0) @ (1 << np.arange(planes))
        order = np.argsort(sides, kind="stable")
        edges = np.flatnonzero(np.diff(sides[order])) + 1
        for bucket in np.split(rows[order], edges):
            if len(bucket) > 1:
                yield _within(vectors, bucket, threshold)


def _tables(planes: int, threshold: float) -> int:
    together = (1 - math.acos(min(1.0, threshold)) / math.pi) ** planes
    return min(_MOST_TABLES, math.ceil(math.log(_MISSED) / math.log(1 - together)))


def _within(vectors: Vectors, rows: NDArray[np.int64], threshold: float) -> NDArray[np.int64]:
    keys = []
    for start in range(0, len(rows), _BLOCK):
        left = rows[start : start + _BLOCK]
        right = rows[start:]
        row, other = np.nonzero(vectors[left] @ vectors[right].T >= threshold)
        first, second = left[row], right[other]
        low, high = np.minimum(first, second), np.maximum(first, second)
        keys.append((low * len(vectors) + high)[low < high])
    return np.unique(np.concatenate(keys))


def _cosines(vectors: Vectors, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    cosines = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _BLOCK * 16):
        block = pairs[start : start + _BLOCK * 16]
        cosines[start : start + len(block)] = np.einsum("ij,ij->i", vectors[block[:, 0]], vectors[block[:, 1]])
    return cosines
