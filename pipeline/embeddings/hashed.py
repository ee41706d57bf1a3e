"""TF-IDF in a fixed number of columns: what grouping falls back on where there is no sentence model.

Words and pairs of words are hashed to columns with a sign (feature hashing, Weinberger et al. 2009), so that nothing is
learnt from one batch that another would not have: the same text has the same vector in every run. The weight of a word
is how rare it is in English, by its rank in ``pipeline.lexicon`` (Zipf: the logarithm of the rank stands for the
inverse document frequency).
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.common import ranks

COLUMNS = 1024
_UNKNOWN_RANK = 20_000
_PAIR = 0.5
"""What a pair of words counts beside a word."""
_ENDINGS = ("ings", "ing", "ions", "ion", "ed", "es", "s", "e")


class HashedTfidf:
    """Vectors of ``COLUMNS`` numbers from the words of a text alone."""

    name = "tfidf"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """An array of ``len(texts)`` by ``COLUMNS``, each row of length 1 or zero."""
        vectors = np.zeros((len(texts), COLUMNS), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for term, count in Counter(_terms(text)).items():
                column, weight = _column(term)
                row[column] += weight * math.sqrt(count)
            norm = float(np.linalg.norm(row))
            if norm:
                row /= norm
        return vectors


def _terms(text: str) -> Iterator[str]:
    stems = [_stem(word) for word in words_of(text) if word not in FUNCTION_WORDS]
    yield from stems
    yield from (f"{first} {second}" for first, second in pairwise(stems))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


@lru_cache(maxsize=65536)
def _column(term: str) -> tuple[int, float]:
    digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
    sign = 1.0 if digest[0] & 1 else -1.0
    words = term.split()
    rarity = sum(math.log(2 + ranks().get(word, _UNKNOWN_RANK)) for word in words) / len(words)
    return int.from_bytes(digest[1:], "big") % COLUMNS, sign * rarity * (_PAIR if len(words) > 1 else 1.0)
