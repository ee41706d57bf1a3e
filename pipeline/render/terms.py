"""Finds planned terms in text, whatever their case, punctuation and spacing, and puts their labels in their place."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.lexicon.plain import latin
from pipeline.records import PlannedTerm

LONG = 6
_TOKEN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
# Hyphens, joiners, marks of direction and of style that are not seen and may stand in the middle of a word.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
Span = tuple[int, int, str]
Run = tuple[int, int]
Token = tuple[int, int, str]


def normal(text: str) -> str:
    """A token as it is compared: compatibility forms and case folded away."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def looks(token: str) -> str:
    """A token as it looks to who reads it: like ``normal``, without accents, in Latin letters where it looks so."""
    bare = normal(token)
    if bare.isascii():
        return bare
    return latin("".join(char for char in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(char)))


class TermReplacer:
    """The planned terms of one plan, ready to be looked for: however many they are, a text is read once."""

    def __init__(self, terms: Sequence[PlannedTerm]) -> None:
        replacements: dict[tuple[str, ...], str] = {}
        for term in terms:
            tokens = tuple(looks(token) for token in _TOKEN.findall(_UNSEEN.sub("", term.text)))
            if tokens:
                replacements.setdefault(tokens, term.replacement)
        # The longest first: what is a part of another term goes with it.
        ranked = sorted(replacements.items(), key=lambda item: -len("".join(item[0])))
        self._replacements = [replacement for _, replacement in ranked]
        self._longest = max((len("".join(tokens)) for tokens, _ in ranked), default=0)
        self._joined: defaultdict[str, list[int]] = defaultdict(list)
        self._starts: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for rank, (tokens, _) in enumerate(ranked):
            self._joined["".join(tokens)].append(rank)
            if len("".join(tokens)) >= LONG:
                written = " ".join(tokens)
                self._starts[written[:LONG]].append((rank, written))

    def spans(self, text: str) -> tuple[Span, ...]:
        """Where terms stand: start and end character and the replacement, in order, whole tokens, without overlap.

        Tokens may be split or joined otherwise than in the term ("data dog" for "DataDog"). A term of six characters or
        more is also found inside longer tokens, which then go as a whole: its bytes may stand nowhere. Accents, what is
        not seen, and letters of other alphabets that look the same make no difference.
        """
        tokens = [(match.start(), match.end(), looks(match.group())) for match in _TOKEN.finditer(text)]
        runs: defaultdict[int, list[Run]] = defaultdict(list)
        for rank, run in (*self._whole(tokens), *self._inside(text, tokens)):
            runs[rank].append(run)
        taken = [False] * len(tokens)
        spans: list[Span] = []
        for rank in sorted(runs):
            for first, last in runs[rank]:
                free = [index for index in range(first, last) if not taken[index]]
                if len(free) == last - first:
                    spans.append((tokens[first][0], tokens[last - 1][1], self._replacements[rank]))
                else:
                    spans += [(tokens[index][0], tokens[index][1], self._replacements[rank]) for index in free]
                taken[first:last] = [True] * (last - first)
        return tuple(sorted(spans))

    def replace(self, text: str) -> str:
        """The text with every term replaced by its label."""
        parts, at = [], 0
        for start, end, replacement in self.spans(text):
            parts += [text[at:start], replacement]
            at = end
        return "".join((*parts, text[at:]))

    def _whole(self, tokens: Sequence[Token]) -> Iterator[tuple[int, Run]]:
        """The runs of whole tokens that make a term, by the term's rank: half-open, in order."""
        for first in range(len(tokens)):
            joined = ""
            for last in range(first, len(tokens)):
                joined += tokens[last][2]
                if len(joined) > self._longest:
                    break
                yield from ((rank, (first, last + 1)) for rank in self._joined.get(joined, ()))

    def _inside(self, text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, Run]]:
        """The runs of tokens that hold a long term, be it inside a longer one."""
        gaps = [text[before[1] : after[0]] for before, after in pairwise(tokens)]
        between = ["" if _UNSEEN.fullmatch(gap) else " " for gap in gaps]
        owner: list[int] = []
        for index, (_, _, token) in enumerate(tokens):
            owner += [index] * (len(token) + (len(between[index]) if index < len(between) else 0))
        written = "".join(token + gap for (_, _, token), gap in zip(tokens, [*between, ""], strict=False))
        for at in range(len(written) - LONG + 1):
            for rank, term in self._starts.get(written[at : at + LONG], ()):
                if written.startswith(term, at):
                    yield rank, (owner[at], owner[at + len(term) - 1] + 1)
