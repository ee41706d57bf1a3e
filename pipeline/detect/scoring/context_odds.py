"""What the context of a guess says of it: the words beside it, and its capital.

The factors were read off the same marked texts as the shares of ``calibration``: how much likelier a guess is right
with the cue than without it, as odds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.detect.text.tokens import Text
from pipeline.lexicon.plain import word_set

_NEAR = 40  # characters in which the word beside a guess is looked for: longer than any word of talk
_ODDS = {
    "person with a capital": 1.20,
    "person in small letters": 0.33,
    "person behind you": 2.14,
    "person behind of": 2.25,
    "person behind nothing": 1.83,
    "person behind from": 1.72,
    "person behind and": 1.40,
    "person behind a greeting": 5.96,
    "person before is": 2.37,
    "other with a capital": 0.61,
    "other in small letters": 0.24,
    "other behind you": 1.26,
    "other behind of": 1.24,
    "other behind nothing": 0.78,
    "other behind from": 1.69,
    "other before is": 1.74,
}
_BEHIND = {
    "from": word_set("from with at"),
    "a greeting": word_set("thanks thank hi hey hello morning afternoon evening"),
    "you": word_set("you"),
    "and": word_set("and or"),
    "of": word_set("of in on for to by like"),
    "nothing": frozenset({""}),
}
_BEFORE_IS = word_set("is has will was says said did does had")


class GuessContext(NamedTuple):
    """Where a guess stands: the words before and after it, empty at an end of the text, and whether it has a capital.

    ``capital`` is None in a text without any.
    """

    before: str
    after: str
    capital: bool | None


def context_of(text: Text, start_char: int, end_char: int) -> GuessContext:
    """The context of the characters ``[start_char, end_char)``."""
    before = text.raw[max(0, start_char - _NEAR) : start_char].lower().split()[-1:]
    after = text.raw[end_char : end_char + _NEAR].lower().split()[:1]
    guess = text.raw[start_char:end_char]
    return GuessContext("".join(before), "".join(after), guess != guess.lower() if text.cased else None)


def context_odds(context: GuessContext, label: str) -> float:
    """By how much a name with such a label is likelier in this context than its share says, as a factor of its odds."""
    who = "person" if label == "PERSON" else "other"
    return math.prod(_ODDS.get(f"{who} {cue}", 1.0) for cue in cues_of(context))


def cues_of(context: GuessContext) -> Iterator[str]:
    """The cues of a context, as "behind you"."""
    yield from (f"behind {cue}" for cue, words in _BEHIND.items() if context.before in words)
    if context.after in _BEFORE_IS:
        yield "before is"
    if context.capital is not None:
        yield "with a capital" if context.capital else "in small letters"
