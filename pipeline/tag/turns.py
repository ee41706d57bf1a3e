"""Turns as the tagger reads them: whole where somebody paused in mid sentence, and a piece of one in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.lexicon.plain import word_set
from pipeline.records import Turn

_GOES_ON = word_set("a an the of with and or if my our your their would could should is are be for to which")
"""No sentence ends in these, but for a few that a pause behind them does not follow ("what is it for")."""
_PAUSE_S = 4.0
"""The longest pause within a sentence: who is silent longer has begun anew, or was answered."""
_AN_ASSENT = 2
"""Words of somebody else that interrupt nothing: "mhm", "right, yes"."""


def whole_turns(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns in their order, one that breaks off in mid sentence joined with what its speaker says next.

    Whom nobody knows may be several people: their turns stay as they are.
    """
    whole: list[Turn] = []
    open_: dict[str, int] = {}
    for turn in turns:
        who, place = turn.participant_id, len(whole)
        before = open_.pop(who, None) if who is not None else None
        if before is not None and turn.start_s - whole[before].end_s <= _PAUSE_S:
            place, earlier = before, whole[before]
            end_s = max(earlier.end_s, turn.end_s)
            whole[place] = replace(earlier, end_s=end_s, text=f"{earlier.text} {turn.text}")
        else:
            whole.append(turn)
        if len(turn.text.split()) > _AN_ASSENT:
            open_.clear()
        if who is not None and breaks_off(turn.text):
            open_[who] = place
    return tuple(whole)


def breaks_off(text: str) -> bool:
    """Whether a turn ends in a word that a sentence goes on behind; with a sign behind it, it ends there."""
    return (text.lower().split() or [""])[-1] in _GOES_ON


def span_of(turn: Turn, start_char: int, end_char: int) -> tuple[float, float]:
    """The seconds of a piece of a turn, as if all its characters took as long."""
    share_s = (turn.end_s - turn.start_s) / max(1, len(turn.text))
    return round(turn.start_s + start_char * share_s, 3), round(turn.start_s + end_char * share_s, 3)
