"""Finds passwords and keys that are said aloud: "the password is hunter two capital x seven"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.text.token_classes import ClassedText, classify, gap_is_plain
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_SCORE = 0.6  # a judgement: no marked set has any; between "password: …" and the guess that a long token is one
_IS = word_set("is was equals are")
_CHANGED = word_set("changed set reset updated switched rotated")  # "the password was changed to …"
_OF = word_set("for of on to at in")
_BETWEEN = 6
"""Words at most from "password" to "is" or "to", in "the password for the new staging box is …"."""
_NAMES = word_set("password passwords passphrase passcode")
# "The key is …" and "the token is …" say what matters of anything: these need a word that tells which.
_NAMED_BY_TWO = word_set("key token secret code")
_FIRST_OF_TWO = word_set(
    """api access private secret license licence encryption bearer auth client admin service vpn wifi root database
    session signing shared webhook master recovery activation unlock door gate alarm entry security"""
)
_SIGNS = word_set(
    """capital uppercase lowercase hash hashtag exclamation dollar asterisk star percent caret ampersand underscore dash
    hyphen"""
)
_VALUE = re.compile(r"[dnxtlowg.\-_/:+&][dnxtlow.\-_/:@+&]{0,11}(?:w?[dnxtlo.\-_/:@+&])*")
"""What a password is said with, by the classes of its words: no word that only binds others; spelled to its end."""
_NUMBER = frozenset("dnxto")
_LEAST_WORDS = 3  # of a passphrase that has no number, sign or letter
_LEAST_MIXED = 6  # characters of a password of one word, letters and digits
_PAUSE = re.compile(r"[,;:]\s")
_TALK = word_set(
    "i we you they he she it its that thats this so if because please thanks thank okay ok right yes no yeah"
)
"""What goes on behind a secret and a comma; any other word is of it: "correct, horse, battery, staple"."""


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
        value = _VALUE.match(classed.codes, at + (text.tokens[at].plain in _IS | {"to"})) if kind else None
        if value is None:
            continue
        first, last = value.start(), value.end() - 1
        while last > first and not gap_is_plain(text, first, last):
            last -= 1
        last = _before_talk(classed, first, last)
        if _is_value(classed, first, last, is_phrase=kind == "passphrase"):
            secret = "".join(each.plain for each in text.tokens[first : last + 1])
            rule = DetectionRule.KEY_OR_TOKEN
            yield text.match(first, last, label="SECRET", entity=f"secret:{secret}", rule=rule, score=_SCORE)


def _before_talk(classed: ClassedText, first: int, last: int) -> int:
    """The last word before a comma behind which somebody goes on to talk: "nine two, I hope"."""
    text = classed.text
    for index in range(first, last):
        gap = text.raw[text.tokens[index].end_char : text.tokens[index + 1].start_char]
        is_talk = text.tokens[index + 1].plain in _TALK
        if is_talk and _PAUSE.search(gap + " ") and not _says_more(classed, index + 1, last):
            return index
    return last


def _says_more(classed: ClassedText, first: int, last: int) -> bool:
    """Whether there is more of a spelled secret: the articles and "I" are letters too, and say nothing."""
    return any(
        classed.codes[index] in "dntxo"
        or (classed.codes[index] == "l" and token.plain not in "ai")
        or token.plain in _SIGNS
        for index, token in enumerate(classed.text.tokens[first : last + 1], first)
    )


def _named(text: Text, at: int) -> str:
    """What is called by the words before "is", or with "'s" at its end: a password or a key; else empty.

    "for the new box" and the like may stand between, and it may be changed "to" something.
    """
    word = text.tokens[at].plain
    between = text.raw[text.tokens[at - 1].end_char : text.tokens[at].start_char]
    if word not in _IS and word != "to" and between.strip() not in ("'s", "’s"):
        return ""
    for name in range(at - 1, max(-1, at - 2 - _BETWEEN), -1):
        kind = _kind(text, name)
        if not gap_is_plain(text, name, at) or (kind and not _leads_on(text, name, at)):
            return ""
        if kind:
            return kind
    return ""


def _kind(text: Text, name: int) -> str:
    """The kind of secret that a word names; empty where it names none."""
    word = text.tokens[name].plain
    is_of_two = name > 0 and word in _NAMED_BY_TWO and text.tokens[name - 1].plain in _FIRST_OF_TWO
    return word if word in _NAMES or is_of_two else ""


def _leads_on(text: Text, name: int, at: int) -> bool:
    """Whether what stands between the name of a secret and "is" or "to" leads from the one to the other."""
    between = [token.plain for token in text.tokens[name + 1 : at]]
    if text.tokens[at].plain == "to":
        before = [token.plain for token in text.tokens[max(0, name - _BETWEEN) : name]]
        return not _CHANGED.isdisjoint(between) or (between in ([], ["back"]) and not _CHANGED.isdisjoint(before))
    return not between or between[0] in _OF


def _is_value(classed: ClassedText, first: int, last: int, *, is_phrase: bool) -> bool:
    """Whether words may be a secret's value: "good for a year" and "eight characters long" are none."""
    codes, words = classed.codes[first : last + 1], [token.plain for token in classed.text.tokens[first : last + 1]]
    numbers = sum(code in _NUMBER or any(map(str.isdigit, word)) for code, word in zip(codes, words, strict=True))
    is_spelled = "l" in codes or not _SIGNS.isdisjoint(words)
    is_word_and_number = numbers > 0 and codes[0] == "w" and len(codes) > 1
    is_mixed = any(_is_mixed(word) for word in words)
    return is_spelled or is_mixed or numbers > 1 or is_word_and_number or (is_phrase and len(codes) >= _LEAST_WORDS)


def _is_mixed(word: str) -> bool:
    return len(word) >= _LEAST_MIXED and any(map(str.isdigit, word)) and any(map(str.isalpha, word))
