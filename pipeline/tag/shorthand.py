"""Reads what is typed in short as it would be said: "+1 for dark mode", "FR: bulk import", "pls add an audit log"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_CLAUSE = (
    r"(?:i|i'd|i'm|we|we'd|you|u|it|it's|there|they|can|can't|could|would|will|is|are|do|does|not|please|pls|plz|need|"
    r"want|love|same|here|who|what|when|where|why|how)"
)
"""A first word behind which a whole clause stands."""
_POINTING = r"(?:that|this|these|those|it|what|all|both|him|her|them|everything|everyone|above|the above)"
_VERB = (
    r"(?:add|allow|support|show|let|make|have|give|put|hide|use|keep|remember|offer|provide|include|sort|expose|"
    r"implement|build|ship|bring|fix|enable)"
)
_PLUS = r"(?:(?:big|huge|massive) )?\+1(?: from (?:me|us))?[,:]?"
_LABEL = r"(?:(?:FR|RFE)s?|(?i:feature request|wish ?list|wish|my ask|ask|request)s?)[ ]*[:–—-]+[ ]*"


class Spoken(NamedTuple):
    """Characters of a text as it would be said, and what was typed for them."""

    start_char: int
    end_char: int
    typed: str


class _Short(NamedTuple):
    """A way to type in short, and what it stands for."""

    typed: re.Pattern[str]
    said: str


def _short(pattern: str, said: str, *, any_case: bool = True) -> _Short:
    return _Short(re.compile(pattern, re.IGNORECASE if any_case else 0), said)


# The first that fits a line; what agrees with words that are not there asks for nothing.
_BEGINNINGS = (
    _short(rf"^{_PLUS} (?:(?:for|on|to) )?{_POINTING}\b[^.,;!?]*", ""),
    _short(rf"^{_PLUS} (?={_CLAUSE}\b)", ""),
    _short(rf"^{_PLUS} (?:(?:for|on|to) )?(?!(?:for|on|to) )(?=\w)", "plus one for "),
    _short(rf"^{_LABEL}(?i:(?={_CLAUSE}\b))", "", any_case=False),
    _short(rf"^{_LABEL}(?i:(?={_VERB} ))", "please ", any_case=False),
    _short(rf"^{_LABEL}(?=\w)", "we need ", any_case=False),
    _short(r"^(?:need|want)s?(?= (?!to\b)\w)", "we need"),
    _short(r"^(?=(?:really|badly|desperately) (?:need|want) )", "we "),
    _short(r"^(?=would (?:be|b) )", "it "),
)
_ANYWHERE = (
    _short(r"\bpl[sz]\b", "please"),
    _short(r"\br u\b", "are you", any_case=False),
    _short(r"(?<![\w-])u(?![\w-])", "you", any_case=False),
    _short(r"(?<![\w-])ur(?![\w-])", "your", any_case=False),
    _short(r"(?<=would )b\b", "be", any_case=False),
    _short(r"\basap\b", "as soon as possible"),
    _short(r"#1\b", "number one"),
)


def as_said(line: str) -> tuple[str, tuple[Spoken, ...]]:
    """A line of a chat as it would be said, and where its words are not those that were typed, in order."""
    short = next((each for each in _BEGINNINGS if each.typed.search(line)), None)
    matches = [(match, short.said) for match in [short.typed.search(line)] if match] if short else []
    begin = matches[0][0].end() if matches else 0
    for each in _ANYWHERE:
        matches += ((match, each.said) for match in each.typed.finditer(line) if match.start() >= begin)
    return _written(line, sorted(matches, key=lambda each: each[0].start()))


def _written(line: str, matches: Sequence[tuple[re.Match[str], str]]) -> tuple[str, tuple[Spoken, ...]]:
    text, end, places = "", 0, list[Spoken]()
    for match, said in matches:
        if match.start() < end:
            continue
        text += line[end : match.start()]
        places.append(Spoken(len(text), len(text) + len(said), match[0]))
        text, end = text + said, match.end()
    return text + line[end:], tuple(places)


def as_typed(text: str, places: Sequence[Spoken], start_char: int, end_char: int) -> str:
    """What was typed for these characters of a text: a place that they touch is there whole."""
    written, end = "", start_char
    for place in places:
        if place.start_char <= end_char and place.end_char >= start_char:
            written += text[end : max(end, place.start_char)] + place.typed
            end = max(end, place.end_char)
    return written + text[end:end_char]
