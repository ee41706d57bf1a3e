"""Finds written phone, card and account numbers: phonenumbers for valid ones, long runs of digits for the rest.

What any number is called, a phone number, an account or the like, a card, or just a number, is said here too. That only
names what is taken out ("[phone 1]"): whether a number is taken out does not depend on it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import phonenumbers

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_WORTH_A_LOOK = re.compile(r"\d(?:[^\w\n]{0,3}\d){5}")
_GROUPS = re.compile(r"(?<![\w.])\+?\(?\d(?:[ \-./()x]{0,3}\d){6,18}(?!\w|\.\d)")
_MIN_DIGITS, _CARD_DIGITS = 7, 12  # 12: the shortest card number (Maestro)
# Of 53 valid ones and 22 others in the marked sets all were right; elsewhere a long number may count something.
_VALID, _OTHER = 0.95, 0.6
_WORDS = re.compile(r"[^\W\d]{2,}")
_DATE = re.compile(r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d")
_REACH = 6
"""Words back over "the number for my new card is"."""
_PHONE = word_set(
    """phone phones call called calling callback mobile cell cellphone fax desk dial dialled telephone reach reached
    ring text texted whatsapp landline hotline extension direct"""
)
_ACCOUNT = word_set(
    """account iban ssn social security routing sort contract invoice order ticket case customer client policy serial
    reference ref incident quote licence license patient student employee member membership passport vat tax badge
    booking registration tracking claim device meter asset purchase request complaint application shipment parcel docket
    pin passcode code id box"""
)
_CARD = word_set("card visa mastercard amex")
_NUMBER = word_set("number numbers no")
_LEAST_OF_PHONE, _MOST_OF_PHONE = 7, 15
"""Digits: a number of North America without its area; E.164."""
_LEAST_OF_CARD = 15
"""American Express; other cards have 16."""


def number_label(number: str, before: Sequence[str], regions: Iterable[str] = ()) -> str:
    """``PHONE``, ``ACCOUNT``, ``CARD``, or ``NUMBER`` where neither the words before nor its form tell.

    ``number`` are its digits, with a plus in front where it has one; ``before`` the plain words before it, of which the
    nearest that says what it is counts; ``regions`` those in whose numbering plans it may be a phone number.
    """
    for word in reversed(before[-_REACH:]):
        for label, cues in (("CARD", _CARD), ("ACCOUNT", _ACCOUNT), ("PHONE", _PHONE)):
            if word in cues:
                return label
    digits = number.removeprefix("+")
    if len(digits) >= _LEAST_OF_CARD and not number.startswith("+"):
        return "CARD"
    is_announced = not _NUMBER.isdisjoint(before[-_REACH:])
    fits = _LEAST_OF_PHONE <= len(digits) <= _MOST_OF_PHONE
    return "PHONE" if fits and (is_announced or _is_phone_number(number, regions)) else "NUMBER"


def words_before(text: Text, start_char: int) -> list[str]:
    """The plain words before a character, as many as ``number_label`` looks at."""
    at = bisect_right(text.tokens, start_char, key=lambda token: token.end_char)
    return [token.plain for token in text.tokens[max(0, at - _REACH) : at]]


def phone_number_recognizer(regions: tuple[str, ...]) -> Recognizer:
    """For numbers of these regions (ISO 3166 codes) and any other run of 7 to 19 grouped digits."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        return [*_valid(text, regions), *_grouped(text, regions)]

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
            label = "PHONE" if valid else _label(text, occurrence.start, number, regions)
            yield _match(text, occurrence.start, occurrence.end, label, _VALID if valid else _OTHER)


def _grouped(text: Text, regions: tuple[str, ...]) -> Iterator[Match]:
    for occurrence in _GROUPS.finditer(text.raw):
        if not _DATE.fullmatch(occurrence.group()):
            number = occurrence.group()
            is_card = sum(map(str.isdigit, number)) >= _CARD_DIGITS and not number.startswith("+")
            label = "CARD" if is_card else _label(text, occurrence.start(), number, regions)
            yield _match(text, *occurrence.span(), label, _OTHER)


def _label(text: Text, start_char: int, number: str, regions: tuple[str, ...]) -> str:
    digits = "".join(char for char in number if char.isdigit())
    return number_label(f"+{digits}" if number.startswith("+") else digits, words_before(text, start_char), regions)


def _match(text: Text, start_char: int, end_char: int, label: str, score: float) -> Match:
    number = text.raw[start_char:end_char]
    entity = f"{label.lower()}:{''.join(char for char in number if char.isdigit())}"
    return Match(start_char, end_char, label, number, entity, DetectionRule.WRITTEN_NUMBER, score)


def _is_phone_number(number: str, regions: Iterable[str]) -> bool:
    """Whether it has the length and the beginning of an international number, or of a national one of a region."""
    for region in (None,) if number.startswith("+") else regions:
        try:
            if phonenumbers.is_possible_number(phonenumbers.parse(number, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
