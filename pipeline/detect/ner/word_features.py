"""The features of words that the name model sees: how rare each is, in which lists of names, how it is used.

``kinds.npz`` beside the model holds a sorted hash for each known word and 16 bits: rarity (3), given name (3), family
name (3), use (3), place, company, whether it is an ordinary word, and whether it is an organisation that everybody
knows. The model sees words of the last two kinds themselves; any other is only its features, so that the model learns
where names stand and not which there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from pipeline.detect.scoring.calibration import KnownFor

FILE = "kinds.npz"
COLUMNS = ("NORM", "TAG", "LEMMA")
"""The attributes of spaCy's tokens that carry the features: the word or its features, the features, its lists."""
_GIVEN, _FAMILY, _DEGREES = 3, 6, 7
_COMPANY, _ORDINARY, _FAMOUS = 13, 14, 15
_LISTS = 0xFFFF & ~7 & ~(1 << _ORDINARY)  # all but rarity and whether it is an ordinary word


def known_for(features: Sequence[int]) -> KnownFor:
    """The strongest that any of the words is known for; ``ordinary`` only when all are."""
    return KnownFor(
        given_name=max(bits >> _GIVEN & _DEGREES for bits in features),
        family_name=max(bits >> _FAMILY & _DEGREES for bits in features),
        company=any(bits >> _COMPANY & 1 for bits in features),
        ordinary=all(bits >> _ORDINARY & 1 for bits in features),
        famous=any(bits >> _FAMOUS & 1 for bits in features),
    )


class WordFeatures:
    """The table of all known words: their hashes as spaCy's LOWER gives them, and the features of each."""

    def __init__(self) -> None:
        self._hashes = np.zeros(0, np.uint64)
        self._features = np.zeros(0, np.uint16)

    def fill(self, hashes: np.ndarray, features: np.ndarray) -> None:
        """Takes the words' hashes and their features, in any order."""
        order = np.argsort(hashes)
        self._hashes, self._features = hashes[order], features[order]

    def of(self, hashes: np.ndarray) -> np.ndarray:
        """The features of each hashed word; 0 when it is unknown."""
        if not len(self._hashes):
            return np.zeros(len(hashes), np.uint64)
        index = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return np.where(self._hashes[index] == hashes, self._features[index], 0).astype(np.uint64)

    @staticmethod
    def columns(hashes: np.ndarray, features: np.ndarray) -> np.ndarray:
        """What stands in each of ``COLUMNS`` for hashed words with these features: one row for each word."""
        itself = np.where(features >> np.uint64(_ORDINARY), hashes, features + np.uint64(1))
        return np.stack([itself, features + np.uint64(1), (features & np.uint64(_LISTS)) + np.uint64(1)], axis=1)

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Writes the table into a new folder."""
        Path(path).mkdir(exist_ok=True)
        np.savez_compressed(Path(path) / FILE, hashes=self._hashes, kinds=self._features)

    def from_disk(self, path: str | Path, **_: Any) -> Self:
        """Reads the table from a folder."""
        with np.load(Path(path) / FILE, allow_pickle=False) as table:
            self._hashes, self._features = table["hashes"], table["kinds"]
        return self
