"""The layers of the name model in plain numpy: what thinc computes, but only for the places that are asked for.

Each layer sees a window of words: a place needs its neighbours from the layer before, and no others.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from thinc.api import Model

from pipeline.detect.ner.embedding_cache import NOTHING, Forms, maxouts, parameter

_ROWS = 512  # that are multiplied together: the products stay in the processor's cache


class Layers:
    """The weights of a model as they are now; ``forms`` are those of its first layers."""

    def __init__(self, model: Model[Any, Any]) -> None:
        embed, encode = (model.get_ref("tok2vec").get_ref(name) for name in ("embed", "encode"))
        softmax = model.get_ref("softmax")
        self.windows = maxouts(encode)
        self.side: int = next(node.attrs["window_size"] for node in encode.walk() if node.name == "expand_window")
        self.weights, self.bias = np.ascontiguousarray(parameter(softmax, "W").T), parameter(softmax, "b")
        self.forms = Forms(embed, self.windows[0], 2 * self.side + 1)


class Line:
    """Texts one behind the other, by the numbers of their word forms, and what each layer has made of them so far.

    ``starts`` says where in the line each text begins, and ``inside`` whether a place is a word of a text. Around each
    text there is room for all that its words see.
    """

    def __init__(self, layers: Layers, texts: Sequence[np.ndarray]) -> None:
        self._layers, self._offsets = layers, range(-layers.side, layers.side + 1)
        depth = len(layers.windows)
        around = np.full(depth * layers.side, NOTHING, np.intp)
        self._forms = np.concatenate([around, *(part for text in texts for part in (text, around))])
        self.starts = np.cumsum([len(around), *(len(text) + len(around) for text in texts)])[:-1]
        self.inside = self._forms != NOTHING
        words = layers.forms.vectors[self._forms]
        self._made = [words, *(np.empty_like(words) for _ in range(depth - 1))]
        self._done = np.zeros((depth, len(words)), bool)

    def chances(self, places: np.ndarray) -> np.ndarray:
        """The chance of each label at these places of the line, which lie in texts: one row each."""
        layers = self._layers
        logits = np.empty((len(places), len(layers.bias)), np.float32)
        for block, rows in self._rows(len(self._made), places):
            np.add(rows @ layers.weights, layers.bias, out=logits[block])
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits

    def _rows(self, depth: int, places: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """What the layer at this depth, from 1, makes of some places: block by block."""
        if depth > 1:
            self._need(depth - 1, places)
        for start in range(0, len(places), _ROWS):
            block = slice(start, start + _ROWS)
            rows = self._layers.windows[depth - 1].of(self._products(depth, places[block]))
            rows += self._made[depth - 1][places[block]]
            yield block, rows

    def _need(self, depth: int, places: np.ndarray) -> None:
        """Makes what the layer above needs of the one at this depth for some places."""
        wanted = np.zeros(self._done.shape[1], bool)
        for offset in self._offsets:
            wanted[places + offset] = True
        missing = np.flatnonzero(wanted & ~self._done[depth])
        for block, rows in self._rows(depth, missing):
            self._made[depth][missing[block]] = rows
        self._done[depth][missing] = True

    def _products(self, depth: int, places: np.ndarray) -> np.ndarray:
        """The windows around some places times the layer's weights, and its bias."""
        if depth == 1:
            tables = iter(self._layers.forms.products)
            parts = (table[self._forms[places + offset]] for table, offset in zip(tables, self._offsets, strict=True))
            return functools.reduce(operator.iadd, parts)
        layer, below = self._layers.windows[depth - 1], self._made[depth - 1]
        seen = len(self._offsets)
        shape = len(below) - seen + 1, seen * below.shape[1]
        windows = as_strided(below, shape, below.strides, writeable=False)
        return layer.times(windows[places + self._offsets[0]])
