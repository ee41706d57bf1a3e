"""Spoken forms by rule: letters by name, numbers by words, and names read letter by letter as most of Europe would."""

from __future__ import annotations

import re

Phones = tuple[str, ...]

LETTERS: dict[str, str] = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH", "i": "AY",
    "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY", "q": "K Y UW",
    "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S",
    "y": "W AY", "z": "Z IY",
}  # fmt: skip

# One reading for all of Europe is wrong in detail and near enough to be found. The longest signs go first.
_SOUNDS: dict[str, str] = {
    "tsch": "CH", "szcz": "SH CH", "sch": "SH", "sz": "SH", "cz": "CH", "rz": "ZH", "ch": "K", "sh": "SH", "th": "T",
    "ph": "F", "qu": "K W", "ck": "K", "gh": "G", "kh": "K", "zh": "ZH", "dj": "JH", "ng": "NG",
    "ee": "IY", "oo": "UW", "ie": "IY", "ei": "AY", "ai": "AY", "au": "AW", "eu": "OY", "ou": "UW", "aa": "AA",
    "a": "AA", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IY", "j": "Y", "k": "K",
    "l": "L", "m": "M", "n": "N", "o": "OW", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "UW", "v": "V",
    "w": "V", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
_ENGLISH_CONSONANTS = {"j": "JH", "w": "W", "ch": "CH"}
_SIGN = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SYMBOLS = {
    ".": "dot",
    "@": "at",
    "_": "underscore",
    "&": "and",
    "+": "plus",
    "/": "slash",
    "#": "number",
    "%": "percent",
}


def spelled(word: str) -> Phones:
    """The letters of a word said one by one; letters outside a to z are left out."""
    return tuple(" ".join(LETTERS[letter] for letter in word.lower() if letter in LETTERS).split())


def as_written_abroad(word: str) -> list[Phones]:
    """Two readings of a name by its letters: with continental consonants, and with English ones."""
    signs = _SIGN.findall(re.sub(r"([^aeiou])\1", r"\1", word.lower()))
    continental = " ".join(_SOUNDS[sign] for sign in signs)
    english = " ".join(_ENGLISH_CONSONANTS.get(sign, _SOUNDS[sign]) for sign in signs)
    return [tuple(reading.split()) for reading in dict.fromkeys((continental, english)) if reading]


def spoken_words(text: str) -> list[str]:
    """A text as the lower-case words somebody says: signs by name, small numbers as words, long ones digit by digit."""
    words: list[str] = []
    for part in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*\.?(?=\s|$)|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[^\w\s]|_", text):
        if part.isdigit():
            words += number(part)
        elif part[0].isalpha():
            words.append(part.rstrip(".").replace("’", "'"))
        elif part in _SYMBOLS:
            words.append(_SYMBOLS[part])
    return words


def number(digits: str) -> list[str]:
    """The words of a number: whole up to 99, in two halves up to 9999 where that is usual, else digit by digit."""
    value = int(digits)
    if len(digits) <= 2 and (digits[0] != "0" or len(digits) == 1):
        return (
            [_SMALL[value]] if value < 20 else [_TENS[value // 10 - 2], *([_SMALL[value % 10]] if value % 10 else [])]
        )
    if len(digits) == 4 and digits[0] != "0" and digits[2] != "0":
        return number(digits[:2]) + number(digits[2:])
    return [_SMALL[int(digit)] for digit in digits]
