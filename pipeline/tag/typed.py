"""Tags what was typed into the chat as what is said is tagged: consecutive messages of one person are one turn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.lexicon.plain import word_set
from pipeline.records import RequestSource, Tag, Turn
from pipeline.tag.own_words import OwnWords
from pipeline.tag.shorthand import Spoken, as_said, as_typed
from pipeline.tag.tag import tag
from pipeline.tag.taxonomy import Taxonomy
from pipeline.tag.turns import breaks_off

_GOES_ON_S = 60.0
"""How long after a message its writer may go on in another, in seconds; a judgement: a sentence takes a while."""
_ENDS = tuple(".!?…:;)]")
_LAST = frozenset({"please", "pls", "plz", "thanks", "thx"})
"""Words behind which a message's sentence is over, whatever sign lacks."""
_BEFORE_A_VERB = word_set("you we i they it to so and but also can could would will")
"""Behind these "please" is in the middle: "could you please"."""


class _Line(NamedTuple):
    """One line of a message: where it begins in the text of its run, and when it was sent."""

    start_char: int
    at_s: float


class _Run(NamedTuple):
    """What one person wrote without another between, as a turn in which shorthand is written out."""

    turn: Turn
    lines: tuple[_Line, ...]
    spoken: tuple[Spoken, ...]


def tag_chat(messages: Sequence[Turn], *, staff: Collection[str], taxonomy: Taxonomy) -> tuple[Tag, ...]:
    """The tags of a chat's messages, in order of time; as ``tag`` makes them, and answers by what staff typed alone.

    Whose words nobody knows are not read. A quote is of the writer's own words, and has their message's time.
    """
    runs = _runs(messages, staff)
    tags = (_as_typed(each, runs) for each in tag([run.turn for run in runs], staff=staff, taxonomy=taxonomy))
    unique = {(each.start_s, each.participant_id, each.label, each.quote): each for each in tags}
    return tuple(sorted(unique.values(), key=lambda each: each.start_s))


def _runs(messages: Sequence[Turn], staff: Collection[str]) -> list[_Run]:
    own, runs = OwnWords(), list[_Run]()
    for message in messages:
        if message.participant_id is None:
            continue
        for line in own.of(message.participant_id, message.text):
            said, spoken = (line, ()) if message.participant_id in staff else as_said(line)
            last = runs[-1] if runs else None
            if last and _follows(last.turn, message):
                runs[-1] = _longer(last, message, said, spoken)
            else:
                runs.append(_Run(replace(message, text=said), (_Line(0, message.start_s),), spoken))
    return runs


def _follows(turn: Turn, message: Turn) -> bool:
    same = turn.participant_id == message.participant_id
    return same and 0 <= message.start_s - turn.end_s <= _GOES_ON_S


def _longer(run: _Run, message: Turn, line: str, spoken: Sequence[Spoken]) -> _Run:
    """A run with one more line: within a sentence behind a space, else behind the break that ends a sentence."""
    before = run.turn.text
    is_over = before.endswith(_ENDS) or _is_over(before)
    goes_on = not is_over and (line[:1].islower() or breaks_off(before))
    text = f"{before}{' ' if goes_on else chr(10)}"
    turn = replace(run.turn, end_s=message.end_s, text=text + line)
    moved = (Spoken(len(text) + start, len(text) + end, typed) for start, end, typed in spoken)
    return _Run(turn, (*run.lines, _Line(len(text), message.start_s)), (*run.spoken, *moved))


def _is_over(text: str) -> bool:
    """Whether a text without a sign at its end has come to the end of a sentence: "a dark mode please"."""
    *_, before, last = ("", "", *text.lower().split())
    return last in _LAST and before not in _BEFORE_A_VERB and before != ""


def _as_typed(tagged: Tag, runs: Sequence[_Run]) -> Tag:
    """A tag with the times of the messages that its quote is of; its quote in one line."""
    typed = replace(tagged, source=RequestSource.CHAT, quote=_in_one_line(tagged.quote))
    if tagged.answer:
        typed = replace(typed, answer=replace(tagged.answer, text=_in_one_line(tagged.answer.text)))
    for turn, lines, spoken in runs:
        first = turn.text.find(tagged.quote)
        is_it = turn.participant_id == tagged.participant_id and turn.start_s <= tagged.start_s <= turn.end_s
        if is_it and first >= 0:
            last = first + len(tagged.quote)
            times = [line.at_s for line in lines if line.start_char <= first] or [turn.start_s]
            ends = [line.at_s for line in lines if line.start_char < last] or [turn.end_s]
            quote = _in_one_line(as_typed(turn.text, spoken, first, last))
            return replace(typed, quote=quote, start_s=times[-1], end_s=ends[-1])
    return typed


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
