"""Finds passwords and keys that are said aloud: "the password is hunter two capital x seven"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.text.token_classes import ClassedText, classify, gap_is_plain
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_SCORE = 0.6  # a judgement: no marked set has any; between "password: …" and the guess that a long token is one
_IS = word_set("is was equals")
_NAMES = word_set("password passwords passphrase passcode")
# "The key is …" and "the token is …" say what matters of anything: these need a word that tells which.
_NAMED_BY_TWO = word_set("key token secret")
_FIRST_OF_TWO = word_set("api access private secret license licence encryption bearer auth client admin service")
_SIGNS = word_set(
    """capital uppercase lowercase hash hashtag exclamation dollar asterisk star percent caret ampersand underscore dash
    hyphen"""
)
_VALUE = re.compile(r"[dnxtlowg.\-_/:+&][dnxtlow.\-_/:@+&]{0,11}(?:w?[dnxtlo.\-_/:@+&])*")
"""What a password is said with, by the classes of its words: no word that only binds others; spelled to its end."""
_NUMBER = frozenset("dnxto")
_LEAST_WORDS = 3  # of a passphrase that has no number, sign or letter


def spoken_secret_recognizer() -> Recognizer:
    """For what is said behind "the password is" with a number, a sign or a single letter in it, and passphrases."""

    def recognize(text: Text) -> list[Match]:
        is_worth_a_look = any(token.plain in _NAMES or token.plain in _NAMED_BY_TWO for token in text.tokens)
        return list(_values(classify(text))) if is_worth_a_look else []

    return recognize


def _values(classed: ClassedText) -> Iterator[Match]:
    text = classed.text
    for at in range(1, len(text.tokens)):
        kind = _named(text, at)
        value = _VALUE.match(classed.codes, at + (text.tokens[at].plain in _IS)) if kind else None
        if value is None:
            continue
        first, last = value.start(), value.end() - 1
        while last > first and not gap_is_plain(text, first, last):
            last -= 1
        if _is_value(classed, first, last, is_phrase=kind == "passphrase"):
            secret = "".join(each.plain for each in text.tokens[first : last + 1])
            rule = DetectionRule.KEY_OR_TOKEN
            yield text.match(first, last, label="SECRET", entity=f"secret:{secret}", rule=rule, score=_SCORE)


def _named(text: Text, at: int) -> str:
    """What is called by the words before "is", or with "'s" at its end: a password or a key; else empty."""
    name, between = text.tokens[at - 1], text.raw[text.tokens[at - 1].end_char : text.tokens[at].start_char]
    if text.tokens[at].plain not in _IS and between.strip() not in ("'s", "’s"):
        return ""
    if name.plain in _NAMES:
        return name.plain
    is_of_two = at > 1 and name.plain in _NAMED_BY_TWO and text.tokens[at - 2].plain in _FIRST_OF_TWO
    return name.plain if is_of_two else ""


def _is_value(classed: ClassedText, first: int, last: int, *, is_phrase: bool) -> bool:
    """Whether words may be a secret's value: "good for a year" and "eight characters long" are none."""
    codes, words = classed.codes[first : last + 1], [token.plain for token in classed.text.tokens[first : last + 1]]
    numbers = sum(code in _NUMBER or any(map(str.isdigit, word)) for code, word in zip(codes, words, strict=True))
    is_spelled = "l" in codes or not _SIGNS.isdisjoint(words)
    is_word_and_number = numbers > 0 and codes[0] == "w" and len(codes) > 1
    return is_spelled or numbers > 1 or is_word_and_number or (is_phrase and len(codes) >= _LEAST_WORDS)
