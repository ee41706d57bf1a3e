"""Finds written ticket, contract, order and customer numbers, which lead whoever may look them up to the customer."""

from __future__ import annotations

import re

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.records import DetectionRule

_CODE = r"(?=[A-Z0-9/_\-]*\d)[A-Z0-9](?:[A-Z0-9/_\-]{2,30})[A-Z0-9]"
_NAMED = re.compile(
    r"\b(?:ticket|case|incident|order|contract|invoice|account|customer|reference|ref|serial|quote|policy|licen[cs]e)"
    rf"\s?(?P<number>number|no\.?|nr\.?|id|key|#)?\s?[:#]?\s?#?(?P<code>{_CODE})(?![\w@])",
    re.IGNORECASE,
)
_SERVICE_DESK = re.compile(r"\b(?:INC|REQ|RITM|CHG|PRB|TASK|CS|SR|CASE)-?\d{5,12}\b")
_WORTH_A_LOOK = re.compile(r"\d")
# Judged: no marked set has any. A word like "ticket" before a code says less than the form of a service desk's number.
_NAMED_SCORE, _SERVICE_DESK_SCORE = 0.75, 0.8
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/](?:\d\d|\d{4}))?")


def reference_recognizer() -> Recognizer:
    """For codes behind a word like "ticket", and for the numbers of service desks."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        matches = [
            _match(text, *occurrence.span("code"), _NAMED_SCORE)
            for occurrence in _NAMED.finditer(text.raw)
            if occurrence["number"] or not _YEAR.fullmatch(occurrence["code"])
        ]
        return matches + [
            _match(text, *occurrence.span(), _SERVICE_DESK_SCORE) for occurrence in _SERVICE_DESK.finditer(text.raw)
        ]

    return recognize


def _match(text: Text, start_char: int, end_char: int, score: float) -> Match:
    code = text.raw[start_char:end_char]
    entity = f"account:{re.sub(r'[^a-z0-9]', '', code.casefold())}"
    return Match(start_char, end_char, "ACCOUNT", code, entity, DetectionRule.WRITTEN_REFERENCE, score)
