"""Finds planned terms in text, whatever their case, punctuation and spacing, and puts their labels in their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from pipeline.lexicon.plain import latin
from pipeline.records import PlannedTerm

LONG = 6
_TOKEN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
# Hyphens, joiners, marks of direction and of style that are not seen and may stand in the middle of a word.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
Span = tuple[int, int, str]


def normal(text: str) -> str:
    """A token as it is compared: compatibility forms and case folded away."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def looks(token: str) -> str:
    """A token as it looks to who reads it: like ``normal``, without accents, in Latin letters where it looks so."""
    bare = normal(token)
    if bare.isascii():
        return bare
    return latin("".join(char for char in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(char)))


class Terms:
    """The planned terms of one plan, ready to be looked for."""

    def __init__(self, terms: Sequence[PlannedTerm]) -> None:
        found: dict[tuple[str, ...], str] = {}
        for term in terms:
            tokens = tuple(looks(token) for token in _TOKEN.findall(_UNSEEN.sub("", term.text)))
            if tokens:
                found.setdefault(tokens, term.replacement)
        self._terms = sorted(found.items(), key=lambda item: -len("".join(item[0])))

    def spans(self, text: str) -> tuple[Span, ...]:
        """Where terms stand: start and end character and the replacement, in order, whole tokens, without overlap.

        Tokens may be split or joined otherwise than in the term ("data dog" for "DataDog"). A term of six characters or
        more is also found inside longer tokens, which then go as a whole: its bytes may stand nowhere. Accents, what is
        not seen, and letters of other alphabets that look the same make no difference.
        """
        tokens = [(match.start(), match.end(), looks(match.group())) for match in _TOKEN.finditer(text)]
        gaps = [text[one[1] : two[0]] for one, two in pairwise(tokens)]
        written = _Line(tokens, ["" if _UNSEEN.fullmatch(gap) else " " for gap in gaps])
        joined = _Line(tokens, [""] * len(gaps))
        taken = [False] * len(tokens)
        spans: list[Span] = []
        for term, replacement in self._terms:
            runs = joined.whole("".join(term))
            if len("".join(term)) >= LONG:
                runs += written.anywhere(" ".join(term))
            for first, last in runs:
                free = [index for index in range(first, last) if not taken[index]]
                if len(free) == last - first:
                    spans.append((tokens[first][0], tokens[last - 1][1], replacement))
                else:
                    spans += [(tokens[index][0], tokens[index][1], replacement) for index in free]
                taken[first:last] = [True] * (last - first)
        return tuple(sorted(spans))

    def replace(self, text: str) -> str:
        """The text with every term replaced by its label."""
        for start, end, replacement in reversed(self.spans(text)):
            text = text[:start] + replacement + text[end:]
        return text


class _Line:
    """The tokens of a text written one after another, and which token each character belongs to."""

    def __init__(self, tokens: Sequence[tuple[int, int, str]], between: Sequence[str]) -> None:
        pieces = [token + gap for (_, _, token), gap in zip(tokens, [*between, ""], strict=False)]
        self._text = "".join(pieces)
        self._owner: list[int] = []
        self._starts: set[int] = {0}
        for index, piece in enumerate(pieces):
            self._owner += [index] * len(piece)
            self._starts.add(len(self._owner))

    def whole(self, term: str) -> list[tuple[int, int]]:
        """Half-open runs of whole tokens that make the term."""
        return [run for at, run in self._found(term) if at in self._starts and at + len(term) in self._starts]

    def anywhere(self, term: str) -> list[tuple[int, int]]:
        """Half-open runs of the tokens that hold the term, be it inside a longer one."""
        return [run for _, run in self._found(term)]

    def _found(self, term: str) -> list[tuple[int, tuple[int, int]]]:
        found, at = [], self._text.find(term)
        while at >= 0:
            found.append((at, (self._owner[at], self._owner[at + len(term) - 1] + 1)))
            at = self._text.find(term, at + 1)
        return found
