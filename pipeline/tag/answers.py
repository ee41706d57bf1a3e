"""What the team's own people said to a request or a discovery: their talk asks for nothing, it answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from pipeline.records import Answer, Turn
from pipeline.tag.sentences import Sentence, split_sentences
from pipeline.tag.tokens import joined
from pipeline.tag.turns import span_of

_TURNS_AWAY, _SECONDS_AWAY = 4, 60.0
_SAYS_IT_IS_THERE = re.compile(
    r"\b(?:you|we|it|they|that|one|the \w+(?: \w+)?) (?:can|could|does|do|has|have|lets?|already|supports?|works)\b"
    r"|\bthere (?:is|are)\b|\b(?:already|built in|under|in the (?:settings|docs|console|second|menu|dashboard))\b"
    r"|^(?:open|type|set|use|choose|switch|go to|look|click|call|pass|add|try|run|give)\b"
    r"|\b(?:setting|option|flag|command|callback|button|page) (?:for|does|that|called|is)\b"
)
_ASKS = re.compile(r"\?|^(?:how|what|why|when|where|who|which|do|does|is|are|can|could) \w+ ")


def answer_before(
    turns: Sequence[Turn], index: int, staff: Collection[str], asking: Collection[int] = ()
) -> Answer | None:
    """What staff said in the last turns before a discovery, that tells of it."""
    return _first(turns, range(index - 1, max(-1, index - 1 - _TURNS_AWAY), -1), turns[index], staff, ())


def answer_after(
    turns: Sequence[Turn], index: int, staff: Collection[str], asking: Collection[int] = ()
) -> Answer | None:
    """What staff said in the next turns after a request, if it says that the thing is there.

    ``asking`` are the places of turns that ask for something: what is said after the next of them answers that one.
    """
    return _first(turns, range(index + 1, min(len(turns), index + 1 + _TURNS_AWAY)), turns[index], staff, asking)


def _first(
    turns: Sequence[Turn], places: range, request: Turn, staff: Collection[str], asking: Collection[int]
) -> Answer | None:
    for place in places:
        turn = turns[place]
        apart_s = max(turn.start_s - request.end_s, request.start_s - turn.end_s)
        if apart_s > _SECONDS_AWAY or place in asking:
            return None
        if turn.participant_id in staff:
            sentences = list(_telling(turn.text))
            if sentences:
                start_char, end_char = sentences[0].start_char, sentences[-1].end_char
                start_s, end_s = span_of(turn, start_char, end_char)
                text = turn.text[start_char:end_char]
                return Answer(text=text, start_s=start_s, end_s=end_s, participant_id=turn.participant_id)
    return None


def _telling(text: str) -> Iterator[Sentence]:
    for sentence in split_sentences(text):
        words = joined(sentence.tokens)
        if _SAYS_IT_IS_THERE.search(words) and not _ASKS.search(words):
            yield sentence
