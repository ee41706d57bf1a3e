"""Captions, chat and lists of who was there, of one recording in two folders: everything that either says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Generic, TypeVar

from pipeline.records import CAPTION_DOUBT_S, Attendance, ChatLine, Cue
from pipeline.spans import SpanIndex

CHAT_DOUBT_S = 60.0
"""How far apart two copies of a chat may put one message: some say its time to the minute."""
_MOST_NEAR = 200
"""How many lines around one are looked at: the cost stays linear also where every line lasts a whole session."""
_WORD = re.compile(r"\w+")

Line = TypeVar("Line", Cue, ChatLine)


@dataclass(frozen=True, slots=True)
class JoinedLines(Generic[Line]):
    """The lines of two folders in order of time, and how many of them the folders give to different speakers."""

    lines: tuple[Line, ...]
    contested: int = 0


@dataclass(frozen=True, slots=True)
class _Placed(Generic[Line]):
    """A line, its number in its folder, and its words."""

    number: int
    line: Line
    words: str

    @property
    def who(self) -> str | None:
        return self.line.participant_id


def joined(first: Sequence[Line], other: Sequence[Line]) -> JoinedLines[Line]:
    """The first lines, and of the others those whose words are not there already at their time.

    What the two give to different speakers is of nobody known, in both. Lines of which none names a speaker say nothing
    of who speaks, and so contradict nobody.
    """
    if not first or not other:
        return JoinedLines(tuple(first or other))
    if _names_nobody(first) and not _names_nobody(other):
        first, other = other, first
    index, silent = _index(first), _names_nobody(other)
    unknown: set[int] = set()
    private: set[int] = set()
    added: list[Line] = []
    for line in map(_placed, range(len(other)), other):
        near = _near(index, line.line)
        if isinstance(line.line, ChatLine) and line.line.direct:
            private |= {each.number for each in near if each.words == line.words}
        same = near if silent else [each for each in near if each.who == line.who]
        contested = [] if _says(same, line) else [each for each in near if _says([each], line) or _says([line], each)]
        unknown |= {each.number for each in contested if each.who is not None}
        if not _says(same, line):
            added.append(replace(line.line, participant_id=None) if contested else line.line)
    kept: list[Line] = [
        _changed(line, is_unknown=number in unknown, is_private=number in private) for number, line in enumerate(first)
    ]
    return JoinedLines(_in_order(chain(kept, added)) if added else tuple(kept), len(unknown))


def stays(first: Sequence[Attendance], other: Sequence[Attendance]) -> tuple[tuple[Attendance, ...], int]:
    """When each was there by either list, and of how many the lists differ: there both count and nothing is sure.

    A no to the platform's notice stays in either; a yes stays only where nothing contradicts it.
    """
    people = dict.fromkeys(stay.participant_id for stay in (*first, *other))
    lines, differing = list[Attendance](), 0
    for who in people:
        mine, theirs = (
            tuple(stay for stay in stays_of_list if stay.participant_id == who) for stays_of_list in (first, other)
        )
        if mine and theirs and mine != theirs:
            differing += 1
            lines += [_unsure(stay) for stay in dict.fromkeys((*mine, *theirs))]
        else:
            lines += mine or theirs
    return tuple(lines), differing


def _changed(line: Line, *, is_unknown: bool, is_private: bool) -> Line:
    """A line with what the other folder says: another speaker, or that the message was not written to everyone."""
    who = None if is_unknown else line.participant_id
    if isinstance(line, ChatLine):
        return replace(line, participant_id=who, direct=line.direct or is_private)
    return replace(line, participant_id=who)


def _unsure(stay: Attendance) -> Attendance:
    refused = False if stay.accepted_platform_notice is False else None
    return replace(stay, surely_s=(0.0, 0.0), accepted_platform_notice=refused)


def _names_nobody(lines: Iterable[Line]) -> bool:
    return all(line.participant_id is None for line in lines)


def _placed(number: int, line: Line) -> _Placed[Line]:
    return _Placed(number, line, f" {' '.join(_WORD.findall(line.text.casefold()))} ")


def _index(lines: Sequence[Line]) -> SpanIndex[_Placed[Line]]:
    return SpanIndex(map(_placed, range(len(lines)), lines), lambda placed: _span(placed.line))


def _near(index: SpanIndex[_Placed[Line]], line: Line) -> list[_Placed[Line]]:
    """The lines that may be the same as this one by their times."""
    doubt_s = CAPTION_DOUBT_S if isinstance(line, Cue) else CHAT_DOUBT_S
    start_s, end_s = _span(line)
    return list(islice(index.overlapping(start_s - doubt_s, end_s + doubt_s), _MOST_NEAR))


def _span(line: Cue | ChatLine) -> tuple[float, float]:
    return (line.start_s, line.end_s) if isinstance(line, Cue) else (line.at_s, line.at_s)


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=_span))


def _says(lines: Sequence[_Placed[Line]], line: _Placed[Line]) -> bool:
    """Whether these lines, one after the other, hold all that the line says; captions are cut anew in each format."""
    if not line.words.strip():
        return any(each.line.text == line.line.text for each in lines)
    return line.words in "".join(each.words for each in lines).replace("  ", " ")
