"""Which of many vectors are near each other, without comparing each with each.

Up to ``_ALL`` vectors each is compared with each. Beyond, some of the vectors are drawn as centres, each of the others
belongs to the nearest of them, twice over, and all of one cell are compared; that again and again with other centres,
until a round finds few pairs that were not known. Cells about points part what is near less often than random planes
do (Andoni, Indyk, Laarhoven, Razenshteyn and Schmidt 2015): more rounds are needed the more vectors there are, but few.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_SEED = 7
_ALL = 16_384
"""Vectors up to which each is simply compared with each: 10,000 take 1.2 s of one core."""
_CELL = 150
"""Vectors of a cell, about: finding one's cell then costs as much as comparing within it."""
_FINER = 2
"""How many times as many centres the first of the two choices has as the second."""
_MOST_ROUNDS = 64
_BLOCK = 1024


def compares_all(count: int) -> bool:
    """Whether ``near_pairs`` misses none of so many vectors."""
    return count <= _ALL


def near_pairs(
    vectors: Vectors, threshold: float, share_of_new: float
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The pairs (rows of two indices, the smaller first) whose dot product is at least ``threshold``, and the products.

    Of more than ``_ALL`` vectors no further round is made once ``share_of_new`` of a round's pairs, or less, were not
    known. Rows of length zero are near nothing.
    """
    rows = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    keys = (
        _within(vectors, rows, threshold)
        if compares_all(len(rows))
        else _in_cells(vectors, rows, threshold, share_of_new)
    )
    pairs = np.stack([keys // len(vectors), keys % len(vectors)], axis=1)
    return pairs, _products(vectors, pairs)


def _in_cells(vectors: Vectors, rows: NDArray[np.int64], threshold: float, share_of_new: float) -> NDArray[np.int64]:
    """Keys of nearly all pairs: the smaller index times the number of vectors, plus the larger."""
    known: NDArray[np.int64] = np.zeros(0, np.int64)
    rng = np.random.default_rng(_SEED)
    for _ in range(_MOST_ROUNDS):
        found = [_within(vectors, cell, threshold) for cell in _cells(vectors, rows, rng)]
        together = np.union1d(known, np.concatenate(found))
        new, known = len(together) - len(known), together
        if new <= share_of_new * sum(map(len, found)):
            break
    return known


def _cells(vectors: Vectors, rows: NDArray[np.int64], rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """The rows by the nearest of some of them that are drawn, and within that by the nearest of some others."""
    second = max(1, round(math.sqrt(len(rows) / _CELL / _FINER)))
    cell = np.zeros(len(rows), np.int64)
    for count in (second * _FINER, second):
        centres = vectors[rng.choice(rows, count, replace=False)]
        starts = range(0, len(rows), _BLOCK * 8)
        nearest = [np.argmax(vectors[rows[at : at + _BLOCK * 8]] @ centres.T, axis=1) for at in starts]
        cell = cell * count + np.concatenate(nearest)
    order = np.argsort(cell, kind="stable")
    yield from np.split(rows[order], np.flatnonzero(np.diff(cell[order])) + 1)


def _within(vectors: Vectors, rows: NDArray[np.int64], threshold: float) -> NDArray[np.int64]:
    """Keys of all pairs among some rows."""
    keys = [np.zeros(0, np.int64)]
    for start in range(0, len(rows), _BLOCK):
        left = rows[start : start + _BLOCK]
        right = rows[start:]
        row, other = np.nonzero(vectors[left] @ vectors[right].T >= threshold)
        first, second = left[row], right[other]
        low, high = np.minimum(first, second), np.maximum(first, second)
        keys.append((low * len(vectors) + high)[low < high])
    return np.unique(np.concatenate(keys))


def _products(vectors: Vectors, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    products = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _BLOCK * 16):
        block = pairs[start : start + _BLOCK * 16]
        products[start : start + len(block)] = np.einsum("ij,ij->i", vectors[block[:, 0]], vectors[block[:, 1]])
    return products
