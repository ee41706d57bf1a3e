"""Ordinary English words, so that a name that is one, or sounds like one, needs more evidence.

``data/common_words.txt`` holds the 5,000 likeliest words, first names and vulgar ones left out, in the order of
the unigram probabilities of pocketsphinx's bundled English language model (BSD licence). ``data/rarer_words.txt`` goes
on with those of the 20,000 likeliest that are in no list of names, companies or places, and ends with newer words of
our own.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pipeline.lexicon.plain import plain, word_set

COMMON = 5000
"""Words that are common: as many as the first list has."""
FUNCTION_WORDS = word_set(
    """a about after again all also am an and any are as at back be because been before being but by can could did do
    does doing done down for from get go going gonna good got great had has have having he hello her here him his
    how i if im in into is isnt it its ive just know let lets like look make may me might more my no not now of off
    ok okay on one or other our out over please really right said say see she should so some such sure take than
    thank thanks that thats the their them then there these they thing things think this those through time to today
    too two um uh under until up us very was we well were what whats when where which while who why will with would
    yeah yes you your youre"""
)
BESIDE_NAMES = word_set(
    """hi hello hey good morning afternoon evening welcome goodbye bye thanks thank please cheers mr mrs ms miss mister
    dr sir madam"""
)
"""Greetings and titles: they stand beside names and are never a part of one."""


@cache
def ranks() -> dict[str, int]:
    """Each English word, in its plain form, with its rank; 0 is the commonest, from ``COMMON`` on they are rarer."""
    folder = files("pipeline.lexicon") / "data"
    common, rarer = ((folder / name).read_text("utf-8").split() for name in ("common_words.txt", "rarer_words.txt"))
    by_word: dict[str, int] = {}
    for rank, word in enumerate(common):
        by_word.setdefault(plain(word), rank)
    for rank, word in enumerate(rarer):
        by_word.setdefault(word, COMMON + rank)
    return by_word


def is_english(word: str) -> bool:
    """Whether a plain word is in the dictionary, and no name."""
    return word in ranks()


def is_common(word: str, within: int = COMMON) -> bool:
    """Whether a plain word is one of the ``within`` commonest."""
    return ranks().get(word, within) < within
