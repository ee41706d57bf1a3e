"""Whose name label was read: exactly one participant's, perhaps somebody's, or nobody's; pure.

A label opens a tile only where it is letter by letter the name of one participant and like nobody else's. What stands
beside the name must be known: "(presenting)" is a screen, and "/ Ben" a second person in the tile.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio

from pipeline.lexicon import words_of
from pipeline.lexicon.like_names import ADDITION, are_alike
from pipeline.lexicon.plain import word_set
from pipeline.records import LabelMatch, Participant

LEAST_LETTERS = 4
"""A name of fewer letters opens no tile: misread scraps are as short."""
LEAST_CUT_LETTERS = 10
"""Of a name that a platform cut off ("Bartholomew Feathersto…") so many letters have to be there."""
LIKE = 75.0
"""The ratio of letters in common from which a label may be a name, whatever else it is."""
_CUT = re.compile(r"(…|\.{2,})\s*\W*$")
_SAME = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("j", "l"), ("5", "s"))
"""What readers of text take for one another."""
_HARMLESS = word_set(
    "she her hers he him his they them theirs host cohost co organizer organiser guest external you me"
)
"""What people and platforms write beside a name that says nothing else of who or what is in the tile."""
_SEVERAL = re.compile(r"\w\s*[&+/,]\s*\w")
"""What parts the names of several people; a two-letter one would pass for a scrap."""
_SCRAP = 2
"""Letters of what a reader makes of an icon or the edge of a pill beside a name."""


class LabelNames:
    """The names that labels of a session may bear, by participant id; ids without any name are left out."""

    def __init__(self, people: Sequence[Participant]) -> None:
        self._names: Mapping[str, tuple[str, ...]] = {
            person.participant_id: tuple(name for name in (person.name, *person.aliases) if words_of(name))
            for person in people
        }
        self._harmless = {person.participant_id: _HARMLESS.union(words_of(person.company or "")) for person in people}

    def match(self, text: str) -> tuple[tuple[str, ...], LabelMatch]:
        """Everybody whose the label may be, and how it agrees where that is one."""
        matches = {person: _match(text, names, self._harmless[person]) for person, names in self._names.items()}
        people = tuple(person for person, match in matches.items() if match is not LabelMatch.NONE)
        if len(people) > 1:
            return people, LabelMatch.ALIKE
        return people, matches[people[0]] if people else LabelMatch.NONE


def _match(text: str, names: Sequence[str], harmless: Collection[str]) -> LabelMatch:
    order = list(LabelMatch)
    return min((_with(text, name, harmless) for name in names), key=order.index, default=LabelMatch.NONE)


def _with(text: str, name: str, harmless: Collection[str]) -> LabelMatch:
    known, is_cut = _key(words_of(name)), _CUT.search(text) is not None
    without = ADDITION.sub(" ", text)
    read = dict.fromkeys((*_readings(text), *_readings(without)))
    if any(_is_exact(key, known, is_cut=is_cut) for key in _exact_readings(text, without, harmless)):
        return LabelMatch.EXACT
    if any(_is_close(key, known) for key in read):
        return LabelMatch.CLOSE
    if are_alike(text, name) or any(_is_like(key, known) for key in read):
        return LabelMatch.ALIKE
    return LabelMatch.NONE


def _exact_readings(text: str, without: str, harmless: Collection[str]) -> Iterator[str]:
    """The letters of a label that may be one name: all of it, or ``without`` what is added where that is harmless."""
    if _SEVERAL.search(text) is None:
        yield from _readings(text)
    added = words_of(" ".join(ADDITION.findall(text)))
    if all(word in harmless for word in added) and _SEVERAL.search(without) is None:
        yield from _readings(without)


def _readings(text: str) -> Iterator[str]:
    """The letters of a label: all of it, and without scraps beside it."""
    words = words_of(text)
    yield _key(words)
    if words and len(words[0]) <= _SCRAP:
        yield _key(words[1:])
    if words and len(words[-1]) <= _SCRAP:
        yield _key(words[:-1])


def _key(words: Sequence[str]) -> str:
    key = "".join(words)
    for read, written in _SAME:
        key = key.replace(read, written)
    return key


def _is_exact(key: str, known: str, *, is_cut: bool) -> bool:
    if is_cut and len(key) >= LEAST_CUT_LETTERS:
        return known.startswith(key)
    return key == known and len(key) >= LEAST_LETTERS


def _is_close(key: str, known: str) -> bool:
    """Whether all but a letter or two agree, in the whole name or in as much of it as a platform shows."""
    if len(key) < LEAST_LETTERS:
        return False
    wrong = 1 if len(known) < LEAST_CUT_LETTERS else 2
    if Levenshtein.distance(key, known, score_cutoff=wrong) <= wrong:
        return True
    return len(key) >= LEAST_CUT_LETTERS and Levenshtein.distance(key, known[: len(key)], score_cutoff=1) <= 1


def _is_like(key: str, known: str) -> bool:
    short, long = sorted((key, known), key=len)
    return ratio(key, known) >= LIKE or (len(short) > _SCRAP and long.startswith(short))
