"""A verb that a recogniser misheard: "the client could battery trees" must not become a title that says so.

Where a verb must stand, after "could" or "a way to", and a word stands that is English and never a verb, the words from
there on were not heard right. Which they were nobody can tell from them, so a title says what was heard, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pipeline.lexicon import FUNCTION_WORDS, is_english
from pipeline.lexicon.plain import word_set

_MODALS = word_set("can could would will should does did do may might")
_BETWEEN = word_set(
    """not also just even still really actually simply only ever never always already sometimes often maybe then
    please somehow at least once again"""
)
"""What may stand between such a word and its verb, beside adverbs in -ly."""


@cache
def _verbs() -> frozenset[str]:
    lines = (files("pipeline.tag") / "data" / "verbs.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def misheard_verb(words: Sequence[str], *, begins_with_verb: bool) -> int | None:
    """The place of the word where a verb must stand and none does; None where there is one, or none is needed.

    ``words`` are small letters; with ``begins_with_verb`` the first is to be one, else the one after a modal verb.
    """
    place = 0 if begins_with_verb else next((at for at, word in enumerate(words) if word in _MODALS), len(words)) + 1
    while place < len(words) and (words[place] in _BETWEEN or words[place].endswith("ly")):
        place += 1
    near = words[place : place + 2]  # "bulk import" is a verb too
    return place if near and near[0] not in FUNCTION_WORDS and not any(map(_may_be_verb, near)) else None


def _may_be_verb(word: str) -> bool:
    """Whether a word can be a verb; of one that no dictionary has, as those of software, nobody knows."""
    return word in _verbs() or not is_english(word)
