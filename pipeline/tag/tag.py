"""Tags the turns of a redacted transcript: requests, discoveries, problems, praise and questions, each with a quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.records import Tag, Turn
from pipeline.tag.areas import OTHER, area_of
from pipeline.tag.cues import CUES, NOT_A_REQUEST, PRODUCT

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
# A recogniser that writes no full stops gives a whole turn as one sentence. What is asked for follows its cue ("it
# would be great if …"), so a quote keeps more words behind it than before it.
_LONG_WORDS = 40
_BEFORE_WORDS, _AFTER_WORDS = 8, 28
# F1 of requests on 137 labelled pieces of spoken talk and 513 developer chats that nobody here wrote: 0.62 and 0.44
# from 0.45 to 0.55; 0.57 and 0.42 at 0.35; 0.58 and 0.34 at 0.75.
_THRESHOLD = 0.5
NONE = "none"


class Classification(NamedTuple):
    """What one text says: its label, how sure, and the characters of its cue."""

    label: str
    score: float
    area: str
    start_char: int = 0
    end_char: int = 0


def tag(turns: Sequence[Turn]) -> tuple[Tag, ...]:
    """One tag for each sentence that asks, finds out, complains or praises, in order; none for the others."""
    return tuple(each for turn in turns for each in _tags_of(turn))


def classify(text: str) -> Classification:
    """The label of one sentence or turn, ``none`` when it is none of them."""
    small = text.lower().replace("’", "'")
    best = Classification(NONE, 0.0, OTHER)
    for cue in CUES:
        match = cue.pattern.search(small)
        if match is not None:
            score = cue.weight if cue.label != "request" else _request_score(small, cue.weight)
            if score > best.score:
                best = Classification(cue.label, score, OTHER, *match.span())
    if best.score < _THRESHOLD:
        return Classification(NONE, round(1.0 - best.score, 2), area_of(small))
    return best._replace(score=round(best.score, 2), area=area_of(small))


def _request_score(small: str, weight: float) -> float:
    about_product = PRODUCT.search(small) or area_of(small) != OTHER
    # A weak cue stays over the threshold only where it is about the product; what is certainly no request ("would love
    # to have you on the show") falls below it whatever its cue.
    score = weight + (0.1 if about_product else -0.15)
    return max(0.0, min(1.0, score - (0.5 if NOT_A_REQUEST.search(small) else 0.0)))


def _tags_of(turn: Turn) -> Iterator[Tag]:
    for start_char, sentence in sentences(turn.text):
        classification = classify(sentence)
        if classification.label != NONE:
            quote, offset = trim(sentence, classification.start_char, classification.end_char)
            share = (turn.end_s - turn.start_s) / max(1, len(turn.text))
            start = start_char + offset
            yield Tag(
                label=classification.label,
                score=classification.score,
                area=classification.area,
                quote=quote,
                start_s=round(turn.start_s + start * share, 3),
                end_s=round(turn.start_s + (start + len(quote)) * share, 3),
                participant_id=turn.participant_id,
            )


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text with their places; all of it where there are no signs to part it at."""
    start = 0
    for match in [*_SENTENCE.finditer(text), None]:
        end = match.start() if match else len(text)
        if text[start:end].strip():
            yield start, text[start:end]
        start = match.end() if match else end


def trim(sentence: str, start_char: int, end_char: int) -> tuple[str, int]:
    """A quote around the cue, of a few dozen words at most, and where in the sentence it begins."""
    spans = [match.span() for match in re.finditer(r"\[[^\]]*\]\S*|\S+", sentence)]
    if len(spans) <= _LONG_WORDS:
        stripped = sentence.strip()
        return stripped, sentence.index(stripped)
    first = next(index for index, (_, end) in enumerate(spans) if end > start_char)
    last = next((index for index, (_, end) in enumerate(spans) if end >= end_char), len(spans) - 1)
    begin, end = max(0, first - _BEFORE_WORDS), min(len(spans), last + 1 + _AFTER_WORDS)
    return sentence[spans[begin][0] : spans[end - 1][1]], spans[begin][0]
