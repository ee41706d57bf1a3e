"""Which of many vectors are near each other, without comparing each with each.

Up to ``_ALL`` vectors each is compared with each. Beyond, some of the vectors are drawn as centres, each of the others
belongs to the nearest of them, and all of one cell are compared; that again and again with other centres, until a round
finds hardly a pair that was not known. Cells about points part what is near less often than random planes do (Andoni,
Indyk, Laarhoven, Razenshteyn and Schmidt 2015): at the threshold in use two of three rounds of planes are saved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_SEED = 7
_ALL = 16_384
"""Vectors up to which each is simply compared with each: 10,000 take 1.2 s of one core, in cells the same."""
_CENTRES = 2.0
"""Centres for each square root of the number of vectors: finding one's cell then costs as much as comparing within."""
_NEW = 0.01
"""The share of a round's pairs that were not known, from which on no further round is made: of the pairs of 10,000
vectors 0.994 are found then, and those that are missed are just at the threshold."""
_MOST_ROUNDS = 64
_BLOCK = 1024


def near_pairs(vectors: Vectors, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The pairs (rows of two indices, the smaller first) whose cosine is at least ``threshold``, and their cosines.

    Rows of length zero are near nothing.
    """
    rows = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    keys = _within(vectors, rows, threshold) if len(rows) <= _ALL else _in_cells(vectors, rows, threshold)
    pairs = np.stack([keys // len(vectors), keys % len(vectors)], axis=1)
    return pairs, _cosines(vectors, pairs)


def _in_cells(vectors: Vectors, rows: NDArray[np.int64], threshold: float) -> NDArray[np.int64]:
    """Keys of nearly all pairs: the smaller index times the number of vectors, plus the larger."""
    known: NDArray[np.int64] = np.zeros(0, np.int64)
    rng = np.random.default_rng(_SEED)
    for _ in range(_MOST_ROUNDS):
        found = [_within(vectors, cell, threshold) for cell in _cells(vectors, rows, rng)]
        together = np.union1d(known, np.concatenate(found))
        new, known = len(together) - len(known), together
        if new <= _NEW * sum(map(len, found)):
            break
    return known


def _cells(vectors: Vectors, rows: NDArray[np.int64], rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """The rows by the nearest of some of them that are drawn."""
    centres = vectors[rng.choice(rows, round(_CENTRES * math.sqrt(len(rows))), replace=False)]
    starts = range(0, len(rows), _BLOCK * 8)
    nearest = np.concatenate([np.argmax(vectors[rows[at : at + _BLOCK * 8]] @ centres.T, axis=1) for at in starts])
    order = np.argsort(nearest, kind="stable")
    yield from np.split(rows[order], np.flatnonzero(np.diff(nearest[order])) + 1)


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


def _cosines(vectors: Vectors, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    cosines = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _BLOCK * 16):
        block = pairs[start : start + _BLOCK * 16]
        cosines[start : start + len(block)] = np.einsum("ij,ij->i", vectors[block[:, 0]], vectors[block[:, 1]])
    return cosines
