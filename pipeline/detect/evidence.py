"""How sure a guess is: a name by what its words are known for and by the model's own chance, another by its case.

The shares were read off marked texts of calls, interviews, mail and tweets (the benchmark prints how they hold): a
model that never saw real names is surest of all about rare words, which in real talk are mostly no names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_CHANCES = (0.98, 0.999)  # the model's own: below, between, above
_SHARES: dict[str, tuple[float, float, float]] = {
    "person: given name": (0.75, 0.85, 0.92),
    "person: rare given name": (0.40, 0.55, 0.65),
    "person: given name abroad": (0.35, 0.45, 0.65),
    "person: family name": (0.25, 0.45, 0.75),
    "person: given name and more": (0.60, 0.75, 0.88),
    "person: given name abroad and more": (0.45, 0.55, 0.78),
    "person: family name and more": (0.40, 0.45, 0.60),
    "person: unknown": (0.15, 0.20, 0.32),
    "person: unknown and more": (0.15, 0.22, 0.30),
    "person: ordinary": (0.20, 0.40, 0.50),
    "company: listed": (0.35, 0.70, 0.82),
    "company: listed and short": (0.60, 0.88, 0.88),
    "company: listed and more": (0.40, 0.60, 0.75),
    "company: family name": (0.20, 0.50, 0.70),
    "company: family name and more": (0.20, 0.40, 0.60),
    "company: unknown": (0.12, 0.15, 0.32),
    "company: unknown and short": (0.42, 0.42, 0.48),
    "company: unknown and more": (0.12, 0.20, 0.45),
    "company: ordinary": (0.30, 0.50, 0.62),
    "company: ordinary and more": (0.30, 0.32, 0.68),
    "product": (0.30, 0.40, 0.48),
    "place": (0.20, 0.35, 0.50),
    "digits": (0.05, 0.08, 0.10),
}
MEASURED = {
    "spoken e-mail": 0.95,
    "spoken host or path": 0.93,
    "spoken address of two parts": 0.85,
    "spoken address that may be talk": 0.2,  # "the point is", "dot in"
    "spelled out": 0.9,
    "spelled out, three or four letters": 0.3,
    "position: PERSON": 0.74,  # 0.8 as measured: no surer than what is looked for again, which the model alone decides
    "position: COMPANY": 0.45,
    "position: any word": 0.7,
    "beside a name": 0.95,
    "found again": 0.4,
    "heard often": 0.5,
    "sounds like: ordinary words": 0.55,
}
_LIKE = ((0.85, 0.95), (0.78, 0.85), (0.0, 0.65))  # how alike at least, and the share that is right


class Known(NamedTuple):
    """What the table of kinds says of some words together."""

    given: int
    family: int
    company: bool
    ordinary: bool


def known_for(kinds: np.ndarray) -> Known:
    """The strongest that any of the words is known for; ``ordinary`` only when all are."""
    given, family = (kinds >> np.uint64(3)) & np.uint64(7), (kinds >> np.uint64(6)) & np.uint64(7)
    company, itself = (kinds >> np.uint64(13)) & np.uint64(1), (kinds >> np.uint64(14)) & np.uint64(1)
    return Known(int(given.max()), int(family.max()), bool(company.any()), bool(itself.all()))


def share_right(label: str, words: Sequence[str], kinds: np.ndarray, chance: float) -> float:
    """How many of a hundred such guesses are names, as a share."""
    shares = _SHARES[_group(label, words, known_for(kinds))]
    return shares[sum(chance >= limit for limit in _CHANCES)]


def share_alike(likeness: float, ordinary: bool) -> float:
    """How many of a hundred runs of words that are so alike to a known name stand for it, as a share."""
    if ordinary:
        return MEASURED["sounds like: ordinary words"]
    return next(share for least, share in _LIKE if likeness >= least)


def _group(label: str, words: Sequence[str], known: Known) -> str:
    if label in ("PRODUCT", "GPE"):
        return {"PRODUCT": "product", "GPE": "place"}[label]
    if any(char.isdigit() for word in words for char in word):
        return "digits"
    more = " and more" if len(words) > 1 else ""
    return _person(known, more) if label == "PERSON" else _company(known, more, words)


def _person(known: Known, more: str) -> str:
    if known.ordinary:
        return "person: ordinary"
    if known.given > 2 or (known.given == 2 and more):
        return f"person: given name{more}"
    if known.given == 2:
        return "person: rare given name"
    if known.given == 1:
        return f"person: given name abroad{more}"
    return f"person: family name{more}" if known.family > 1 else f"person: unknown{more}"


def _company(known: Known, more: str, words: Sequence[str]) -> str:
    short = " and short" if not more and len(words[0]) <= 4 else ""
    if known.ordinary:
        return f"company: ordinary{more}"
    if known.company:
        return f"company: listed{more or short}"
    return f"company: family name{more}" if known.family > 1 and not short else f"company: unknown{more or short}"
