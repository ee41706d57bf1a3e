"""Writes a text as one character for each token, so that regular expressions can find spoken identifiers.

::

    d digit word or digit     n written number    t teens, tens, hundred    x double, triple
    l single letter           w other word        f function word           o "oh" (digit or letter)
    g function word that also ends addresses ("it", "us")
    . dot    - dash    _ underscore    / slash    : colon    @ at    + plus    & ampersand
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.detect.text.tokens import Text
from pipeline.lexicon import FUNCTION_WORDS
from pipeline.lexicon.plain import word_set

_CLASSES = {
    **dict.fromkeys(["dot", "period", "point"], "."),
    **dict.fromkeys(["dash", "hyphen", "minus"], "-"),
    **dict.fromkeys(["underscore"], "_"),
    **dict.fromkeys(["slash"], "/"),
    **dict.fromkeys(["colon"], ":"),
    **dict.fromkeys(["at"], "@"),
    **dict.fromkeys(["plus"], "+"),
    **dict.fromkeys(["ampersand"], "&"),
    **dict.fromkeys(["o", "oh"], "o"),
    **dict.fromkeys(["double", "triple"], "x"),
    **dict.fromkeys(
        word_set(
            """eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty
            sixty seventy eighty ninety hundred"""
        ),
        "t",
    ),
}
# Words in front of an identifier, which are no part of it.
_CUES = word_set(
    """email address reach call send write website site url link server host named called shared photo phone number
    mobile fax desk cell office account card iban ssn extension ip"""
)
_ENDINGS = word_set("it us be me in so to is")


class ClassedText(NamedTuple):
    """A text and the class of each of its tokens, one character each."""

    text: Text
    codes: str

    def before(self, first: int, words: int = 6) -> frozenset[str]:
        """The plain words in front of a token; six reach back over "the number for my new card is"."""
        return frozenset(token.plain for token in self.text.tokens[max(0, first - words) : first])


def classify(text: Text) -> ClassedText:
    """The classes of all tokens of a text."""
    return ClassedText(text, "".join([_code_of(token.plain) for token in text.tokens]))


@lru_cache(maxsize=65536)
def _code_of(word: str) -> str:
    if word.isdigit():
        return "d" if len(word) == 1 else "n"
    if is_oh_group(word):
        return "n"
    if word in _CLASSES:
        return _CLASSES[word]
    if len(word) == 1:
        return "l"
    if word in _ENDINGS:
        return "g"
    return "f" if word in FUNCTION_WORDS or word in _CUES else "w"


def is_oh_group(word: str) -> bool:
    """Whether a plain word is figures behind a letter O: so "oh eight two seven" may be written ("O827")."""
    return word[:1] == "o" and word[1:].isdigit()


def gap_is_plain(text: Text, first: int, last: int) -> bool:
    """Whether only spaces and hyphens stand between two tokens, no end of a sentence."""
    between = text.raw[text.tokens[first].end_char : text.tokens[last].start_char]
    return not re.search(r"[.!?;]\s", between)
