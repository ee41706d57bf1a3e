"""Finds sentences that speak against the recording in words that no phrase has, by the sentence model.

A ridge regression (Hoerl and Kennedy, 1970) on sentence vectors parts what is like the examples of ``cues.toml`` from
what is said of products that record. Its weights for the shipped examples come with the project; a team's own examples
count at once, as it is fitted anew for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.embeddings import encoder_name, load_encoder
from pipeline.lexicon.cues import CuePlace, SpokenSentence
from pipeline.lexicon.plain import word_set
from pipeline.records import SpokenCues

MODEL, FILE_NAME = "objections", "weights.npz"
# By ten-fold cross-validation over 191 objections and 212 sentences about products that record and the like, 0.2 finds
# 79 % and takes 9 % of the others for one.
_LEAST = 0.2
_PENALTY = 1.0  # 0.3 to 3 differ by two in a hundred
# Only sentences with one of these are looked at: without that, what is like an objection to anything else holds a
# session every two hours (23 sentences in 568,000 words, 6 with it), and each sentence takes 4 ms.
_OF_RECORDINGS = word_set(
    """record recorded recorder recording recordings tape taped taping film filmed filming video videos videotaped
    camera cameras youtube internet online publish published publishing quoted anonymous consent consented
    participation"""
)
_LONGEST, _STEP = 20, 10  # words encoded together: a turn without points is no sentence


def objection_places(
    raw: str, spans: Sequence[tuple[int, int]], words: Sequence[str], parts: Sequence[SpokenSentence], cues: SpokenCues
) -> Iterator[CuePlace]:
    """The sentences that are like objections to the recording, of a text with words at these characters.

    None where the sentence model is not on this machine, and none without examples of both kinds.
    """
    if encoder_name() != "minilm" or not (cues.objection_examples and cues.no_objection_examples):
        return
    places = [
        CuePlace(start, min(start + _LONGEST, part.end), number)
        for number, part in enumerate(parts)
        for start in range(part.start, max(part.start + 1, part.end - _STEP), _STEP)
    ]
    places = [place for place in places if not _OF_RECORDINGS.isdisjoint(words[place.start : place.end])]
    if not places:
        return
    weights = _weights(cues.objection_examples, cues.no_objection_examples)
    texts = [raw[spans[place.start][0] : spans[place.end - 1][1]] for place in places]
    for place, score in zip(places, _with_bias(texts) @ weights, strict=True):
        if score >= _LEAST:
            yield place


@lru_cache(maxsize=4)
def _weights(examples: tuple[str, ...], counterexamples: tuple[str, ...]) -> NDArray[np.float64]:
    """The stored weights where they were fitted to these examples; else fitted, which takes 4 ms for each."""
    with np.load(models.bundled_folder(MODEL) / FILE_NAME, allow_pickle=False) as stored:
        if str(stored["examples"]) == digest_of(examples, counterexamples):
            weights: NDArray[np.float64] = stored["weights"].astype(np.float64)
            return weights
    return fit(examples, counterexamples)


def digest_of(examples: tuple[str, ...], counterexamples: tuple[str, ...]) -> str:
    """The SHA-256, in hexadecimal, of what the model is fitted to."""
    return hashlib.sha256(json.dumps([examples, counterexamples]).encode()).hexdigest()


def fit(examples: tuple[str, ...], counterexamples: tuple[str, ...]) -> NDArray[np.float64]:
    """The weights of a sentence's vector and of the bias, 385 numbers: they lean to 1 for examples, else to -1."""
    vectors = _with_bias([*examples, *counterexamples])
    signs = np.repeat([1.0, -1.0], [len(examples), len(counterexamples)])
    shares = len(signs) / 2 / np.where(signs > 0, len(examples), len(counterexamples))
    penalty = _PENALTY * np.eye(vectors.shape[1])
    penalty[-1, -1] = 0.0  # the bias is free
    weighted = vectors * shares[:, None]
    weights: NDArray[np.float64] = np.linalg.solve(vectors.T @ weighted + penalty, weighted.T @ signs)
    return weights


def _with_bias(texts: Sequence[str]) -> NDArray[np.float64]:
    # Many a recogniser writes no points: a sentence is the same without its own.
    vectors = load_encoder().encode([text.rstrip(" .!?") for text in texts]).astype(np.float64)
    return np.hstack([vectors, np.ones((len(texts), 1))])
