"""Finds written ticket, contract, order and customer numbers, which lead whoever may look them up to the customer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.identifiers.phone_numbers import number_label, words_before
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import is_english, plain
from pipeline.records import DetectionRule

_CODE = r"(?=[A-Z0-9/_\-]*\d)[A-Z0-9](?:[A-Z0-9/_\-]{2,30})[A-Z0-9]"
_NAMED = re.compile(
    r"\b(?:ticket|case|incident|order|contract|invoice|account|customer|reference|ref|serial|quote|policy|licen[cs]e)"
    rf"\s?(?P<number>number|no\.?|nr\.?|id|key|#)?\s?[:#]?\s?#?(?P<code>{_CODE})(?![\w@])",
    re.IGNORECASE,
)
_KINDS = (
    r"(?:ticket|case|incident|order|contract|invoice|account|customer|reference|ref|serial|quote|policy|licen[cs]e|"
    r"patient|student|employee|member(?:ship)?|passport|vat|tax|sort|routing|badge|booking|registration|tracking|claim|"
    r"device|meter|asset|purchase order|request|complaint|application|shipment|parcel|docket)"
)
_GROUP = r"(?=[\w/&\-]*\d)[^\W_][\w/&\-]{0,30}"
_GROUPS = rf"(?:[A-Z]{{1,4}}[ \-])?{_GROUP}(?: {_GROUP})*"
_IS = r"(?:\s(?:is|was|are)|:)?\s"
_NUMBERED = re.compile(rf"\b{_KINDS}\s(?:number|no\.?|nr\.?|id|code)s?{_IS}(?P<code>{_GROUPS})(?![\w@])", re.IGNORECASE)
_CALLED = re.compile(rf"\b{_KINDS}\s(?:is|was)\s(?P<code>{_GROUPS})(?![\w@])", re.IGNORECASE)
_HAS_NUMBER = re.compile(
    rf"\b{_KINDS}\s(?:is|was|has|had|got)\s(?:the\s|an?\s)?(?:number|no\.?|nr\.?|id|code){_IS}(?P<code>{_GROUPS})(?![\w@])",
    re.IGNORECASE,
)
# Words that come before other numbers too: "request 5,000 units", "extension 2". What kind of number it is may have
# been misheard: "undercase number 77024".
_LONG = re.compile(
    r"\b(?:extension\s(?P<code>\d{4,6})|(?:request|complaint|booking|claim|shipment|docket|tracking)\s(?P<long>\d{5,9})"
    r"|number\s(?P<bare>\d{5,9}(?<!000)))"
    r"(?![\w@]|[.,]\d)",
    re.IGNORECASE,
)
# A number of a few digits at the end of what is said of it.
_ENDING = re.compile(
    r"\b(?:reference|ref|ticket|case|incident|order|contract|invoice|serial|docket|extension)\s(?:is|was)\s(?P<code>\d{3,8})"
    r"(?=[.,;!?]|$)|\bextension\s(?:for|to|too|oh|o)\s(?P<misheard>\d{2,4})(?![\w@]|[.,]\d)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:my|our|her|his|their|your|direct|mobile|phone|cell|desk|fax|home|work)\s(?:\w+\s){0,2}?"
    r"(?:number|extension|line|pin|passcode)\s(?:is|was)\s(?P<code>\d[\d \-]{2,20}\d)(?![\w@])",
    re.IGNORECASE,
)
_USER = re.compile(
    r"\b(?:user ?name|login|log-?in|handle|screen name|user id)\s(?:is|was)\s(?P<code>[^\W_](?:[\w.\-]{1,30})[^\W_])",
    re.IGNORECASE,
)
_SERVICE_DESK = re.compile(r"\b(?:(?i:INC|REQ|RITM|CHG|PRB)|TASK|CS|SR|CASE)-?\d{5,12}\b")
_POST_BOX = re.compile(
    r"\b(?:p\.?\s?o\.?\s|post(?:al)? |post office )?box\s(?:number\s|no\.?\s)?(?P<code>\d{3,6})(?![\w@]|[.,]\d)", re.I
)
_WORTH_A_LOOK = re.compile(r"\d|user ?name|log-?in|handle|screen name", re.IGNORECASE)
# Judged: no marked set has any. A word like "ticket" before a code says less than the form of a service desk's number.
_NAMED_SCORE, _SERVICE_DESK_SCORE = 0.75, 0.8
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/](?:\d\d|\d{4}))?")
_LEAST_DIGITS = 4  # of a number of a customer's own; of a code with letters or dashes three characters are enough
_LEAST = 3


def reference_recognizer() -> Recognizer:
    """For codes behind a word like "ticket", for the numbers of service desks, and for names of users."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        matches = [
            _match(text, *occurrence.span("code"), _NAMED_SCORE)
            for occurrence in _NAMED.finditer(text.raw)
            if occurrence["number"] or not _YEAR.fullmatch(occurrence["code"])
        ]
        matches += [_match(text, start, end, _NAMED_SCORE) for start, end in _said_to_be(text.raw)]
        return matches + [
            _match(text, *occurrence.span(), _SERVICE_DESK_SCORE) for occurrence in _SERVICE_DESK.finditer(text.raw)
        ]

    return recognize


def _said_to_be(raw: str) -> Iterator[tuple[int, int]]:
    """The characters of what is said to be somebody's number, code or user name ("the customer id is K44-9183")."""
    for pattern, is_certain in ((_NUMBERED, True), (_HAS_NUMBER, True), (_OWN, True), (_CALLED, False)):
        for occurrence in pattern.finditer(raw):
            if _is_code(occurrence["code"], is_certain=is_certain):
                yield occurrence.span("code")
    yield from (occurrence.span("code") for occurrence in _POST_BOX.finditer(raw))
    for pattern in (_LONG, _ENDING):
        yield from (occurrence.span(occurrence.lastgroup or 0) for occurrence in pattern.finditer(raw))
    for occurrence in _USER.finditer(raw):
        if not is_english(plain(occurrence["code"])):
            yield occurrence.span("code")


def _is_code(code: str, *, is_certain: bool) -> bool:
    """Whether a code is one: no year, and where only "is" says so, more than an amount."""
    bare = re.sub(r"[\W_]", "", code)
    if _YEAR.fullmatch(code) or len(bare) < _LEAST:
        return False
    is_parted = "-" in code or "/" in code
    if not is_certain:
        return is_parted or (not bare.isdigit() and len(bare) > _LEAST_DIGITS)
    return is_parted or not bare.isdigit() or len(bare) >= _LEAST_DIGITS


def _match(text: Text, start_char: int, end_char: int, score: float) -> Match:
    code = text.raw[start_char:end_char]
    bare = re.sub(r"[^a-z0-9]", "", code.casefold())
    label = number_label(bare, words_before(text, start_char)) if bare.isdigit() else "ACCOUNT"
    return Match(start_char, end_char, label, code, f"{label.lower()}:{bare}", DetectionRule.WRITTEN_REFERENCE, score)
