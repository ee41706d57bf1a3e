"""A text as the recognisers see it: its tokens with their places, and the matches that recognisers give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from pipeline.lexicon.plain import TOKEN, plain
from pipeline.records import DetectionRule

_CACHED_CHUNKS = 65536  # the 522,000 words of all marked sets have 42,448 different ones


@dataclass(frozen=True, slots=True)
class Match:
    """One mention in a text: characters ``[start_char, end_char)``, and ``text`` itself, which is a secret."""

    start_char: int
    end_char: int
    label: str
    text: str
    entity: str
    rule: DetectionRule
    score: float


class Token(NamedTuple):
    """One word: its place without a possessive ending, and its plain form for comparisons."""

    start_char: int
    end_char: int
    plain: str


class Text(NamedTuple):
    """A text and its tokens; ``cased`` says whether capitals mean anything in it."""

    raw: str
    tokens: tuple[Token, ...]
    cased: bool

    def match(self, first: int, last: int, *, label: str, entity: str, rule: DetectionRule, score: float) -> Match:
        """A match over the tokens ``first`` up to and including ``last``."""
        start_char, end_char = self.tokens[first].start_char, self.tokens[last].end_char
        return Match(start_char, end_char, label, self.raw[start_char:end_char], entity, rule, score)


class Recognizer(Protocol):
    """One way to find mentions."""

    def __call__(self, text: Text, /) -> list[Match]:
        """All mentions in the text; they may overlap."""


class BatchRecognizer(Protocol):
    """One way to find mentions that is quicker over many texts together."""

    def __call__(self, texts: Sequence[Text], /) -> list[list[Match]]:
        """All mentions in each text; they may overlap."""


def read(raw: str) -> Text:
    """The text cut into tokens."""
    tokens, place = [], 0
    for chunk in raw.split(" "):
        tokens += [Token._make((place + start, place + end, word)) for start, end, word in _tokens(chunk)]
        place += len(chunk) + 1
    return Text(raw, tuple(tokens), raw != raw.lower())


@lru_cache(maxsize=_CACHED_CHUNKS)
def _tokens(chunk: str) -> tuple[Token, ...]:
    """The tokens between two spaces: no word goes over a space."""
    tokens = []
    for occurrence in TOKEN.finditer(chunk):
        word, (start_char, end_char) = occurrence.group(), occurrence.span()
        if word[-2:].lower() in ("'s", "’s"):
            end_char -= 2
        tokens.append(Token(start_char, end_char, plain(word)))
    return tuple(tokens)
