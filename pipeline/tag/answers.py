"""What the team's own people said to a request or a discovery: their talk asks for nothing, it answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from pipeline.lexicon.plain import word_set
from pipeline.records import Answer, Turn
from pipeline.tag.sentences import Sentence, split_sentences
from pipeline.tag.tokens import joined, tokenize
from pipeline.tag.turns import span_of

_TURNS_AWAY, _SECONDS_AWAY = 4, 60.0
_SAYS_IT_IS_THERE = re.compile(
    r"\b(?:you|we|it|they|that|one|the \w+(?: \w+)?) (?:can|could|does|do|has|have|lets?|already|supports?|works)\b"
    r"|\bthere (?:is|are)\b|\b(?:already|built in|under|in the (?:settings|docs|console|second|menu|dashboard))\b"
    r"|^(?:open|type|set|use|choose|switch|go to|look|click|call|pass|add|try|run|give)\b"
    r"|\b(?:setting|option|flag|command|callback|button|page) (?:for|does|that|called|is)\b"
)
_TELLS_PLANS = re.compile(
    r"\broad ?map\b|\bnot planned\b|^not yet\b|\bno plans\b|\b(?:looking into|working on) (?:it|that|this)\b"
    r"|\bplan(?:ning)? to (?:add|ship|support|build|offer|release|do)\b"
)
_POINTS_BACK = re.compile(r"\b(?:it|that|this|those|them|one|these)\b|^not yet\b|^(?:yes|no|yeah|sure)\b")
_EMPTY = word_set(
    """about after again also already another anything because been before being could does doing done every from going
    great have here into just know like look make many more most much need nice only other over please really should
    some something still such support than that their them then there these they thing things this those time under very
    want well were what when where which while will wish with would your able"""
)
"""Words that a request and what answers another have in common."""
_SHORTEST, _STEM = 4, 6
_AN_ASSENT = 2
"""Words of another customer behind which the team still answers whoever asked: "yes, please"."""
_ASKS = re.compile(r"\?|^(?:how|what|why|when|where|who|which|do|does|is|are|can|could) \w+ ")


def answer_before(
    turns: Sequence[Turn], index: int, staff: Collection[str], asking: Collection[int] = ()
) -> Answer | None:
    """What staff said in the last turns before a discovery, that tells of it."""
    return _first(turns, range(index - 1, max(-1, index - 1 - _TURNS_AWAY), -1), turns[index], staff, (), None)


def answer_after(
    turns: Sequence[Turn],
    index: int,
    staff: Collection[str],
    asking: Collection[int] = (),
    *,
    request: str,
    asks_on: bool = False,
) -> Answer | None:
    """What staff said in the next turns after a request, if it says that the thing is there, planned, or not.

    ``asking`` are the places of turns that ask for something: what is said after the next of them answers that one.
    An answer has a word of the ``request``, or points back at it: that counts only where nobody said anything else
    between, and its speaker did not ask for something else behind it (``asks_on``). Being near is not enough.
    """
    places = range(index + 1, min(len(turns), index + 1 + _TURNS_AWAY))
    return _first(turns, places, turns[index], staff, asking, _About(_content(request), not asks_on))


class _About(NamedTuple):
    """What an answer must be about: words of the request, or what a pronoun right behind it points to."""

    words: frozenset[str]
    may_point: bool

    def fits(self, words: str, is_next: bool) -> bool:
        """Whether a sentence of staff is clearly about the request."""
        return bool(self.words & _content(words)) or (self.may_point and is_next and bool(_POINTS_BACK.search(words)))


def _content(text: str) -> frozenset[str]:
    words = (token.text for token in tokenize(text))
    return frozenset(word[:_STEM].rstrip("s") for word in words if len(word) >= _SHORTEST and word not in _EMPTY)


def _first(
    turns: Sequence[Turn],
    places: range,
    request: Turn,
    staff: Collection[str],
    asking: Collection[int],
    about: _About | None,
) -> Answer | None:
    is_next = True
    for place in places:
        turn = turns[place]
        apart_s = max(turn.start_s - request.end_s, request.start_s - turn.end_s)
        if apart_s > _SECONDS_AWAY or place in asking:
            return None
        if turn.participant_id in staff:
            sentences = list(_telling(turn.text, with_plans=about is not None))
            if about and not any(about.fits(joined(sentence.tokens), is_next) for sentence in sentences):
                sentences = []
            if sentences:
                start_char, end_char = sentences[0].start_char, sentences[-1].end_char
                start_s, end_s = span_of(turn, start_char, end_char)
                text = turn.text[start_char:end_char]
                return Answer(text=text, start_s=start_s, end_s=end_s, participant_id=turn.participant_id)
        elif turn.participant_id != request.participant_id and len(turn.text.split()) > _AN_ASSENT:
            is_next = False
    return None


def _telling(text: str, *, with_plans: bool) -> Iterator[Sentence]:
    for sentence in split_sentences(text):
        words = joined(sentence.tokens)
        if (_SAYS_IT_IS_THERE.search(words) or (with_plans and _TELLS_PLANS.search(words))) and not _ASKS.search(words):
            yield sentence
