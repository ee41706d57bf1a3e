"""How sure a guess is: a name by what its words are known for, by its context and by the model's own probability.

The shares were read off marked texts of calls, interviews, mail and tweets: a model that never saw real names is surest
of all about rare words, which in real talk are mostly no names. ``make bench-detect`` prints how they hold; over all
9,658 findings of the name model the mean score is 0.79 and the share that is right 0.80.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.detect.scoring.context_odds import GuessContext, context_odds
from pipeline.lexicon.plain import word_set

_PROBABILITIES = (0.98, 0.999)  # the model's own: a share for below, between and above
_SHORT = 4  # letters of a word that is likelier an abbreviation than a name in a list
# Public bodies: what the last word, or any, of their names is.
_BODIES = word_set(
    """commission board authority agency association council department bureau committee institute court ministry
    university college administration union society federation senate exchange office bank"""
)
_SHARES: dict[str, tuple[float, float, float]] = {
    "person: family name": (0.26, 0.41, 0.64),
    "person: family name and more": (0.20, 0.22, 0.64),
    "person: given name": (0.43, 0.86, 0.93),
    "person: given name abroad": (0.52, 0.55, 0.78),
    "person: given name abroad and more": (0.48, 0.51, 0.82),
    "person: given name and more": (0.48, 0.71, 0.91),
    "person: ordinary": (0.21, 0.39, 0.76),
    "person: rare given name": (0.35, 0.62, 0.80),
    "person: unknown": (0.21, 0.33, 0.33),
    "person: unknown and more": (0.24, 0.31, 0.31),
    "company: family name": (0.37, 0.64, 0.74),
    "company: family name and more": (0.41, 0.56, 0.75),
    "company: listed": (0.33, 0.68, 0.75),
    "company: listed and more": (0.52, 0.84, 0.90),
    "company: listed and short": (0.81, 0.81, 0.91),
    "company: ordinary": (0.25, 0.57, 0.73),
    "company: ordinary and more": (0.26, 0.58, 0.81),
    "company: public body": (0.73, 0.77, 0.96),
    "company: unknown": (0.31, 0.51, 0.51),
    "company: unknown and more": (0.38, 0.40, 0.45),
    "company: unknown and short": (0.31, 0.45, 0.60),
    "company: well known": (0.87, 0.94, 0.94),
    "product": (0.48, 0.53, 0.55),
    "place": (0.16, 0.28, 0.28),
    "place: given name": (0.18, 0.40, 0.40),
    "digits": (0.07, 0.10, 0.21),
}
# By the least similarity to a known name. Right were 248 of 261, 132 of 150 and 76 of 102, of ordinary words 30 of 48.
_SIMILAR = ((0.85, 0.95), (0.78, 0.85), (0.0, 0.65))
_SIMILAR_BUT_ORDINARY = 0.55


class KnownFor(NamedTuple):
    """What some words are known for together; ``famous``: an organisation that everybody knows.

    ``given_name`` and ``family_name`` are 0 for no such name, 1 for one of another country, up to 4 for the commonest.
    """

    given_name: int
    family_name: int
    company: bool
    ordinary: bool
    famous: bool


def share_right(label: str, words: Sequence[str], known: KnownFor, probability: float, context: GuessContext) -> float:
    """The share of such guesses in such a context that are names."""
    share = _SHARES[group_of(label, words, known)][sum(probability >= limit for limit in _PROBABILITIES)]
    odds = share / (1 - share) * context_odds(context, label)
    return odds / (1 + odds)


def share_similar(similarity: float, ordinary: bool) -> float:
    """The share of runs of words that resemble a known name so much that stand for it."""
    if ordinary:
        return _SIMILAR_BUT_ORDINARY
    return next(share for least, share in _SIMILAR if similarity >= least)


def group_of(label: str, words: Sequence[str], known: KnownFor) -> str:
    """What kind of guess it is: by the label that spaCy gives and what its words are known for."""
    if label != "PERSON" and known.famous:
        return "company: well known"
    if label == "PRODUCT":
        return "product"
    if label == "GPE":
        return "place: given name" if known.given_name > 1 else "place"
    if any(char.isdigit() for word in words for char in word):
        return "digits"
    more = " and more" if len(words) > 1 else ""
    return _person(known, more) if label == "PERSON" else _company(known, more, words)


def _person(known: KnownFor, more: str) -> str:
    if known.ordinary:
        return "person: ordinary"
    if known.given_name > 2 or (known.given_name == 2 and more):
        return f"person: given name{more}"
    if known.given_name == 2:
        return "person: rare given name"
    if known.given_name == 1:
        return f"person: given name abroad{more}"
    return f"person: family name{more}" if known.family_name > 1 else f"person: unknown{more}"


def _company(known: KnownFor, more: str, words: Sequence[str]) -> str:
    if more and not _BODIES.isdisjoint(words):
        return "company: public body"
    short = " and short" if not more and len(words[0]) <= _SHORT else ""
    if known.ordinary:
        return f"company: ordinary{more}"
    if known.company:
        return f"company: listed{more or short}"
    return f"company: family name{more}" if known.family_name > 1 and not short else f"company: unknown{more or short}"
