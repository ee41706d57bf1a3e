"""Finds patterns of term lists in what was said aloud: ``PRJ-[0-9]{4}`` in "P R J twelve thirty-four"."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from typing import NamedTuple

from pipeline.detect.identifiers.spelled_out import SPELLING_ALPHABET
from pipeline.detect.text.token_classes import ClassedText, classify, gap_is_plain
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon.patterns import places
from pipeline.lexicon.surface_forms import LABELS
from pipeline.records import DetectionRule, Pattern

_SCORE = 0.99
_SEPARATORS = ("-", "", " ", "_", ".", "/", "#")
"""What is written between letters and a number, and seldom said."""
_WORTH_A_LOOK = re.compile(r"[dntx]|ll")
_ZEROS = re.compile(r"o+[dntx]")
_PARTS = re.compile(r"\d+|[^\d]+")
_SIGNS = "-._/:+&"
_TEENS = ("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_REPEATS = {"double": 2, "triple": 3}
_SHORT_WORDS = ("a", "i")
_LETTER, _NUMBER, _SIGN, _WORD = "letter", "number", "sign", "word"


class _Piece(NamedTuple):
    """What the tokens from ``first`` up to and including ``last`` are read as."""

    text: str
    kind: str
    first: int
    last: int


def spoken_pattern_recognizer(patterns: tuple[Pattern, ...]) -> Recognizer:
    """For patterns with a number or several letters, in every way to write down what was said.

    Raises ``ConfigurationError`` when a pattern takes too long on a text.
    """

    def recognize(text: Text) -> list[Match]:
        classed = classify(text)
        matches: dict[tuple[int, int], Match] = {}
        for start, end in _sentences(classed):
            for pieces, separator in product(_readings(classed, start, end), _SEPARATORS):
                for pattern in patterns:
                    for first, last, written in _places(pieces, separator, pattern):
                        matches.setdefault((first, last), _match(text, first, last, written, pattern))
        return list(matches.values())

    return recognize


def _match(text: Text, first: int, last: int, written: str, pattern: Pattern) -> Match:
    label, entity = LABELS.get(pattern.kind, "TERM"), f"pattern:{written.casefold()}"
    return text.match(first, last, label=label, entity=entity, rule=DetectionRule.TERM_PATTERN, score=_SCORE)


def _sentences(classed: ClassedText) -> Iterator[tuple[int, int]]:
    """The tokens of each sentence in which letters or a number are said; the point behind a letter ends none."""
    start = 0
    for end in range(1, len(classed.codes) + 1):
        if end < len(classed.codes) and (classed.codes[end - 1] in "lo" or gap_is_plain(classed.text, end - 1, end)):
            continue
        if _WORTH_A_LOOK.search(classed.codes, start, end) or _has_figure(classed, start, end):
            yield start, end
        start = end


def _has_figure(classed: ClassedText, start: int, end: int) -> bool:
    return any(token.plain[-1:].isdigit() for token in classed.text.tokens[start:end])


def _readings(classed: ClassedText, start: int, end: int) -> Iterator[list[_Piece]]:
    """What is said from one token up to another, with "papa" as a word and as P, and "a" as a letter and as a word."""
    seen: list[list[_Piece]] = []
    for by_words, with_articles in product((False, True), repeat=2):
        pieces = _pieces(classed, start, end, by_words=by_words, with_articles=with_articles)
        if pieces not in seen:
            seen.append(pieces)
            yield pieces


def _pieces(classed: ClassedText, start: int, end: int, *, by_words: bool, with_articles: bool) -> list[_Piece]:
    pieces: list[_Piece] = []
    at = start
    while at < end:
        word, code = classed.text.tokens[at].plain, classed.codes[at]
        before = pieces[-1].kind if pieces else _WORD
        number, after = _number(classed, at, end, follows=before == _NUMBER)
        if number:
            pieces.append(_Piece(number, _NUMBER, at, after - 1))
        elif by_words and word in SPELLING_ALPHABET:
            pieces.append(_Piece(word[0], _LETTER, at, at))
        elif code in "lo" and len(word) == 1 and not (with_articles and before != _LETTER and word in _SHORT_WORDS):
            pieces.append(_Piece(word, _LETTER, at, at))
        elif code in _SIGNS and len(pieces) > 0 and at + 1 < end:
            pieces.append(_Piece(code, _SIGN, at, at))
        else:
            parts = _PARTS.findall(word)
            pieces += [_Piece(part, _NUMBER if part.isdigit() else _WORD, at, at) for part in parts]
        at = max(after, at + 1)
    return pieces


def _number(classed: ClassedText, at: int, end: int, *, follows: bool) -> tuple[str, int]:
    """The digits of the number that is said from a token on, and the token behind it; no digits where there is none.

    ``follows``: behind a number, so that "oh" is a zero.
    """
    digits, after = _below_hundred(classed, at, end)
    if not digits and classed.codes[at] == "o" and (follows or _ZEROS.match(classed.codes, at, end)):
        return "0", at + 1
    if digits and after < end and classed.text.tokens[after].plain == "hundred":
        rest_at = after + 1
        if rest_at < end and classed.text.tokens[rest_at].plain == "and":
            rest_at += 1
        rest, behind = _below_hundred(classed, rest_at, end)
        return (digits + rest.zfill(2), behind) if 0 < len(rest) <= len("00") else (f"{digits}00", after + 1)
    return digits, after


def _below_hundred(classed: ClassedText, at: int, end: int) -> tuple[str, int]:
    if at >= end:
        return "", at
    word, code = classed.text.tokens[at].plain, classed.codes[at]
    following = classed.text.tokens[at + 1].plain if at + 1 < end else ""
    if code in "dn":
        return word, at + 1
    if word in _TEENS:
        return str(11 + _TEENS.index(word)), at + 1
    if word in _TENS:
        joined = len(following) == 1 and following in "123456789"
        return f"{2 + _TENS.index(word)}{following if joined else 0}", at + 1 + joined
    if word in _REPEATS and (digit := "0" if following in ("o", "oh") else following) and classed.codes[at + 1] in "do":
        return digit * _REPEATS[word], at + 2
    return "", at


def _places(pieces: Sequence[_Piece], separator: str, pattern: Pattern) -> Iterator[tuple[int, int, str]]:
    """The first and last token of each place that a pattern fits, and how it is written there."""
    texts = [piece.text for piece in pieces]
    for index in range(1, len(pieces)):
        texts[index] = _between(pieces[index - 1], pieces[index], separator) + texts[index]
    ends = list(accumulate(map(len, texts)))
    whole = "".join(texts)
    for start_char, end_char in places(pattern.text, whole, pattern.where):
        first, last = bisect_right(ends, start_char), bisect_right(ends, end_char - 1)
        yield pieces[first].first, pieces[last].last, whole[start_char:end_char]


def _between(before: _Piece, after: _Piece, separator: str) -> str:
    kinds = before.kind, after.kind
    if _SIGN in kinds or kinds in ((_LETTER, _LETTER), (_NUMBER, _NUMBER)):
        return ""
    return separator if _NUMBER in kinds and after.kind != _WORD else " "
