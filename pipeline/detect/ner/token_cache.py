"""Texts as the name model reads them: spaCy cuts each chunk between spaces by itself, so that each is read once."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Any, NamedTuple

import numpy as np

from pipeline.detect.ner.spacy_component import Found, Names, Words
from pipeline.detect.ner.word_features import Kinds
from pipeline.lexicon import FUNCTION_WORDS, plain, words_of

_TOGETHER = 2000  # words that the model sees at once
_KEPT = 32768  # chunks
_PARTS = 4  # of a chunk with more, any may be a name


_USUAL = re.compile(r"([A-Za-z]+)([,?!]|(?<=[a-z])\.)?")  # what spaCy cuts between its two parts, unless it has a rule


class Token(NamedTuple):
    """One token of spaCy's: its text, its place and its kind."""

    text: str
    start_char: int
    kind: int

    @property
    def end_char(self) -> int:
        """Where it ends."""
        return self.start_char + len(self.text)


class Named(NamedTuple):
    """A name that the model found, with its own chance, which is not calibrated."""

    label: str
    chance: float
    tokens: list[Token]


class _Chunk(NamedTuple):
    """The tokens of a chunk, and twice the number of each one's form, and one more where it can be a name alone."""

    tokens: list[Token]
    forms: list[int]


class Chunks:
    """Finds names in texts, and keeps the chunks seen lately."""

    def __init__(self, nlp: Any, kinds: Kinds, names: Names) -> None:
        self._nlp, self._kinds, self._names = nlp, kinds, names
        self._layers = names.layers
        self._known: dict[str, _Chunk] = {}

    def named(self, texts: Sequence[str]) -> Iterator[list[Named]]:
        """The names that the model finds in each text, but for those of words that cannot be a name alone."""
        some: list[str] = []
        words = 0
        for text in texts:
            some.append(text)
            words += text.count(" ") + 1
            if words >= _TOGETHER:
                yield from self._named(some)
                some, words = [], 0
        if some:
            yield from self._named(some)

    def _named(self, texts: Sequence[str]) -> Iterator[list[Named]]:
        if self._layers.forms.full or len(self._known) > _KEPT:
            self._layers.forms.forget()
            self._known.clear()
        cut = [_chunks(text) for text in texts]
        self._learn({chunk for chunks in cut for chunk in chunks} - self._known.keys())
        asked = [self._words(*one) for one in zip(texts, cut, strict=True)]
        for text, chunks, found in zip(texts, cut, self._names.find_in(self._layers, asked), strict=True):
            yield self._in_text(text, chunks, found) if found else []

    def _learn(self, fresh: set[str]) -> None:
        """Reads chunks that were not seen before."""
        cut = {chunk: self._cut(chunk) for chunk in fresh}
        words = [word for some in cut.values() for word, _ in some]
        kinds, forms = map(iter, self._seen(words))
        for chunk, some in cut.items():
            tokens = [Token(word, start, next(kinds)) for word, start in some]
            nameable = _may_be_named([word for word, _ in some])
            self._known[chunk] = _Chunk(tokens, [2 * next(forms) + nameable for _ in some])

    def _cut(self, text: str) -> list[tuple[str, int]]:
        """The tokens of a text, as spaCy cuts it, and their places."""
        usual, rules = _USUAL.fullmatch(text), self._nlp.tokenizer.rules
        if usual and usual[1] not in rules and text not in rules:
            return [(word, start) for word, start in ((usual[1], 0), (usual[2], usual.end(1))) if word]
        return [(token.text, token.idx) for token in self._nlp.tokenizer(text)]

    def _seen(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """The kind of each word, and the number of its form."""
        if not words:
            return [], []
        kinds, attributes = self._kinds.attributes(words, self._layers.forms.columns)
        return kinds.tolist(), self._layers.forms.numbers(attributes).tolist()

    def _words(self, text: str, chunks: list[str]) -> Words:
        known = self._known
        if chunks or not text:
            numbers = np.array([number for chunk in chunks for number in known[chunk].forms], np.intp)
            return Words(numbers >> 1, (numbers & 1).astype(bool))
        _, forms = self._seen([word for word, _ in self._cut(text)])
        return Words(np.array(forms, np.intp), np.ones(len(forms), bool))

    def _in_text(self, text: str, chunks: list[str], found: list[Found]) -> list[Named]:
        if not chunks:
            cut = self._cut(text)
            kinds, _ = self._seen([word for word, _ in cut])
            tokens = [Token(word, start, kind) for (word, start), kind in zip(cut, kinds, strict=True)]
            return [Named(one.label, one.chance, tokens[one.start : one.end]) for one in found]
        known = [self._known[chunk].tokens for chunk in chunks]
        ends = list(accumulate(map(len, known)))
        starts = list(accumulate((len(chunk) + 1 for chunk in chunks), initial=0))
        return [Named(one.label, one.chance, list(_between(known, ends, starts, one.start, one.end))) for one in found]


def _between(known: list[list[Token]], ends: list[int], starts: list[int], start: int, end: int) -> Iterator[Token]:
    """The tokens ``[start, end)`` of chunks, of which each ends before one token and starts at one character."""
    first = bisect_right(ends, start)
    skipped = start - (ends[first - 1] if first else 0)
    tokens = (
        Token(word, place + at, kind)
        for some, place in zip(known[first:], starts[first:], strict=False)
        for word, at, kind in some
    )
    yield from islice(tokens, skipped, skipped + end - start)


def _chunks(text: str) -> list[str]:
    """The chunks of a text with a single space between each; none of one that has any other space."""
    chunks = text.split()
    return chunks if " ".join(chunks) == text else []


def _may_be_named(tokens: Sequence[str]) -> bool:
    """Whether some of a chunk's tokens in a row are more than numbers and function words."""
    if len(tokens) == 1 and tokens[0].isalpha():
        word = plain(tokens[0])
        return word not in FUNCTION_WORDS and not word.isdigit()
    if len(tokens) > _PARTS:
        return True
    runs = ["".join(tokens[first:last]) for last in range(1, len(tokens) + 1) for first in range(last)]
    forms = {form for run in runs for form in (run, run.removesuffix("'s").removesuffix("’s"))}
    return any(word not in FUNCTION_WORDS and not word.isdigit() for form in forms for word in words_of(form))
