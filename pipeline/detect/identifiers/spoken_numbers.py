"""Finds phone, card and account numbers said aloud, also with "oh", "double five" and a misheard word between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from pipeline.detect.identifiers.phone_numbers import number_label
from pipeline.detect.text.token_classes import ClassedText, classify, gap_is_plain, is_oh_group
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

# Behind "double" a word is a digit that was misheard: "077 double for 123456".
_RUN = re.compile(
    r"\+?(?:(?<=[dnxo])x[wfgl](?=[dnxo])|[dnxot]|[\-/&](?=[dnxot])|(?<=[dnxo]{2})[wfgl]{1,2}(?=[dnxo]{2}))+"
)
_CODE = re.compile(r"(?:[ld]|[on](?=[ldn])){10,}[dnlo]*")
_NOUGHT = re.compile(r"0\d+")
_TOLL = re.compile(r"d?dt[dnotwfg]{1,3}")
# Seven digits are the shortest phone number of North America without its area; fewer count only behind a word that says
# so. Of 176 in the marked sets all were right.
_MIN_DIGITS, _MIN_DIGITS_CUED = 7, 4
_MIN_SPOKEN = 0.6  # of a run's words are digits; a judgement, so that a misheard word here and there does not hide it
_LONG, _CUED, _MIXED, _TOLL_FREE = 0.9, 0.6, 0.92, 0.8
_BEFORE = 6
_SHORT_CUES = word_set(
    """extension pin code ticket account order ending number card case invoice contract serial passcode"""
)
# Words that say so only right before a number: "request three three eight one nine", "the claim was 9 1 7 20".
_CLOSE_CUES = word_set(
    """request incident reference ref quote policy licence license member membership booking registration tracking claim
    complaint application shipment parcel docket box"""
)
_BETWEEN = word_set("is was has had the number no id code")
_MOST_BETWEEN = 3
_LEAST_OF_CLOSE, _LEAST_ONE_BY_ONE = 5, 4  # digits, "twenty twenty" is a year; one by one they are none
_ALONE = 6  # digits one by one that nothing announces ("it is 7 7 4 1 0 9"), unless somebody counts
_SOUND_LIKE_DIGITS = word_set("for to too won ate")
_ANOTHER = word_set("1 other old new second first")
_REACH = 12
"""Words from one number to another: "the new pin is 4 9 1 7 and the old one was 2 2 0 8"."""


def spoken_number_recognizer(regions: tuple[str, ...] = ()) -> Recognizer:
    """For runs of digit words; ``regions`` (ISO 3166 codes) say which of them may be phone numbers without a word."""

    def recognize(text: Text) -> list[Match]:
        classed = classify(text)
        return [*_codes(classed), *_runs(classed, regions), *_toll_free(classed)]

    return recognize


def _runs(classed: ClassedText, regions: tuple[str, ...]) -> Iterator[Match]:
    said_before = -_REACH
    for occurrence in _RUN.finditer(classed.codes):
        first, last = occurrence.start(), occurrence.end() - 1
        while last > first and classed.codes[last] in "x-/&wfgl":
            last -= 1
        for end in reversed(_ends(classed, last)):
            score = _score(classed, first, end, is_near_another=first - said_before < _REACH)
            if score is not None:
                said_before = end
                yield _match(classed.text, first, end, _label(classed, first, end, regions), score)
                break


def _ends(classed: ClassedText, last: int) -> list[int]:
    """Where a run may end: as it stands, and behind words that sound like digits before figures: "0163, 296, for 17".

    Those may begin the next clause ("…417. To 12 of them"): what is no number with them is one without.
    """
    ends = [last]
    while classed.codes[last] == "n" and classed.codes[last + 2 : last + 3] in {"d", "n"}:
        if classed.text.tokens[last + 1].plain not in _SOUND_LIKE_DIGITS:
            break
        last += 2
        ends.append(last)
    return ends


def _score(classed: ClassedText, first: int, last: int, *, is_near_another: bool) -> float | None:
    """How sure a run is a number, or None where it is none."""
    if not gap_is_plain(classed.text, first, last) or not _has_spoken_digit(classed, first, last):
        return None
    count, spoken = _count(classed, first, last)
    if count >= _MIN_DIGITS and spoken >= _MIN_SPOKEN * (last - first + 1):
        return _LONG
    if _is_told_alone(classed, first, last):
        return _CUED
    before = classed.before(first)
    is_announced = before & _SHORT_CUES or (is_near_another and before & _ANOTHER) or _is_close(classed, first, last)
    if count < _MIN_DIGITS_CUED or last == first or not is_announced:
        return None
    return _LONG if count >= _MIN_DIGITS else _CUED


def _is_close(classed: ClassedText, first: int, last: int) -> bool:
    """Whether a run stands right behind a word like "request", or behind "is number" after one, and is no year."""
    tokens = classed.text.tokens
    at = first - 1
    while at > max(0, first - 1 - _MOST_BETWEEN) and tokens[at].plain in _BETWEEN:
        at -= 1
    if at < 0 or tokens[at].plain not in _CLOSE_CUES:
        return False
    codes = classed.codes[first : last + 1]
    return _count(classed, first, last)[0] >= _LEAST_OF_CLOSE or (
        len(codes) >= _LEAST_ONE_BY_ONE and set(codes) <= set("do")
    )


def _is_told_alone(classed: ClassedText, first: int, last: int) -> bool:
    """Whether a run is six digits or more, one by one, that neither count up or down nor are always the same."""
    if last - first + 1 < _ALONE or not set(classed.codes[first : last + 1]) <= set("do"):
        return False
    digits = _digits(classed, first, last)
    return len({int(after) - int(before) for before, after in pairwise(digits)}) > 1


def _has_spoken_digit(classed: ClassedText, first: int, last: int) -> bool:
    """Whether some digit of a run is a word, or doubled: figures alone are for the recognisers of written numbers.

    Groups with a comma and a space between are for neither but where one begins with a nought or an O: "O1, 496, O82".
    """
    tokens, raw = classed.text.tokens[first : last + 1], classed.text.raw
    if "x" in classed.codes[first : last + 1] or any(
        token.plain.isdigit() and raw[token.start_char].isalpha() for token in tokens
    ):
        return True
    gaps = {raw[one.end_char : other.start_char] for one, other in pairwise(tokens)}
    has_oh = any(is_oh_group(token.plain) for token in tokens)
    has_nought = (", " in gaps or not _SOUND_LIKE_DIGITS.isdisjoint(token.plain for token in tokens)) and any(
        _NOUGHT.fullmatch(token.plain) for token in tokens
    )
    return gaps <= {" ", ", "} and (has_oh or has_nought)


def _count(classed: ClassedText, first: int, last: int) -> tuple[int, int]:
    """How many digits a run has, and how many of its tokens are digits."""
    count = spoken = repeat = 0
    for index in range(first, last + 1):
        code, word = classed.codes[index], classed.text.tokens[index].plain
        if code == "x":
            repeat = 2 if word == "double" else 3
            spoken += 1
        elif code in "don":
            count += max(1, repeat) * (len(word) if code == "n" else 1)
            spoken, repeat = spoken + 1, 0
        elif code == "t":
            count += 2
        elif code == "w":
            count += 1
    return count, spoken


def _label(classed: ClassedText, first: int, last: int, regions: tuple[str, ...]) -> str:
    """What a run is; a figure that was misheard counts as one, so that it has the length that it had."""
    tokens = classed.text.tokens
    digits = _digits(classed, first, last)
    before = [token.plain for token in tokens[max(0, first - _BEFORE) : first]]
    has_plus = classed.codes[first] == "+" or classed.codes[max(0, first - 1)] == "+"
    return number_label(f"+{digits}" if has_plus else digits, before, regions)


def _digits(classed: ClassedText, first: int, last: int) -> str:
    """The digits of a run in figures, with a nought for each that was misheard or is told by no single word."""
    digits, repeat = "", 1
    for code, token in zip(classed.codes[first : last + 1], classed.text.tokens[first : last + 1], strict=True):
        if code == "x":
            repeat = 2 if token.plain == "double" else 3
        elif code in "dnow":
            shown = token.plain if token.plain.isdigit() else "0"
            digits, repeat = digits + shown * repeat, 1
        elif code == "t":
            digits += "00"
    return digits


def _codes(classed: ClassedText) -> Iterator[Match]:
    """Letters and digits mixed, as in an IBAN."""
    for occurrence in _CODE.finditer(classed.codes):
        codes = occurrence.group()
        if codes.count("l") >= 2 and sum(codes.count(code) for code in "dno") >= 6:
            yield _match(classed.text, occurrence.start(), occurrence.end() - 1, "ACCOUNT", _MIXED)


def _toll_free(classed: ClassedText) -> Iterator[Match]:
    """Numbers with a word in them: "one eight hundred go two haul"."""
    for occurrence in _TOLL.finditer(classed.codes):
        words = [token.plain for token in classed.text.tokens[occurrence.start() : occurrence.end()]]
        if words[:3] == ["1", "8", "hundred"]:
            yield _match(classed.text, occurrence.start(), occurrence.end() - 1, "PHONE", _TOLL_FREE)


def _match(text: Text, first: int, last: int, label: str, score: float) -> Match:
    letters = "".join(token.plain for token in text.tokens[first : last + 1])
    return text.match(
        first, last, label=label, entity=f"{label.lower()}:{letters}", rule=DetectionRule.SPOKEN_NUMBER, score=score
    )
