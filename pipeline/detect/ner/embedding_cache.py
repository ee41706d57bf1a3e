"""The first layers of the name model, run once for each word form and kept for all the places of that form."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

MAX_FORMS = 8192
"""Word forms that are kept, 4 KB each with the bundled weights; 22 calls have 9,753 different words."""
PADDING = 0
"""The number of what stands before and behind a text."""
# Odd multiples of 2 ** 64 / golden ratio (Knuth's multiplicative hashing): attributes of a word mixed to one number.
_MIX = np.array([0x9E3779B97F4A7C15 * (2 * power + 1) % (1 << 64) for power in range(64)], np.uint64)


class Maxout(NamedTuple):
    """The largest of several linear layers, side by side in ``weights`` (inputs × pieces · outputs), normalised."""

    weights: np.ndarray
    bias: np.ndarray
    scale: np.ndarray
    shift: np.ndarray

    def linear(self, rows: np.ndarray) -> np.ndarray:
        """The linear layers of some rows."""
        products: np.ndarray = rows @ self.weights
        products += self.bias
        return products

    def activation(self, products: np.ndarray) -> np.ndarray:
        """The layer by its linear ones."""
        width = len(self.scale)
        best = products[:, :width].copy()
        for start in range(width, products.shape[1], width):
            np.maximum(best, products[:, start : start + width], out=best)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / np.float32(width) + np.float32(1e-8)  # as thinc's layernorm
        best *= (np.float32(1) / np.sqrt(variance))[:, None]
        best *= self.scale
        best += self.shift
        return best


class Embedding(NamedTuple):
    """The layers that see a word alone: ``lookup`` gives its rows of the hash tables, ``mixer`` one vector of them.

    ``columns`` names the attributes of a word that ``lookup`` takes, in order.
    """

    columns: tuple[str, ...]
    lookup: Callable[[np.ndarray], np.ndarray]
    mixer: Maxout


class EmbeddingCache:
    """The word forms seen lately, by numbers from 1.

    ``vectors`` is what ``embedding`` makes of each form, and ``products`` what the first ``window``, of so many words,
    makes of it at each place within.
    """

    def __init__(self, embedding: Embedding, window: Maxout, words: int) -> None:
        self.columns = embedding.columns
        self._embedding = embedding
        self._parts = window.weights.reshape(words, len(window.scale), -1)
        self._bias = window.bias
        self.clear()

    @property
    def full(self) -> bool:
        """Whether so many are kept that it is time to ``clear`` them."""
        return len(self._numbers) > MAX_FORMS

    def clear(self) -> None:
        """Forgets all word forms: their numbers are no longer valid."""
        sides, width, pieces = self._parts.shape
        self._numbers: dict[int, int] = {}
        self.vectors = np.zeros((1, width), np.float32)
        self.products = np.zeros((sides, 1, pieces), np.float32)
        self.products[0] = self._bias

    def numbers(self, attributes: np.ndarray) -> np.ndarray:
        """The numbers of these words' forms, valid until ``clear``; a row of ``attributes`` is a word's ``columns``."""
        keys, first, inverse = np.unique(
            (attributes * _MIX[: attributes.shape[1]]).sum(axis=1, dtype=np.uint64),
            return_index=True,
            return_inverse=True,
        )
        known = self._numbers
        fresh = [place for place, key in enumerate(keys.tolist()) if key not in known]
        if fresh:
            start = len(known) + 1
            self._add(attributes[first[fresh]], start)
            known.update(zip(keys[fresh].tolist(), range(start, start + len(fresh)), strict=True))
        return np.array([known[key] for key in keys.tolist()], np.intp)[inverse]

    def _add(self, attributes: np.ndarray, start: int) -> None:
        """Keeps what the first layers make of new word forms, from this number on."""
        end = start + len(attributes)
        if end > len(self.vectors):
            more = max(end, min(2 * len(self.vectors), 5 * MAX_FORMS // 4)) - len(self.vectors)
            self.vectors = np.pad(self.vectors, ((0, more), (0, 0)))
            self.products = np.pad(self.products, ((0, 0), (0, more), (0, 0)))
        mixer = self._embedding.mixer
        self.vectors[start:end] = mixer.activation(mixer.linear(self._embedding.lookup(attributes)))
        np.matmul(self.vectors[start:end], self._parts, out=self.products[:, start:end])
        self.products[0, start:end] += self._bias
