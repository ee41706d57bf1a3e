"""Finds known names that were misheard where only a name can stand ("welcome to the … call", "over to …")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import log2
from typing import NamedTuple

from pipeline.detect.gazetteer.context_patterns import CONTEXT_PATTERNS, ContextPattern
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm, is_common
from pipeline.lexicon.phonetic import best_match, sound_of
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_SCORES = {"COMPANY": 0.8, "PERSON": 0.85}  # 220 of 254 right
_MIN_LETTERS = {"COMPANY": 4, "PERSON": 3}
_FEW = {"COMPANY": 4, "PERSON": 64}  # spellings; for each doubling beyond, something is alike by chance more often
_CROWD = 0.03
_EXACT = 1.0
_MAX_WORDS = 4
_BOUND = 0.1  # more for a run that begins, or ends, with a word that binds others or goes with any company
_GENERIC = FUNCTION_WORDS | word_set(
    """first second third fourth full fiscal quarter quarters quarterly half year years annual earnings conference
    result results webinar meeting session sessions office hours investor investors analyst analysts community user
    developer developers weekly monthly next last everyone company product team special virtual live show discussion
    line ladies gentlemen operator lot part"""
)
_MAY_BEGIN = word_set("a an any the her every see saw")


class _Line(NamedTuple):
    """A text's plain words in one string, where each ends there, and which begins where."""

    words: list[str]
    joined: str
    ends: list[int]
    first_at: dict[int, int]


class _Run(NamedTuple):
    first: int
    last: int
    slot: ContextPattern


Likest = tuple[float, SurfaceForm]
Best = Callable[[str, float], Likest | None]


def context_recognizer(surface_forms: tuple[SurfaceForm, ...], least: float = 0.0) -> Recognizer:
    """For the people and companies that are known; the looser the place, the more words must resemble them.

    ``least`` is how much they must in any place.
    """
    names = {label: found for label in _MIN_LETTERS if (found := _names(surface_forms, label))}
    best = {label: _matcher(found) for label, found in names.items()}
    crowd = {label: _CROWD * log2(max(1.0, len(found) / _FEW[label])) for label, found in names.items()}
    longest = {label: min(_MAX_WORDS, 1 + max(len(one.words) for one in found)) for label, found in names.items()}
    slots = [slot for slot in CONTEXT_PATTERNS if slot.label in names]

    def recognize(text: Text) -> list[Match]:
        line = _line(text)
        found: dict[tuple[int, str], tuple[float, SurfaceForm, _Run]] = {}
        for slot in slots:
            for run in _runs(line, slot, longest[slot.label]):
                words = line.words[run.first : run.last + 1]
                occurrence = best[slot.label]("".join(words), max(least, _needed(words, slot) + crowd[slot.label]))
                at = run.first, slot.label
                if occurrence and occurrence[0] > found.get(at, (0.0,))[0]:
                    found[at] = *occurrence, _tight(line, run, occurrence[1], best[slot.label])
        return [_match(text, run, spelling) for _, spelling, run in found.values()]

    return recognize


def _tight(line: _Line, run: _Run, spelling: SurfaceForm, best: Best) -> _Run:
    """The run without the words at its far end that are beyond a name, as long as the one, which was heard as it is."""
    for size in range(run.last - run.first, len(spelling.words) - 1, -1):
        first, last = (run.last + 1 - size, run.last) if run.slot.behind else (run.first, run.first + size - 1)
        if best("".join(line.words[first : last + 1]), _EXACT):
            return run._replace(first=first, last=last)
    return run


def _names(surface_forms: tuple[SurfaceForm, ...], label: str) -> list[SurfaceForm]:
    return [
        one for one in surface_forms if one.label == label and not one.exact and len(one.key) >= _MIN_LETTERS[label]
    ]


def _line(text: Text) -> _Line:
    words = [token.plain for token in text.tokens]
    ends, first_at, place = [], {}, 0
    for index, word in enumerate(words):
        first_at[place] = index
        ends.append(place + len(word))
        place = ends[-1] + 1
    return _Line(words, " ".join(words), ends, first_at)


def _runs(line: _Line, slot: ContextPattern, most: int) -> Iterator[_Run]:
    """The runs of words that stand in such a place."""
    for occurrence in slot.cue.finditer(line.joined):
        at = line.first_at[occurrence.end()]
        if slot.behind:
            yield from (_Run(first, at - 1, slot) for first in range(max(0, at - most), at))
            continue
        for last in range(at, min(at + most, len(line.words))):
            if slot.then is None or slot.then.match(line.joined, line.ends[last]):
                yield _Run(at, last, slot)


def _needed(words: list[str], slot: ContextPattern) -> float:
    """How much the words must resemble a name in this place."""
    bound = (words[0] in _GENERIC and words[0] not in _MAY_BEGIN) + (words[-1] in _GENERIC)
    return (slot.bar if any(map(is_common, words)) else slot.rare) + _BOUND * bound


def _matcher(names: list[SurfaceForm]) -> Best:
    """A function that gives the name that some letters resemble most, and how much; None when that is not enough.

    The ending of a plural, or of a possessive written as one, is left out where that is more alike.
    """
    keys = [one.key for one in names]
    sounds = [sound_of(key) for key in keys]

    @lru_cache(maxsize=65536)
    def best(key: str, needed: float) -> Likest | None:
        forms = (key, key[:-1]) if key[-1:] == "s" else (key,)
        found = max(
            (occurrence for form in forms if (occurrence := best_match(form, keys, sounds, needed))), default=None
        )
        return (found[0], names[found[1]]) if found else None

    return best


def _match(text: Text, run: _Run, spelling: SurfaceForm) -> Match:
    return text.match(
        run.first,
        run.last,
        label=spelling.label,
        entity=spelling.entity,
        rule=DetectionRule.PLACE_OF_A_NAME,
        score=_SCORES[spelling.label],
    )
