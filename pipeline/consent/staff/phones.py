"""Telephone numbers as rosters show them, often with digits hidden: they suggest who somebody is, and never say it."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\+?[\d\s().*xX•/-]{7,}")
_HIDDEN = re.compile(r"[*xX•]")
_LEAST_SHOWN = 4
_LEAST_WHOLE = 7


def digits(text: str) -> str:
    """The digits of a number as somebody typed it; empty where it is none."""
    found = re.sub(r"\D", "", text)
    return found if len(found) >= _LEAST_WHOLE else ""


def likeness(name: str, number: str) -> float:
    """How like a roster's name is to a number on file: 90 for the whole of it, 80 for what is shown of it, else 0."""
    if not _NUMBER.fullmatch(name.strip()):
        return 0.0
    shown = re.sub(r"\D", "", _HIDDEN.split(name)[-1])
    if _HIDDEN.search(name):
        return 80.0 if len(shown) >= _LEAST_SHOWN and number.endswith(shown) else 0.0
    whole = digits(name).lstrip("0")
    ends = len(whole) >= _LEAST_WHOLE and (number.endswith(whole) or whole.endswith(number.lstrip("0")))
    return 90.0 if ends else 0.0
