"""Texts as the name model reads them: spaCy cuts each chunk between spaces by itself, so that each is read once."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

import numpy as np

from pipeline.detect.ner.inference import NameSpan, TextForms, find_names
from pipeline.detect.ner.spacy_component import NamePipeline, SpacyToken
from pipeline.lexicon import FUNCTION_WORDS, plain, words_of

_BATCH_WORDS = 2000  # that the model sees at once
_MAX_CHUNKS = 32768
_MAX_PARTS = 4  # of a chunk with more, any may be a name
# What spaCy cuts between its two parts, unless it has a rule of its own for it.
_USUAL = re.compile(r"([A-Za-z]+)([,?!]|(?<=[a-z])\.)?")


class FeatureToken(NamedTuple):
    """One token of spaCy's: its text, its place and its features."""

    text: str
    start_char: int
    features: int

    @property
    def end_char(self) -> int:
        """Where it ends."""
        return self.start_char + len(self.text)


class ModelName(NamedTuple):
    """A name that the model found, with its own probability, which is not calibrated."""

    label: str
    probability: float
    tokens: list[FeatureToken]


class _Chunk(NamedTuple):
    """The tokens of a chunk, and twice the number of each one's form, and one more where it can be a name alone."""

    tokens: list[FeatureToken]
    forms: list[int]


class TokenCache:
    """Finds names in texts, and keeps the chunks seen lately."""

    def __init__(self, pipeline: NamePipeline) -> None:
        self._pipeline = pipeline
        self._network = pipeline.names.network
        self._chunks: dict[str, _Chunk] = {}

    def names(self, texts: Sequence[str]) -> Iterator[list[ModelName]]:
        """The names that the model finds in each text, but for those of words that cannot be a name alone."""
        batch: list[str] = []
        words = 0
        for text in texts:
            batch.append(text)
            words += text.count(" ") + 1
            if words >= _BATCH_WORDS:
                yield from self._names(batch)
                batch, words = [], 0
        if batch:
            yield from self._names(batch)

    def features(self, words: Sequence[str]) -> list[int]:
        """The features of each word, whatever its case."""
        return self._pipeline.features.of_words(words)

    def _names(self, texts: Sequence[str]) -> Iterator[list[ModelName]]:
        if self._network.cache.full or len(self._chunks) > _MAX_CHUNKS:
            self._network.cache.clear()
            self._chunks.clear()
        split = [_chunks(text) for text in texts]
        self._add({chunk for chunks in split for chunk in chunks} - self._chunks.keys())
        forms = [self._forms(text, chunks) for text, chunks in zip(texts, split, strict=True)]
        names = find_names(self._network, forms, self._pipeline.names.floor)
        for text, chunks, spans in zip(texts, split, names, strict=True):
            yield self._in_text(text, chunks, spans) if spans else []

    def _add(self, fresh: set[str]) -> None:
        """Reads chunks that were not seen before."""
        cut = {chunk: self._cut(chunk) for chunk in fresh}
        features, forms = map(iter, self._read([token for tokens in cut.values() for token in tokens]))
        for chunk, tokens in cut.items():
            featured = [FeatureToken(*token, next(features)) for token in tokens]
            nameable = _may_be_named([token.text for token in tokens])
            self._chunks[chunk] = _Chunk(featured, [2 * next(forms) + nameable for _ in tokens])

    def _cut(self, text: str) -> list[SpacyToken]:
        """The tokens of a text, as spaCy cuts it."""
        usual, exceptions = _USUAL.fullmatch(text), self._pipeline.exceptions
        if usual and usual[1] not in exceptions and text not in exceptions:
            return [SpacyToken(word, start) for word, start in ((usual[1], 0), (usual[2], usual.end(1))) if word]
        return self._pipeline.tokens(text)

    def _read(self, tokens: Sequence[SpacyToken]) -> tuple[list[int], list[int]]:
        """The features of each token, and the number of its form."""
        if not tokens:
            return [], []
        cache = self._network.cache
        features, attributes = self._pipeline.features.attributes([token.text for token in tokens], cache.columns)
        return features.tolist(), cache.numbers(attributes).tolist()

    def _forms(self, text: str, chunks: list[str]) -> TextForms:
        if chunks or not text:
            numbers = np.array([number for chunk in chunks for number in self._chunks[chunk].forms], np.intp)
            return TextForms(numbers >> 1, (numbers & 1).astype(bool))
        _, forms = self._read(self._cut(text))
        return TextForms(np.array(forms, np.intp), np.ones(len(forms), bool))

    def _in_text(self, text: str, chunks: list[str], spans: list[NameSpan]) -> list[ModelName]:
        if not chunks:
            cut = self._cut(text)
            features, _ = self._read(cut)
            tokens = [FeatureToken(*token, bits) for token, bits in zip(cut, features, strict=True)]
            return [ModelName(span.label, span.probability, tokens[span.start : span.end]) for span in spans]
        cached = [self._chunks[chunk].tokens for chunk in chunks]
        ends = list(accumulate(map(len, cached)))
        starts = list(accumulate((len(chunk) + 1 for chunk in chunks), initial=0))
        return [
            ModelName(span.label, span.probability, list(_between(cached, ends, starts, span.start, span.end)))
            for span in spans
        ]


def _between(
    chunks: list[list[FeatureToken]], ends: list[int], starts: list[int], start: int, end: int
) -> Iterator[FeatureToken]:
    """The tokens ``[start, end)`` of chunks, of which each ends before one token and starts at one character."""
    first = bisect_right(ends, start)
    skipped = start - (ends[first - 1] if first else 0)
    tokens = (
        FeatureToken(word, chunk_start + at, features)
        for chunk, chunk_start in zip(chunks[first:], starts[first:], strict=False)
        for word, at, features in chunk
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
    if len(tokens) > _MAX_PARTS:
        return True
    runs = ["".join(tokens[first:last]) for last in range(1, len(tokens) + 1) for first in range(last)]
    forms = {form for run in runs for form in (run, run.removesuffix("'s").removesuffix("’s"))}
    return any(word not in FUNCTION_WORDS and not word.isdigit() for form in forms for word in words_of(form))
