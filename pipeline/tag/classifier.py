"""The small classifier of ``models/requests``: how likely a cue is what it sounds like, from what stands around it.

Two logistic regressions for each label, over the features of ``features.py`` and over the sentence vector of the words
around the cue, have the same say. Without the sentence model the first decides alone, by its own calibration. What
people expect of a product without a wish (``expectation_cues.py``) has two of its own.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.embeddings import SentenceEncoder
from pipeline.tag.cues import TAGS, CueMatch, Label
from pipeline.tag.expectation_cues import EXPECTATION
from pipeline.tag.features import features, kinds_of, read_words
from pipeline.tag.tokens import WordToken, joined

MODEL = "requests"
BEFORE, AFTER = 3, 16
"""Words before and after a cue's first that make its sentence vector."""
VECTOR_MODEL = "minilm"
"""The encoder that the vector weights were trained with."""
_HOPELESS = -6.0
"""Log-odds of the first regression under which no vector is asked for: it could not make up for that."""
_LATE = 0.01
"""Taken off for each word of the turn before the cue: a long turn has more chances to hold a cue by accident."""


class CueCandidate(NamedTuple):
    """A cue in the words of a sentence, or of two where the second only points back."""

    tokens: tuple[WordToken, ...]
    match: CueMatch
    words_before: int
    """Words of the turn before these."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """From log-odds to the share of cues that are what they sound like, and the share from which a tag is given."""

    slope: float
    intercept: float
    threshold: float

    def score(self, log_odds: float) -> float:
        """The score of a tag, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-(self.slope * log_odds + self.intercept)))


@dataclass(frozen=True, slots=True)
class Regression:
    """The weights of the features of a cue and of its sentence vector, each with its bias."""

    weights: Mapping[str, float]
    bias: float
    vector: NDArray[np.float32]
    vector_bias: float


@dataclass(frozen=True, slots=True)
class Classifier:
    """The weights and calibrations of every label."""

    words: Mapping[str, str]
    regressions: Mapping[str, Regression]
    """By what ``CuePhrase.regression`` says."""
    calibrations: Mapping[str, Mapping[Label, Calibration]]
    """By encoder: ``minilm``, or ``none`` for the features alone."""

    def log_odds(self, candidates: Sequence[CueCandidate], encoder: SentenceEncoder) -> list[float]:
        """For each candidate how much speaks for its label; comparable within a label only."""
        first = [self._by_features(candidate) for candidate in candidates]
        if encoder.name == VECTOR_MODEL:
            near_threshold = [index for index, value in enumerate(first) if value > _HOPELESS]
            vectors = encoder.encode([window(candidates[index]) for index in near_threshold])
            for index, vector in zip(near_threshold, vectors, strict=True):
                regression = self.regressions[candidates[index].match.cue.regression]
                first[index] = (first[index] + float(vector @ regression.vector) + regression.vector_bias) / 2
        return [value - _against(candidate) for value, candidate in zip(first, candidates, strict=True)]

    def calibration(self, label: Label, encoder: SentenceEncoder) -> Calibration:
        """How log-odds of this label are read."""
        return self.calibrations[encoder.name if encoder.name == VECTOR_MODEL else "none"][label]

    def _by_features(self, candidate: CueCandidate) -> float:
        regression = self.regressions[candidate.match.cue.regression]
        present = features(kinds_of(candidate.tokens, self.words), candidate.match)
        return regression.bias + sum(regression.weights.get(feature, 0.0) for feature in present)


def window(candidate: CueCandidate) -> str:
    """The words around a cue that its sentence vector is made of."""
    start = candidate.match.start
    return joined(candidate.tokens[max(0, start - BEFORE) : start + AFTER])


def _against(candidate: CueCandidate) -> float:
    return candidate.match.cue.weight.value + _LATE * (candidate.words_before + candidate.match.start)


def read_regressions(path: Path) -> dict[str, Regression]:
    """The regressions of a file of weights, by name."""
    with np.load(path, allow_pickle=False) as stored:
        return {
            name: Regression(
                weights=dict(
                    zip(str(stored[f"{name}.features"]).split("\n"), stored[f"{name}.weights"].tolist(), strict=True)
                ),
                bias=float(stored[f"{name}.bias"]),
                vector=stored[f"{name}.vector"].astype(np.float32),
                vector_bias=float(stored[f"{name}.vector_bias"]),
            )
            for name in (*TAGS, EXPECTATION)
        }


@functools.cache
def load_classifier() -> Classifier:
    """The bundled classifier; raises ``ConfigurationError`` when it is missing or not what it was."""
    folder = models.bundled_folder(MODEL)
    calibrated = tomllib.loads((folder / "calibration.toml").read_text("utf-8"))
    return Classifier(
        words=read_words((folder / "words.txt").read_text("utf-8")),
        regressions=read_regressions(folder / "weights.npz"),
        calibrations={
            encoder: {Label(label): Calibration(**values) for label, values in labels.items()}
            for encoder, labels in calibrated.items()
        },
    )
