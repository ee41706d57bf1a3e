"""How a written name with numbers or signs is said: "KX-40" is "KX forty", and "KX dash 40"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

SPOKEN_SIGNS = {".": " dot ", "@": " at ", "-": " dash ", "_": " underscore ", "+": " plus "}
_PART = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MOST_DIGITS = 4
_MOST_NUMBERS = 2


def spoken_forms(text: str) -> Iterator[str]:
    """Every way in which a text is said whose numbers are read as words, or whose signs are named."""
    parts = _PART.findall(text)
    numbers = [part for part in parts if part.isdigit()]
    if len(numbers) > _MOST_NUMBERS or not (numbers or any(part in SPOKEN_SIGNS for part in parts)):
        return
    ways = dict.fromkeys(
        " ".join("".join(words).split())
        for signs in (dict.fromkeys(SPOKEN_SIGNS, " "), SPOKEN_SIGNS, SPOKEN_SIGNS | {".": " point "})
        for words in product(*(_ways(part, signs) for part in parts))
    )
    yield from ways


def _ways(part: str, signs: dict[str, str]) -> list[str]:
    """How one number, word or sign is said."""
    words = list(_readings(part)) if part.isdigit() else []
    return [f" {way} " for way in dict.fromkeys([signs.get(part, part), *words])]


def _readings(digits: str) -> Iterator[str]:
    """A number as words, whole and in pairs of digits: "forty", "two hundred fifty" and "two fifty"."""
    if not digits.isascii() or len(digits) > _MOST_DIGITS or digits[0] == "0":
        return
    number, rest = int(digits), int(digits[-2:])
    if number < 100:
        yield _below_hundred(number)
        return
    hundreds, tail = _below_hundred(number // 100), _below_hundred(rest) if rest else ""
    yield f"{hundreds} hundred {tail}".strip()
    if tail:
        yield f"{hundreds} hundred and {tail}"
        yield f"{hundreds} {tail}" if rest > 9 else f"{hundreds} oh {tail}"
    if number % 1000 == 0:
        yield f"{_below_hundred(number // 1000)} thousand"


def _below_hundred(number: int) -> str:
    if number < len(_UNITS):
        return _UNITS[number]
    tens, unit = divmod(number, 10)
    return f"{_TENS[tens - 2]} {_UNITS[unit]}" if unit else _TENS[tens - 2]
