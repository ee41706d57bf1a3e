"""How sure a name is that spaCy's small English pipeline found: by what its words are known for, its capitals and its
place, and by what the project's own model thinks of the same words.

That pipeline gives no probabilities. ``python -m tests.benchmarks.name_scores FOLDER`` fits the factors on marked texts
of calls, interviews, mail and tweets, by cross-validation over documents: the logarithmic loss is 0.360 to 0.392 on the
four groups of documents that took part, and 0.377 on the fifth, which did not. Of its guesses those below 0.3, below
0.5, below 0.8 and above had mean scores of 0.21, 0.39, 0.63 and 0.93; right were 0.20, 0.47, 0.63 and 0.95.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from pipeline.detect.scoring.calibration import KnownFor, group_of
from pipeline.detect.scoring.context_odds import context_of, cues_of
from pipeline.detect.text.tokens import Match, Text
from pipeline.lexicon import words_of

_LIKELY, _SURELY = 0.38, 0.8  # what the own model's share of right guesses is called
_WORD = re.compile(r"[^\W\d_]\w*")
_POINT = re.compile(r"[.,?!](\s|$)")
_SENTENCE_ENDS = '.!?:"“'
# By how much each key raises the odds; "all" are those without any.
_ODDS = {
    "a capital at the start": 1.58,
    "a capital within a sentence": 1.43,
    "all capitals": 0.63,
    "company: family name": 1.88,
    "company: family name and more": 1.05,
    "company: listed": 0.80,
    "company: listed and more": 1.27,
    "company: ordinary": 0.77,
    "company: ordinary and more": 0.88,
    "company: public body": 1.42,
    "company: unknown": 0.75,
    "company: unknown and more": 1.07,
    "company: unknown and short": 1.39,
    "company: well known": 1.22,
    "digits": 0.53,
    "in a text without points": 0.53,
    "in small letters": 0.76,
    "other before is": 1.12,
    "other behind and": 0.85,
    "other behind from": 1.90,
    "other behind nothing": 1.11,
    "other behind of": 1.03,
    "own: hardly another kind": 0.67,
    "own: hardly the same": 0.47,
    "own: likely another kind": 0.88,
    "own: likely the same": 1.22,
    "own: nothing": 0.24,
    "own: surely another kind": 2.56,
    "own: surely the same": 4.91,
    "person before is": 0.90,
    "person behind a greeting": 1.52,
    "person behind and": 0.83,
    "person behind from": 1.26,
    "person behind nothing": 1.24,
    "person behind of": 0.74,
    "person behind you": 1.25,
    "person: family name": 1.12,
    "person: family name and more": 0.77,
    "person: given name": 1.72,
    "person: given name abroad": 1.76,
    "person: given name abroad and more": 0.86,
    "person: given name and more": 1.28,
    "person: ordinary": 0.39,
    "person: rare given name": 1.28,
    "person: unknown": 0.73,
    "person: unknown and more": 0.99,
    "place": 0.59,
    "place: given name": 1.39,
    "product": 0.82,
    "some capitals": 0.93,
    "all": 2.06,
}


def share_of(keys: Sequence[str]) -> float:
    """The share of guesses with this evidence that are names."""
    odds = math.prod(_ODDS.get(key, 1.0) for key in ("all", *keys))
    return odds / (1 + odds)


def evidence(text: Text, match: Match, label: str, known: KnownFor, own: Sequence[Match]) -> tuple[str, ...]:
    """The keys of what speaks for and against a match of spaCy's ``label``; ``own`` overlap it."""
    group = group_of("GPE" if label == "FAC" else label, words_of(match.text), known)
    who = "person" if match.label == "PERSON" else "other"
    cues = (cue for cue in cues_of(context_of(text, match.start_char, match.end_char)) if not cue.endswith("letters"))
    return (
        group,
        _capitals(text.raw, match),
        _opinion(match, own),
        *(f"{who} {cue}" for cue in cues if cue != "with a capital"),
        *(() if _POINT.search(text.raw) else ("in a text without points",)),
    )


def _capitals(raw: str, match: Match) -> str:
    words = _WORD.findall(match.text)
    if match.text == match.text.lower():
        return "in small letters"
    if words and all(word.isupper() and len(word) > 1 for word in words):
        return "all capitals"
    if not words or not all(word[0].isupper() for word in words):
        return "some capitals"
    before = raw[: match.start_char].rstrip()
    return "a capital within a sentence" if before and before[-1] not in _SENTENCE_ENDS else "a capital at the start"


def _opinion(match: Match, own: Sequence[Match]) -> str:
    """What the own model thinks of the words."""
    if not own:
        return "own: nothing"
    share = max(guess.score for guess in own)
    sure = "surely" if share >= _SURELY else "likely" if share >= _LIKELY else "hardly"
    return f"own: {sure} {'the same' if any(guess.label == match.label for guess in own) else 'another kind'}"
