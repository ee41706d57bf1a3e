"""The plain form of a word: how words are compared whatever their case, accents, apostrophes or digits."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_POSSESSIVE = re.compile(r"['’]s$|['’]$", re.IGNORECASE)
_WITHOUT_PARTS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
# Letters of other alphabets that nobody can tell from Latin ones.
_LOOKALIKES = str.maketrans("авсԁенһіјкӏморѕтухѵԝαεηικνορτυχω", "abcdehhijklmopstyxvwaenikvoptuxw")
_DIGIT_WORDS = dict(
    zip(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        map(str, range(11)),
        strict=True,
    )
)


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """A word for comparisons: small letters without accents, apostrophes or a possessive; digit words as digits."""
    bare = _POSSESSIVE.sub("", word).replace("'", "").replace("’", "").casefold()
    if not bare.isascii():
        bare = bare.translate(_WITHOUT_PARTS)
        bare = latin("".join(char for char in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(char)))
    return _DIGIT_WORDS.get(bare, bare)


def latin(word: str) -> str:
    """A word of small letters with Latin ones for those that look like them, if it has any Latin letter."""
    return word.translate(_LOOKALIKES) if any("a" <= char <= "z" for char in word) else word


def without_directions(text: str) -> str:
    """A text without the marks of writing direction that platforms put around names from right to left."""
    return _DIRECTIONS.sub("", text)


def words_of(text: str) -> tuple[str, ...]:
    """The plain forms of the words of a name or term."""
    return tuple(plain(match.group()) for match in TOKEN.finditer(text))


def word_set(text: str) -> frozenset[str]:
    """The words of a text, apart at spaces."""
    return frozenset(text.split())
