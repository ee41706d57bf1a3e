"""The words that carry a tag, cut out of their turn: a sentence, and the one before it where it only points back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.tag.grouping import points_back
from pipeline.tag.judge import SentenceVerdict, names_something

_LONGEST = 40
"""Words of a sentence from which on it is cut around its cue: without signs it may be a whole turn."""
_BEFORE, _AFTER = 8, 28


class Quote(NamedTuple):
    """A piece of a turn's text, as it stands there."""

    start_char: int
    text: str


def quote_of(text: str, verdicts: Sequence[SentenceVerdict], place: int, words: Mapping[str, str]) -> Quote:
    """The quote of the sentence at ``place``: "I would love to have that" takes the sentence before it along."""
    verdict = verdicts[place]
    tokens = verdict.sentence.tokens
    if len(tokens) > _LONGEST:
        first = max(0, verdict.cue_token - _BEFORE)
        last = min(len(tokens), verdict.cue_token + _AFTER)
        start_char, end_char = tokens[first].start_char, tokens[last - 1].end_char
    else:
        start_char, end_char = verdict.sentence.start_char, verdict.sentence.end_char
        if (
            place
            and len(verdicts[place - 1].sentence.tokens) <= _LONGEST
            and (points_back(tokens) or not names_something(verdict.sentence, words))
        ):
            start_char = verdicts[place - 1].sentence.start_char
    return Quote(start_char, text[start_char:end_char])
