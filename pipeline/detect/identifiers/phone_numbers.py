"""Finds written phone, card and account numbers: phonenumbers for valid ones, long runs of digits for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.records import DetectionRule

_WORTH_A_LOOK = re.compile(r"\d(?:[^\w\n]{0,3}\d){5}")
_GROUPS = re.compile(r"(?<![\w.])\+?\(?\d(?:[ \-./()x]{0,3}\d){6,18}(?!\w|\.\d)")
_MIN_DIGITS, _CARD_DIGITS = 7, 12  # 12: the shortest card number (Maestro)
# Of 53 valid ones and 22 others in the marked sets all were right; elsewhere a long number may count something.
_VALID, _OTHER = 0.95, 0.6
_WORDS = re.compile(r"[^\W\d]{2,}")
_DATE = re.compile(r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d")


def phone_number_recognizer(regions: tuple[str, ...]) -> Recognizer:
    """For numbers of these regions (ISO 3166 codes) and any other run of 7 to 19 grouped digits."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        return [*_valid(text, regions), *_grouped(text)]

    return recognize


def _valid(text: Text, regions: tuple[str, ...]) -> Iterator[Match]:
    for region in regions:
        for occurrence in phonenumbers.PhoneNumberMatcher(text.raw, region, leniency=phonenumbers.Leniency.POSSIBLE):
            valid = phonenumbers.is_valid_number(occurrence.number)
            number = occurrence.raw_string
            if (
                sum(map(str.isdigit, number)) < _MIN_DIGITS
                or _DATE.match(number)
                or (not valid and _WORDS.search(number))
            ):
                continue
            yield _match(text, occurrence.start, occurrence.end, "PHONE", _VALID if valid else _OTHER)


def _grouped(text: Text) -> Iterator[Match]:
    for occurrence in _GROUPS.finditer(text.raw):
        if not _DATE.fullmatch(occurrence.group()):
            digits = sum(char.isdigit() for char in occurrence.group())
            yield _match(text, *occurrence.span(), "CARD" if digits >= _CARD_DIGITS else "PHONE", _OTHER)


def _match(text: Text, start_char: int, end_char: int, label: str, score: float) -> Match:
    number = text.raw[start_char:end_char]
    entity = f"{label.lower()}:{''.join(char for char in number if char.isdigit())}"
    return Match(start_char, end_char, label, number, entity, DetectionRule.WRITTEN_NUMBER, score)
