"""Finds machines by a name of words and a number said apart: "the host is called edge two", "log in to gateway four".

A word with the figure in it ("edge12west") is for ``urls``; here the recogniser, or the speaker, parted the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, is_english
from pipeline.lexicon.coined import TECHNOLOGIES
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.unlisted_cues import cue_words
from pipeline.records import DetectionRule

_SCORE = 0.6  # as a written name of a machine
_NOUNS, _REACHED, _AT_ONCE, _PLACED, _COUNTED, _TAILS = (
    cue_words("machines", key) for key in ("nouns", "reached", "reached_at_once", "placed", "counted", "tails")
)
_TENS = word_set(
    """eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
    seventy eighty ninety"""
)
_CUES = _NOUNS | _REACHED | _AT_ONCE | _PLACED | {"called", "named", "on", "at"}
_BEHIND = word_set("behind next together which who since because until near inside beside")
_UNITS = word_set(
    "people percent euro euros million thousand hundred billion point dollar gigabyte terabyte megabyte gig"
)
_LINKS, _ARTICLES = word_set("is was called named"), word_set("the our a an their your my its it them that this")
_TO, _AT = word_set("to into onto on"), word_set("on at")
_FORMS = ("s", "ed", "ing", "ly")  # "the database crashed 3 times", "the box costs 40"
_MOST_WORDS = 3
_MOST_LINKS = 3
_MOST_BETWEEN = 5
"""Words from "host" or "machine" to "called": "the machine that does it is called raven two"."""
_MOST_DIGITS = 3


class _Slot(NamedTuple):
    """Where a name may begin; ``is_sure`` that a machine is meant, by what stands before, or else by capitals."""

    first: int
    is_sure: bool
    needs_capitals: bool = False


def machine_name_recognizer() -> Recognizer:
    """For one to three words with a number behind them, where a machine is named, reached or said to run something."""

    def recognize(text: Text) -> list[Match]:
        words = [token.plain for token in text.tokens]
        if _CUES.isdisjoint(words):
            return []
        ends = {slot.first: last for slot in _slots(words) if (last := _end(text, words, slot)) is not None}
        return [_match(text, first, last) for first, last in ends.items()]

    return recognize


def _slots(words: list[str]) -> Iterator[_Slot]:
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in _PLACED and words[(at := _behind(words, index + 1, _ARTICLES)) : at + 1] in (["on"], ["at"]):
            yield _Slot(_behind(words, at + 1, _ARTICLES), is_sure=False)
        elif word in _REACHED and (following in _TO or following == "in"):
            yield _Slot(_behind(words, index + 2, _ARTICLES | _TO), is_sure=True)
        elif word in _AT_ONCE:
            yield _Slot(_behind(words, index + 1, _ARTICLES), is_sure=True)
        elif word in _NOUNS:
            yield _Slot(_behind(words, index + 1, _LINKS), is_sure=True)
        elif word in ("called", "named") or word in _AT:
            is_machine = word not in _AT and not _NOUNS.isdisjoint(words[max(0, index - _MOST_BETWEEN) : index])
            yield _Slot(index + 1, is_sure=is_machine, needs_capitals=not is_machine)


def _behind(words: list[str], at: int, leading: frozenset[str]) -> int:
    """The place behind up to three words that only lead to a name."""
    for _ in range(_MOST_LINKS):
        at += at < len(words) and words[at] in leading
    return at


def _end(text: Text, words: list[str], slot: _Slot) -> int | None:
    """The last word of the name in a slot; None where none is there."""
    for size in range(1, _MOST_WORDS + 1):
        number = slot.first + size
        if number >= len(words) or not _goes_on(text, number - 1) or not _is_part(words[number - 1]):
            return None
        if last := _number_end(words, number):
            if not all(
                _is_named(text, index, slot, is_last=index + 1 == number) for index in range(slot.first, number)
            ):
                return None
            if last + 1 < len(words) and words[last + 1] in _TAILS and _goes_on(text, last):
                return last + 1
            return last if _is_closed(text, words, last, slot) else None
    return None


def _is_part(word: str) -> bool:
    return word.isalpha() and word not in _COUNTED and word not in FUNCTION_WORDS


def _is_named(text: Text, index: int, slot: _Slot, *, is_last: bool) -> bool:
    """Whether a word may be of a name: no verb, and no tool, whose number is its version, unless a machine is meant."""
    word = text.tokens[index].plain
    if slot.needs_capitals and not (text.cased and text.raw[text.tokens[index].start_char].isupper()):
        return False
    is_form = is_english(word) and word.endswith(_FORMS)
    return not is_form and (slot.is_sure or not is_last or word not in TECHNOLOGIES)


def _number_end(words: list[str], at: int) -> int | None:
    """The last word of the number at ``at``; None where there is none, or one too long to tell machines apart."""
    end = at
    while end < len(words) and (words[end] in _TENS or (words[end].isdigit() and len(words[end]) <= _MOST_DIGITS)):
        end += 1
    return end - 1 if at < end <= at + _MOST_DIGITS else None


def _is_closed(text: Text, words: list[str], last: int, slot: _Slot) -> bool:
    """Whether the number counts nothing behind it."""
    if last + 1 == len(words) or not _goes_on(text, last):
        return True
    behind = words[last + 1]
    binds = behind in FUNCTION_WORDS or behind in _BEHIND
    return binds or (slot.is_sure and behind not in _UNITS and not behind.endswith("s"))


def _goes_on(text: Text, index: int) -> bool:
    """Whether nothing but a space or a hyphen stands behind a word that is not the last."""
    between = text.raw[text.tokens[index].end_char : text.tokens[index + 1].start_char]
    return between.strip(" -_") == ""


def _match(text: Text, first: int, last: int) -> Match:
    name = "".join(token.plain for token in text.tokens[first : last + 1])
    return text.match(
        first, last, label="HOST", entity=f"host:{name}", rule=DetectionRule.WRITTEN_ADDRESS, score=_SCORE
    )
