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
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_LONGEST_GROUPED = len("999,999,999,999")
_SYMBOLS = {
    ".": "dot", "@": "at", "_": "underscore", "&": "and", "+": "plus", "/": "slash", "#": "number", "%": "percent",
}  # fmt: skip
_CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds"}
_WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
# A full stop is read out only before a letter or a digit: elsewhere it ends a sentence or an abbreviation.
_TOKEN = re.compile(
    rf"(?P<currency>[$€£])(?=\d)|(?P<ordinal>\d+)(?:st|nd|rd|th)\b|(?P<grouped>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?)(?!\d)"
    rf"|(?<![.\d])(?P<decimal>\d+\.\d+)(?![.\d])|(?P<digits>\d+)|(?P<initials>(?:[^\W\d_]\.){{2,}})(?!\w)"
    rf"|(?P<word>{_WORD})|(?P<sign>\.(?=\w)|[^\w\s.]|_)"
)


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
    """A text as the words somebody says: signs by name, numbers as words, the unit of a price behind its number."""
    words: list[str] = []
    unit: list[str] = []
    for match in _TOKEN.finditer(text):
        kind, token = str(match.lastgroup), match[0]
        if kind == "currency":
            unit = [_CURRENCIES[token]]
        elif kind == "word":
            words.append(token.replace("’", "'"))
        elif kind == "initials":
            words += token.split(".")[:-1]
        elif kind == "sign":
            words += [_SYMBOLS[token]] if token in _SYMBOLS else []
        else:
            words += _number_words(kind, match[kind]) + unit
            unit = []
    return words


def _number_words(kind: str, token: str) -> list[str]:
    if kind == "ordinal":
        return _ordinal(number(token))
    whole, _, fraction = token.partition(".")
    grouped = kind == "grouped" and len(whole) <= _LONGEST_GROUPED
    words = _cardinal(int(whole.replace(",", ""))) if grouped else number(whole.replace(",", ""))
    return words + (["point", *_digits(fraction)] if fraction else [])


def number(digits: str) -> list[str]:
    """The words of a number as they are usual in talk.

    Whole up to 99 and for round hundreds and thousands, four digits in two halves as in years, else digit by digit as
    in telephone numbers.
    """
    size = len(digits)
    if size > 4 or (digits[0] == "0" and size > 1):
        return _digits(digits)
    value = int(digits)
    if size <= 2 or (size == 3 and value % 100 == 0) or (size == 4 and value % 1000 < 10):
        return _cardinal(value)
    if size == 4:
        first, second = digits[:2], digits[2:]
        return _cardinal(int(first)) + (["hundred"] if second == "00" else number(second))
    return _digits(digits)


def _digits(digits: str) -> list[str]:
    return [_SMALL[int(digit)] for digit in digits]


def _cardinal(value: int) -> list[str]:
    """The words of a whole number."""
    if value < 20:
        return [_SMALL[value]]
    if value < 100:
        return [_TENS[value // 10 - 2], *(_cardinal(value % 10) if value % 10 else [])]
    scale, name = next((scale, name) for scale, name in _SCALES if value >= scale)
    return [*_cardinal(value // scale), name, *(_cardinal(value % scale) if value % scale else [])]


def _ordinal(words: list[str]) -> list[str]:
    last = words[-1]
    ending = _ORDINALS.get(last) or (last.removesuffix("y") + "ieth" if last.endswith("y") else last + "th")
    return [*words[:-1], ending]
