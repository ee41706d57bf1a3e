"""How well requests are told where the threshold was read off other documents than those that it is measured on.

The weights of the classifier know of no marked set: beside the weights of cues the threshold is all that was read off.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.embeddings import SentenceEncoder
from pipeline.tag.classifier import load_classifier
from pipeline.tag.cues import Label
from pipeline.tag.judge import judge

FOLDS, DRAWS = 5, 60
LIMITS = np.linspace(0.02, 0.9, 177)
"""The thresholds that are tried."""


class Marked(NamedTuple):
    """The texts of a set: the document of each, whether it is a request, and how likely we hold that for."""

    documents: Sequence[str]
    wanted: NDArray[np.bool_]
    scores: NDArray[np.float64]


def every_score(texts: Sequence[str], encoder: SentenceEncoder) -> NDArray[np.float64]:
    """How likely each text is a request, also under the threshold; 0 where it has no cue of one."""
    known = load_classifier()
    lowered = {
        name: {**labels, Label.REQUEST: replace(labels[Label.REQUEST], threshold=0.0)}
        for name, labels in known.calibrations.items()
    }
    judged = judge(texts, classifier=replace(known, calibrations=lowered), encoder=encoder)
    scores = ([verdict.score for verdict in verdicts if verdict.label is Label.REQUEST] for verdicts in judged)
    return np.array([max(score, default=0.0) for score in scores])


def by_fold(sets: Mapping[str, Marked]) -> dict[str, list[float]]:
    """F1 of each set in each draw.

    The threshold has the highest sum of F1 on four fifths of the documents of all sets, and is used on the other fifth.
    """
    values: dict[str, list[float]] = {name: [] for name in sets}
    for draw in range(DRAWS):
        folds = {name: _folds(marked.documents, f"{draw}{name}") for name, marked in sets.items()}
        found = {name: np.zeros(len(marked.wanted), np.bool_) for name, marked in sets.items()}
        for fold in range(FOLDS):
            rest = [_of(marked, folds[name] != fold) for name, marked in sets.items()]
            limit = max(LIMITS, key=lambda limit: sum(f1(one.wanted, one.scores >= limit) for one in rest))
            for name, marked in sets.items():
                held = folds[name] == fold
                found[name][held] = marked.scores[held] >= limit
        for name, marked in sets.items():
            values[name].append(f1(marked.wanted, found[name]))
    return values


def f1(wanted: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * int((wanted & found).sum()) / max(1, int(wanted.sum() + found.sum()))


def _of(marked: Marked, part: NDArray[np.bool_]) -> Marked:
    return Marked((), marked.wanted[part], marked.scores[part])


def _folds(documents: Sequence[str], seed: str) -> NDArray[np.int64]:
    """The fold of each text; those of one document are in one."""
    order = sorted(set(documents))
    random.Random(seed).shuffle(order)
    place = {document: number % FOLDS for number, document in enumerate(order)}
    return np.array([place[document] for document in documents])
