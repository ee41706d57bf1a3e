"""What people say when they ask for something, find something out, meet a problem, praise or ask: the rules.

A cue alone decides nothing: only one in four that sounds like a wish asks something of a product ("I wish I knew").
What follows it does, and that is the classifier's part. Cues are written for ``tokens.joined``: small letters, short
forms written out, no signs but ``?`` and ``!``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum, StrEnum
from typing import NamedTuple

from pipeline.tag.tokens import WordToken, joined


class Label(StrEnum):
    """What a sentence is to a product manager; the order decides between two that are as sure."""

    REQUEST = "request"
    DISCOVERY = "discovery"
    PROBLEM = "problem"
    PRAISE = "praise"
    QUESTION = "question"
    NONE = "none"


TAGS: tuple[Label, ...] = tuple(label for label in Label if label != "none")
"""The labels that a tag may have."""


class Weight(Enum):
    """How much a cue says by itself, as what is taken off the classifier's log-odds.

    What says by itself that a feature is asked for leaves the classifier little to decide. A question for a way to do
    something is nearly always asked of a product; a wish is asked of life as often; a need or a question what there is
    says less, what is expected or said colloquially a little less, and what is missing or can be done is mostly talk.
    Of the settings tried on halves of the documents of real talk these were the best or near it, by F1 on the other
    halves; explicit ones were in none of them.
    """

    EXPLICIT = -3.0
    ASKED = -1.0
    STRONG = 0.0
    EXPECTED = 0.15
    COLLOQUIAL = 0.3
    PLAIN = 0.75
    WEAK = 3.0


class CuePhrase(NamedTuple):
    """One way of saying something: its label, the reason that is given for a tag, its pattern, and who judges it.

    ``regression`` names the classifier's weights for it: those of its label, or those of a family of cues.
    """

    name: str
    label: Label
    weight: Weight
    reason: str
    pattern: re.Pattern[str]
    regression: str


class CueMatch(NamedTuple):
    """Where a cue is in a sentence: its tokens from ``start`` up to ``end``."""

    cue: CuePhrase
    start: int
    end: int


def cue(
    name: str, label: Label, weight: Weight, reason: str, *patterns: str, regression: str | None = None
) -> CuePhrase:
    """A cue of several patterns, each beginning at a word; its label's regression judges it unless another is named."""
    pattern = re.compile("|".join(rf"(?<!\S)(?:{pattern})" for pattern in patterns))
    return CuePhrase(name, label, weight, reason, pattern, regression or label.value)


def find_cues(tokens: Sequence[WordToken], cues: Sequence[CuePhrase]) -> Iterator[CueMatch]:
    """Every place of every cue in a sentence."""
    text = joined(tokens)
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token.text) + 1)
    for known in cues:
        for match in known.pattern.finditer(text):
            first = bisect_right(starts, match.start()) - 1
            yield CueMatch(known, first, max(first + 1, min(len(tokens), bisect_left(starts, match.end()))))
