"""Which encoder makes the sentence vectors on this machine."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.embeddings.hashed import HashedTfidf

Vectors = NDArray[np.float32]
MODEL = "all-minilm-l6-v2"
"""The entry of models.toml that holds the sentence model."""


class SentenceEncoder(Protocol):
    """Makes one vector of length 1 for each text, so that a dot product is the cosine."""

    @property
    def name(self) -> str:
        """``minilm`` or ``tfidf``: thresholds depend on it, and results that rest on it are kept under it."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """An array of ``len(texts)`` rows; a text without a word has a row of zeros."""


def encoder_name() -> str:
    """The name of the encoder that ``load_encoder`` loads, without loading it."""
    return "minilm" if models.folder(models.find(MODEL)).is_dir() else HashedTfidf.name


def version() -> str:
    """What tells the encoder of this machine from any other: objections and secrets are noticed by its vectors."""
    return f"{encoder_name()} {models.fingerprint(MODEL)}"


def load_encoder() -> SentenceEncoder:
    """The sentence model if it is here, else TF-IDF; loaded once a process, also where the model comes while it runs.

    Raises ``ConfigurationError`` where the model is here and not what it was: a damaged model is never passed over.
    """
    if encoder_name() == HashedTfidf.name:
        return HashedTfidf()
    return _sentence_model(models.folder(models.find(MODEL)))


@functools.lru_cache(maxsize=1)
def _sentence_model(_folder: Path) -> SentenceEncoder:
    from pipeline.embeddings.minilm import MiniLM

    return MiniLM(models.verified(models.find(MODEL)))
