"""Finds dates of birth, written and said aloud: beside a word such as "birthday" or "born", or whole and of long ago.

A day of birth tells who somebody is together with little else (HIPAA, 45 CFR 164.514(b)(2)(i)(C)); any other date
is left, as it is what requests are made of.
"""

from __future__ import annotations

import re

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import plain
from pipeline.records import DetectionRule

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TWO_DIGITS = rf"(?:(?:{_TENS})(?:[ -](?:{_ONES}))?|{_TEENS}|(?:oh|o)[ -](?:{_ONES}))"
_SPOKEN_YEAR = rf"(?:(?:nineteen|twenty)[ -]{_TWO_DIGITS}|two thousand(?: (?:and )?(?:{_TEENS}|{_ONES}|{_TENS}))?)"
_FULL_YEAR = rf"(?:(?:19|20)\d\d|{_SPOKEN_YEAR})(?!\w)"
_YEAR = rf"(?:{_FULL_YEAR}|['’]?\d\d(?!\w|[.:,]\d)|{_TWO_DIGITS}(?!\w))"
_ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|"
    "fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_DAY = (
    rf"(?:[0-3]?\d(?:st|nd|rd|th)?|(?:twenty|thirty)[ -](?:{_ORDINALS}|{_ONES})|{_ORDINALS}|{_TEENS}|{_ONES}|"
    r"twenty|thirty)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DATE = (
    rf"(?:(?:the )?{_DAY}(?: day)?(?: of|,)? {_MONTH}(?:,? (?:of |in )?{_YEAR})?"
    rf"|{_MONTH} (?:the )?{_DAY}(?!\w)(?:,? (?:of |in )?{_YEAR})?"
    rf"|{_MONTH},? (?:of |in )?{_FULL_YEAR}"
    r"|\d{1,4} ?[./-] ?\d{1,2} ?[./-] ?\d{2,4})(?![\w@])"
)
# Six words lie between in "my birthday and everything, the 9th of October 78".
_BETWEEN = r"[,:]?(?: [\w'’]+,?){0,6}? "
_CUE = r"\b(?:birth ?days?|birth ?dates?|dates? of birth|d\.? ?o\.? ?b\.?|born)(?!\w)"
_SOMEBODY = r"\b(?:i|he|she|they|we|who|you|wife|husband|son|daughter|mother|father|brother|sister|boss|baby|kids?)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_CUE}{_BETWEEN}(?P<date>{_DATE})",
        rf"(?P<date>{_DATE}),? (?:is|was|that'?s|that is|for|as|it'?s) (?:[\w'’]+ ){{1,3}}?"
        r"(?:birth ?day|birth ?date|date of birth)\b",
        rf"{_SOMEBODY} (?:was |were )?born (?:back )?in (?P<date>{_MONTH}|{_YEAR})",
        r"\b(?:birth year|year of birth)(?: is| was|:)? (?P<date>" + _YEAR + ")",
    )
)
# Behind "berberth day is" nothing says what the date is. A whole date of so long ago is hardly ever anything else:
# of the 11 in the 1,309,000 words of the marked sets ten are in news and interviews.
_LONG_AGO = re.compile(
    rf"\b(?:(?:the )?{_DAY}(?: day)?(?: of|,)? {_MONTH}|{_MONTH} (?:the )?{_DAY}(?!\w))"
    rf",? (?:of |in )?(?:19[3-9]\d|200\d|nineteen[ -](?:{_TENS})(?:[ -](?:{_ONES}))?)(?!\w)",
    re.IGNORECASE,
)
_WORTH_A_LOOK = re.compile(r"b(?:irth|orn)|d\.? ?o\.? ?b", re.IGNORECASE)
_SCORE, _LONG_AGO_SCORE = 0.8, 0.4  # judged: no marked set has dates of birth


def birth_date_recognizer() -> Recognizer:
    """For a date beside a word of birth, each form as one mention, and for a whole date of long ago without one."""

    def recognize(text: Text) -> list[Match]:
        spans = {occurrence.span(): _LONG_AGO_SCORE for occurrence in _LONG_AGO.finditer(text.raw)}
        if _WORTH_A_LOOK.search(text.raw):
            for pattern in _PATTERNS:
                spans |= {occurrence.span("date"): _SCORE for occurrence in pattern.finditer(text.raw)}
        return [_match(text.raw, start, end, score) for (start, end), score in sorted(spans.items())]

    return recognize


def _match(raw: str, start: int, end: int, score: float) -> Match:
    end -= raw[end - 1] in ".,"
    date = raw[start:end]
    words = " ".join(map(plain, re.findall(r"[^\W_]+", date)))
    return Match(start, end, "DATE", date, f"date:{words}", DetectionRule.DATE_OF_BIRTH, score)
