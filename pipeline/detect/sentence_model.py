"""Tells what is like some examples from what is like others, by vectors of the sentence model, whatever the words.

Ridge regression (Hoerl and Kennedy, 1970) on the vectors, linear or with a Gaussian kernel (Saunders, Gammerman and
Vovk, 1998). What was fitted to the shipped examples comes with the project; a team's own examples count at once, as
the model is fitted anew for them. The vectors of the shipped examples are taken from there: to encode all of them again
took each process 12 s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.embeddings import encoder_name, load_encoder
from pipeline.lexicon.cues import CuePlace, shipped_cues
from pipeline.records import SpokenCues

FILE_NAME = "weights.npz"
# Turns are read alone, in the order of time and by speaker: the same words come back within a session.
_KEPT_VECTORS = 8192
Vectors = NDArray[np.float64]


class Examples(NamedTuple):
    """Sentences that a model is fitted to: those to be noticed, and those that only look like them."""

    like: tuple[str, ...]
    unlike: tuple[str, ...]


class Fitted(NamedTuple):
    """What ``fit`` gives: weights of 384 numbers and a bias, or with a kernel one weight for each example's vector."""

    weights: Vectors
    vectors: Vectors | None = None


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """A model of one kind of sentence: its entry in ``models.toml``, and from which score on a sentence is of it.

    A score leans to 1 for what is like the examples, to -1 for what is unlike them. ``width`` is the factor of the
    squared distance in a Gaussian kernel; None for a linear model.
    """

    name: str
    examples_of: Callable[[SpokenCues], Examples]
    """Which sets of phrases it is fitted to."""
    gate: frozenset[str]
    """Plain words; only places with one of them are looked at: each place that is takes some 4 ms."""
    least: float
    penalty: float
    width: float | None = None

    def alike(
        self, places: Iterable[tuple[CuePlace, str]], words: Sequence[str], cues: SpokenCues
    ) -> Iterator[CuePlace]:
        """The places of a text, each with its words as they are written, that are like the examples.

        None where the sentence model is not on this machine, and none without examples of both kinds.
        """
        examples = self.examples_of(cues)
        if encoder_name() != "minilm" or not all(examples):
            return
        for place, text in places:
            if self.gate.isdisjoint(words[place.start : place.end]):
                continue
            if self._scores(_fitted(self, examples), _vector(_without_points(text))[None, :])[0] >= self.least:
                yield place

    def fit(self, examples: Examples, known: Mapping[str, Vectors] = MappingProxyType({})) -> Fitted:
        """The weights for these examples, both kinds with the same weight, whatever their numbers.

        ``known`` are vectors by their example; every other example is encoded, which takes 4 ms.
        """
        texts = [text for kind in examples for text in kind]
        new = list(dict.fromkeys(text for text in texts if text not in known))
        encoded = dict(zip(new, _encoded(map(_without_points, new)), strict=True)) if new else {}
        vectors = np.array([known[text] if text in known else encoded[text] for text in texts])
        numbers = np.array([len(kind) for kind in examples])
        signs = np.repeat([1.0, -1.0], numbers)
        shares = np.repeat(len(signs) / 2 / numbers, numbers)
        if self.width is not None:
            penalties = np.diag(self.penalty / shares)
            return Fitted(np.linalg.solve(self._kernel(vectors, vectors) + penalties, signs), vectors)
        with_bias = _with_bias(vectors)
        penalty = self.penalty * np.eye(with_bias.shape[1])
        penalty[-1, -1] = 0.0  # the bias is free
        weighted = with_bias * shares[:, None]
        return Fitted(np.linalg.solve(with_bias.T @ weighted + penalty, weighted.T @ signs))

    def store(self, folder: Path, examples: Examples) -> None:
        """Writes what is fitted to these examples into a folder, for ``models.toml`` to name."""
        fitted = self.fit(examples)
        arrays = {"weights": fitted.weights.astype(np.float32), "examples": np.array(digest_of(examples))}
        if fitted.vectors is not None:
            arrays["vectors"] = fitted.vectors.astype(np.float16)  # as exact as three digits: scores differ by 0.001
        np.savez(folder / FILE_NAME, allow_pickle=False, **arrays)

    def stored(self, examples: Examples) -> Fitted | None:
        """What comes with the project, where it was fitted to these examples."""
        with np.load(models.bundled_file(self.name, FILE_NAME), allow_pickle=False) as arrays:
            if str(arrays["examples"]) != digest_of(examples):
                return None
            vectors = arrays["vectors"].astype(np.float64) if "vectors" in arrays else None
            return Fitted(arrays["weights"].astype(np.float64), vectors)

    def shipped_vectors(self) -> dict[str, Vectors]:
        """The vector of each shipped example, where it comes with the project; none for a linear model."""
        shipped = self.examples_of(shipped_cues())
        stored = self.stored(shipped)
        if stored is None or stored.vectors is None:
            return {}
        return dict(zip((text for kind in shipped for text in kind), stored.vectors, strict=True))

    def _scores(self, fitted: Fitted, vectors: Vectors) -> Vectors:
        known = _with_bias(vectors) if fitted.vectors is None else self._kernel(vectors, fitted.vectors)
        scores: Vectors = known @ fitted.weights
        return scores

    def _kernel(self, vectors: Vectors, others: Vectors) -> Vectors:
        """How near unit vectors are to others: 1 for the same."""
        near: Vectors = np.exp((self.width or 0.0) * (2.0 * vectors @ others.T - 2.0))
        return near


def digest_of(examples: Examples) -> str:
    """The SHA-256, in hexadecimal, of what a model is fitted to."""
    return hashlib.sha256(json.dumps(examples).encode()).hexdigest()


@lru_cache(maxsize=8)
def _fitted(model: SentenceModel, examples: Examples) -> Fitted:
    return model.stored(examples) or model.fit(examples, model.shipped_vectors())


@lru_cache(maxsize=_KEPT_VECTORS)
def _vector(text: str) -> Vectors:
    vector: Vectors = _encoded([text])[0]
    return vector


def _encoded(texts: Iterable[str]) -> Vectors:
    vectors: Vectors = load_encoder().encode(list(texts)).astype(np.float64)
    return vectors


def _without_points(text: str) -> str:
    # Many a recogniser writes no points: a sentence is the same without its own.
    return text.rstrip(" .!?,;:")


def _with_bias(vectors: Vectors) -> Vectors:
    return np.hstack([vectors, np.ones((len(vectors), 1))])
