"""The kinds of words as features of the name model: how rare each is, in which lists of names, how it is used.

``kinds.npz`` beside the model holds a sorted hash for each known word and 16 bits: rarity (3), first name (3), family
name (3), use (3), place, company, whether it is an ordinary word, and whether it is an organisation that everybody
knows. The model sees words of the last two kinds themselves; any other is only its kind, so that the model learns
where names stand and not which there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from spacy.attrs import IDS, LEMMA, LOWER, NORM, ORTH, SHAPE, TAG
from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc
from thinc.types import Ints2d

FACTORY = "offrecord_kinds"
_FILE = "kinds.npz"
_LONG = 100  # letters of a word whose shape spaCy does not spell
_LISTS = 0xFFFF & ~7 & ~(1 << 14)  # all but rarity and whether it is an ordinary word


class Kinds:
    """A pipeline component: writes a word's kind, its lists alone, and the word or its kind into TAG, LEMMA, NORM."""

    def __init__(self) -> None:
        self._hashes = np.zeros(0, np.uint64)
        self._kinds = np.zeros(0, np.uint16)

    def fill(self, hashes: np.ndarray, kinds: np.ndarray) -> None:
        """Takes the words' hashes, as spaCy's LOWER gives them, and their kinds."""
        order = np.argsort(hashes)
        self._hashes, self._kinds = hashes[order], kinds[order]

    def of(self, words: np.ndarray) -> np.ndarray:
        """The kind of each hashed word; 0 when it is unknown."""
        if not len(self._hashes):
            return np.zeros(len(words), np.uint64)
        place = np.minimum(np.searchsorted(self._hashes, words), len(self._hashes) - 1)
        return np.where(self._hashes[place] == words, self._kinds[place], 0).astype(np.uint64)

    def of_words(self, doc: Doc) -> np.ndarray:
        """The kind of each token of a doc."""
        return self.of(doc.to_array([LOWER]).reshape(-1))

    def __call__(self, doc: Doc) -> Doc:
        """The same doc with its words' kinds."""
        words = doc.to_array([LOWER]).reshape(-1)
        return doc.from_array([NORM, TAG, LEMMA], cast(Ints2d, self._features(words, self.of(words))))

    @staticmethod
    def _features(words: np.ndarray, kinds: np.ndarray) -> np.ndarray:
        """What stands in NORM, TAG and LEMMA for each hashed word with its kind."""
        itself = np.where(kinds >> np.uint64(14), words, kinds + np.uint64(1))
        return np.stack([itself, kinds + np.uint64(1), (kinds & np.uint64(_LISTS)) + np.uint64(1)], axis=1)

    def attributes(self, words: Sequence[str], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The kind of each word, and what a doc with its kind would have in these columns, without making one."""
        lowers = np.array([get_string_id(word.lower()) for word in words], np.uint64)
        kinds = self.of(lowers)
        features = dict(zip(("NORM", "TAG", "LEMMA"), self._features(lowers, kinds).T, strict=True))
        for column in columns:
            if column not in features:
                attribute = _shape if column == "SHAPE" else LEX_ATTRS[IDS[column]]
                features[column] = np.array([get_string_id(cast(str, attribute(word))) for word in words], np.uint64)
        return kinds, np.stack([features[column] for column in columns], axis=1)

    @staticmethod
    def clear(doc: Doc) -> None:
        """Puts words where their kinds were, for whoever reads the doc next."""
        words = doc.to_array([ORTH, LOWER])
        values = np.stack([words[:, 1], np.zeros(len(doc), np.uint64), words[:, 0]], axis=1)
        doc.from_array([NORM, TAG, LEMMA], cast(Ints2d, values))

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Writes the table into a new folder."""
        Path(path).mkdir(exist_ok=True)
        np.savez_compressed(Path(path) / _FILE, hashes=self._hashes, kinds=self._kinds)

    def from_disk(self, path: str | Path, **_: Any) -> Kinds:
        """Reads the table from a folder."""
        with np.load(Path(path) / _FILE, allow_pickle=False) as table:
            self._hashes, self._kinds = table["hashes"], table["kinds"]
        return self


def _shape(word: str) -> str:
    """The shape of a word as spaCy gives it, at once for most words of talk."""
    if word.isascii() and word.isalpha() and word.islower() and len(word) < _LONG:
        return "x" * min(len(word), 4)
    return str(LEX_ATTRS[SHAPE](word))


@Language.factory(FACTORY)
def make_kinds(nlp: Language, name: str) -> Kinds:
    """The component, empty until it is filled or read."""
    return Kinds()
