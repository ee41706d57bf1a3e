"""The name model in plain numpy: what thinc computes, but only for the places that are asked for.

Each layer sees a window of words: a place needs its neighbours from the layer before, and no others.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from pipeline.detect.ner.embedding_cache import PADDING, Embedding, EmbeddingCache, Maxout

LABELS = ("PERSON", "ORG", "PRODUCT", "GPE")
OUTSIDE = 0
"""The column of the probability that a word is in no name; then, label by label, of its first and its later words."""
_FEW = 100  # words of which it costs least to look at all
_ROWS = 512  # that are multiplied together: the products stay in the processor's cache


class NameSpan(NamedTuple):
    """A name over the tokens ``[start, end)`` of a text; ``probability`` is the model's own, not yet calibrated."""

    start: int
    end: int
    label: str
    probability: float


class TextForms(NamedTuple):
    """A text by the numbers of its words' forms, and which of them can be a name alone."""

    forms: np.ndarray
    nameable: np.ndarray


class Network:
    """The weights of a model as they are now: ``windows`` of ``side`` words on both sides, and the last, linear layer.

    ``cache`` keeps what the first layers make of word forms.
    """

    def __init__(
        self, embedding: Embedding, windows: Sequence[Maxout], side: int, weights: np.ndarray, bias: np.ndarray
    ) -> None:
        self.windows, self.side = windows, side
        self.weights, self.bias = weights, bias
        self.cache = EmbeddingCache(embedding, windows[0], 2 * side + 1)


class Batch:
    """Texts one behind the other, by the numbers of their word forms, and what each layer has made of them so far.

    ``starts`` says where in the batch each text begins, and ``inside`` whether a place is a word of a text. Around each
    text there is room for all that its words see.
    """

    def __init__(self, network: Network, texts: Sequence[np.ndarray]) -> None:
        self._network, self._offsets = network, range(-network.side, network.side + 1)
        depth = len(network.windows)
        around = np.full(depth * network.side, PADDING, np.intp)
        self._forms = np.concatenate([around, *(part for text in texts for part in (text, around))])
        self.starts = np.cumsum([len(around), *(len(text) + len(around) for text in texts)])[:-1]
        self.inside = self._forms != PADDING
        words = network.cache.vectors[self._forms]
        self._outputs = [words, *(np.empty_like(words) for _ in range(depth - 1))]
        self._done = np.zeros((depth, len(words)), bool)

    def probabilities(self, places: np.ndarray) -> np.ndarray:
        """The probability of each label at these places of the batch, which lie in texts: one row each."""
        network = self._network
        logits = np.empty((len(places), len(network.bias)), np.float32)
        for block, rows in self._rows(len(self._outputs), places):
            np.add(rows @ network.weights, network.bias, out=logits[block])
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
            rows = self._network.windows[depth - 1].activation(self._products(depth, places[block]))
            rows += self._outputs[depth - 1][places[block]]
            yield block, rows

    def _need(self, depth: int, places: np.ndarray) -> None:
        """Makes what the layer above needs of the one at this depth for some places."""
        wanted = np.zeros(self._done.shape[1], bool)
        for offset in self._offsets:
            wanted[places + offset] = True
        missing = np.flatnonzero(wanted & ~self._done[depth])
        for block, rows in self._rows(depth, missing):
            self._outputs[depth][missing[block]] = rows
        self._done[depth][missing] = True

    def _products(self, depth: int, places: np.ndarray) -> np.ndarray:
        """The windows around some places times the layer's weights, and its bias."""
        if depth == 1:
            tables = iter(self._network.cache.products)
            parts = (table[self._forms[places + offset]] for table, offset in zip(tables, self._offsets, strict=True))
            return functools.reduce(operator.iadd, parts)
        layer, below = self._network.windows[depth - 1], self._outputs[depth - 1]
        size = len(self._offsets)
        shape = len(below) - size + 1, size * below.shape[1]
        windows = as_strided(below, shape, below.strides, writeable=False)
        return layer.linear(windows[places + self._offsets[0]])


def find_names(network: Network, texts: Sequence[TextForms], floor: float) -> list[list[NameSpan]]:
    """The names in each text that hold a word which can be a name alone: runs of words likelier than ``floor`` in one.

    Only the nameable words are computed, and then, as long as there are any, the neighbours of those in a name.
    """
    batch = Batch(network, [text.forms for text in texts])
    unseen, wanted = batch.inside.copy(), batch.inside.copy()
    if len(wanted) > _FEW:
        wanted[batch.inside] = np.concatenate([text.nameable for text in texts])
    probabilities = np.zeros((len(wanted), len(network.bias)), np.float32)
    probabilities[:, OUTSIDE] = 1.0
    while (places := np.flatnonzero(wanted & unseen)).size:
        probabilities[places] = batch.probabilities(places)
        unseen[places] = False
        named = 1.0 - probabilities[:, OUTSIDE] >= floor
        wanted[:-1] |= named[1:]
        wanted[1:] |= named[:-1]
    return _runs(probabilities, batch.starts, floor)


def _runs(probabilities: np.ndarray, starts: np.ndarray, floor: float) -> list[list[NameSpan]]:
    """The names of each text by the probabilities of the words in a batch, and by where each text starts in it."""
    names: list[list[NameSpan]] = [[] for _ in starts]
    inside = np.flatnonzero(1.0 - probabilities[:, OUTSIDE] >= floor)
    if not len(inside):
        return names
    begin, within = probabilities[inside, 1::2], probabilities[inside, 2::2]
    first = begin.sum(axis=1) > within.sum(axis=1)
    first[1:] |= np.diff(inside) > 1
    first[0] = True
    runs = np.flatnonzero(first)
    labels = np.add.reduceat(begin + within, runs).argmax(axis=1)
    surest = np.maximum.reduceat(1.0 - probabilities[inside, OUTSIDE], runs)
    texts = np.searchsorted(starts, inside[runs], side="right") - 1
    begins = inside[runs] - starts[texts]
    ends = begins + np.diff(runs, append=len(inside))
    for text, start, end, label, probability in zip(texts, begins, ends, labels, surest, strict=True):
        names[text].append(NameSpan(int(start), int(end), LABELS[label], float(probability)))
    return names
