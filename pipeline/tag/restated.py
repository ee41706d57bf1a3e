"""A request in the words of staff: "so you'd like the export to run every night?", and the customer says "exactly".

What staff say asks for nothing, but whoever agrees that this is what they want has asked for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.records import Turn
from pipeline.tag.sentences import split_sentences
from pipeline.tag.tokens import joined, tokenize

_SECONDS_AWAY = 5.0
_RESTATES = re.compile(
    r"^(?:(?:so|ok|okay|right|ah|and|well|just to (?:check|be clear|confirm|make sure)|if i (?:understand|get|hear)"
    r"(?: you)?(?: right| correctly)?|i think|i guess|basically|in other words|you mean|you are saying) )*"
    r"(?:(?:what )?you (?:guys |really |basically )?(?P<need>would (?:really )?(?:like|love|want|need|prefer)|want|"
    r"need|wish|are missing|are (?:asking|looking|hoping) for)|it would (?:really )?(?P<fine>help|be nice|be great|"
    r"be easier)(?: for)? (?:you )?if)\b"
)
_ASSENTS = re.compile(
    r"^(?:(?:oh|ah|um|uh|well) )*(?:(?:yes|yeah|yep|right|correct|sure|true) )*(?:exactly|precisely|absolutely|"
    r"definitely|that is (?:it|right|correct|exactly|what)|that would be|yes|yeah|yep|right|correct|please)\b"
)
_BUT = re.compile(r"\b(?:but|no|not|rather|instead|well)\b")
_SHORT = 8
"""Words that agree and say nothing else; a longer answer is read by itself."""


class Restated(NamedTuple):
    """Where staff say what a customer wants, as ``own`` words of that customer, and the turn that agrees."""

    turn: int
    agrees: int
    start_char: int
    end_char: int
    own: str


def restated_requests(turns: Sequence[Turn], staff: Collection[str]) -> Iterator[Restated]:
    """The last sentence of each turn of staff that says what a customer wants, where one agrees right behind it."""
    for place, (turn, answer) in enumerate(pairwise(turns)):
        if turn.participant_id not in staff or answer.participant_id in (None, *staff):
            continue
        if answer.start_s - turn.end_s > _SECONDS_AWAY or not _agrees(answer.text):
            continue
        sentences = list(split_sentences(turn.text))
        words = joined([token for token in sentences[-1].tokens if token.text not in "?!"]) if sentences else ""
        words = re.sub(r"(?: (?:right|correct|yes|is that (?:it|right)))$", "", words)
        if _RESTATES.match(words):
            start_char, end_char = sentences[-1].start_char, sentences[-1].end_char
            yield Restated(place, place + 1, start_char, end_char, _own(words))


def _agrees(text: str) -> bool:
    words = [token for token in tokenize(text) if token.text not in "?!"]
    text = joined(words)
    return len(words) <= _SHORT and bool(_ASSENTS.match(text)) and not _BUT.search(text)


def _own(words: str) -> str:
    """What staff say of a customer, as the customer would say it."""
    match = _RESTATES.match(words)
    lead = match.start("need") if match and match["need"] else match.start("fine") if match else 0
    begun = "it would " if match and match["fine"] else "we "
    wish = re.sub(r"\byour\b", "our", re.sub(r"\byou\b", "we", words[lead:]))
    return f"{begun}{wish}"
