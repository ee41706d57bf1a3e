"""Finds the other half of a known person's name beside the half that was heard right ("josh poker's")."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.detect.phonetic import alike, sound_of
from pipeline.detect.text import Hit, Rule, Text
from pipeline.lexicon import FUNCTION_WORDS, Spelling, is_common

RULE = "sounds like"
_ALIKE = 0.5
_ALIKE_ORDINARY = 0.62


def beside_rule(spellings: tuple[Spelling, ...]) -> Rule:
    """A rule for full names of two words: one of them as it is spelt, the other only a little like it."""
    halves: dict[str, list[tuple[Spelling, bool]]] = {}
    for spelling in spellings:
        if spelling.label == "PERSON" and len(spelling.words) == 2:
            halves.setdefault(spelling.words[0], []).append((spelling, True))
            halves.setdefault(spelling.words[1], []).append((spelling, False))

    def rule(text: Text) -> list[Hit]:
        words = [token.plain for token in text.tokens]
        return [
            hit for index, word in enumerate(words) if word in halves for hit in _at(text, words, index, halves[word])
        ]

    return rule


def _at(text: Text, words: list[str], index: int, known: list[tuple[Spelling, bool]]) -> Iterator[Hit]:
    """The hits where the token ``index`` is the first (or second) word of some full names."""
    for spelling, is_first in known:
        other = index + 1 if is_first else index - 1
        wanted = spelling.words[1 if is_first else 0]
        if 0 <= other < len(words) and words[other] not in FUNCTION_WORDS and len(wanted) > 1:
            needed = _ALIKE_ORDINARY if is_common(words[other]) else _ALIKE
            if words[other] != wanted and alike(words[other], wanted, sound_of(wanted)) >= needed:
                first, last = min(index, other), max(index, other)
                yield text.hit(first, last, label="PERSON", entity=spelling.entity, rule=RULE, score=0.6)
