"""Word forms of the name model: what its first layers make of a word alone, kept for all the places of that form."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from thinc.api import Model

KEPT = 8192
"""Word forms that are kept, 4 KB each with the weights that come with the project."""
NOTHING = 0
"""The number of what stands before and behind a text."""
_MIX = np.array([0x9E3779B97F4A7C15 * (2 * power + 1) % (1 << 64) for power in range(64)], np.uint64)


class Maxout(NamedTuple):
    """The largest of several linear layers, side by side in ``weights``, normalised."""

    weights: np.ndarray
    bias: np.ndarray
    scale: np.ndarray
    shift: np.ndarray

    def times(self, rows: np.ndarray) -> np.ndarray:
        """The linear layers of some rows."""
        linear: np.ndarray = rows @ self.weights
        linear += self.bias
        return linear

    def of(self, products: np.ndarray) -> np.ndarray:
        """The layer by its linear ones."""
        width = len(self.scale)
        best = products[:, :width].copy()
        for start in range(width, products.shape[1], width):
            np.maximum(best, products[:, start : start + width], out=best)
        best -= best.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", best, best) / np.float32(width) + np.float32(1e-8)
        best *= (np.float32(1) / np.sqrt(spread))[:, None]
        best *= self.scale
        best += self.shift
        return best


class Forms:
    """The word forms seen lately, by numbers from 1.

    ``columns`` names the attributes of a word that make its form. ``vectors`` is what ``embed`` makes of each form, and
    ``products`` what the first ``window`` of so many words makes of it at each place within.
    """

    def __init__(self, embed: Model[Any, Any], window: Maxout, words: int) -> None:
        nodes = list(embed.walk())
        self.columns: list[str] = next(node.attrs["columns"] for node in nodes if node.name == "extract_features")
        self._tables = [node for node in nodes if node.name == "ints-getitem>>hashembed"]
        self._mixer = maxouts(embed)[0]
        self._parts = window.weights.reshape(words, len(window.scale), -1)
        self._bias = window.bias
        self.forget()

    @property
    def full(self) -> bool:
        """Whether so many are kept that it is time to ``forget`` them."""
        return len(self._numbers) > KEPT

    def forget(self) -> None:
        """Forgets all word forms: their numbers are no longer valid."""
        sides, width, pieces = self._parts.shape
        self._numbers: dict[int, int] = {}
        self.vectors = np.zeros((1, width), np.float32)
        self.products = np.zeros((sides, 1, pieces), np.float32)
        self.products[0] = self._bias

    def numbers(self, attributes: np.ndarray) -> np.ndarray:
        """The numbers of these words' forms, valid until they are forgotten; of each word what is in ``columns``."""
        keys, first, inverse = np.unique(
            (attributes * _MIX[: attributes.shape[1]]).sum(axis=1, dtype=np.uint64),
            return_index=True,
            return_inverse=True,
        )
        known = self._numbers
        fresh = [place for place, key in enumerate(keys.tolist()) if key not in known]
        if fresh:
            start = len(known) + 1
            self._learn(attributes[first[fresh]], start)
            known.update(zip(keys[fresh].tolist(), range(start, start + len(fresh)), strict=True))
        return np.array([known[key] for key in keys.tolist()], np.intp)[inverse]

    def _learn(self, attributes: np.ndarray, start: int) -> None:
        """Keeps what the first layers make of new word forms, from this number on."""
        end = start + len(attributes)
        if end > len(self.vectors):
            more = max(end, min(2 * len(self.vectors), 5 * KEPT // 4)) - len(self.vectors)
            self.vectors = np.pad(self.vectors, ((0, more), (0, 0)))
            self.products = np.pad(self.products, ((0, 0), (0, more), (0, 0)))
        looked_up = np.hstack([table.predict(attributes) for table in self._tables])
        self.vectors[start:end] = self._mixer.of(self._mixer.times(looked_up))
        np.matmul(self.vectors[start:end], self._parts, out=self.products[:, start:end])
        self.products[0, start:end] += self._bias


def maxouts(model: Model[Any, Any]) -> list[Maxout]:
    """The maxout layers of a model, from the first to the last."""
    nodes = list(model.walk())
    layers, norms = ([node for node in nodes if node.name == name] for name in ("maxout", "layernorm"))
    return [_maxout(layer, norm) for layer, norm in zip(layers, norms, strict=True)]


def _maxout(layer: Model[Any, Any], norm: Model[Any, Any]) -> Maxout:
    weights = parameter(layer, "W")  # outputs, pieces, inputs
    return Maxout(
        weights=np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(weights.shape[2], -1)),
        bias=parameter(layer, "b").T.reshape(-1),
        scale=parameter(norm, "G"),
        shift=parameter(norm, "b"),
    )


def parameter(node: Model[Any, Any], name: str) -> np.ndarray:
    """The weights of one node as they are now."""
    return np.array(node.get_param(name), np.float32)
