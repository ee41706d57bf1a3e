"""Finds the sums that somebody says they pay or are paid: a price is a matter of those who agreed on it."""

from __future__ import annotations

import re

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.records import DetectionRule

_SCORE = 0.5  # a judgement: no set marks sums
_NUMBER = (
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|half|hundred|thousand|million)"
)
_FIGURE = rf"(?:\d[\d,.\- ]*\d|\d|{_NUMBER}\b(?:[ \-](?:a|and|point|{_NUMBER})\b)*)"
_SCALE = r"(?:[ \-]?(?:hundred|thousand|million|billion|grand|k|m)\b)*"
_MONEY = (
    r"(?:dollars?|euros?|pounds?|francs?|cents?|pence|yen|yuan|rupees?|lakhs?|crores?|zloty|złoty|kroner?|kronor|lira|"
    r"naira|pesos?|reais|rand|shillings?|forints?|dirhams?|dong|usd|eur|gbp|chf)"
)
_SUM = rf"(?:[$€£¥₹₦]\s?\d[\d,.]*{_SCALE}(?:\s{_MONEY})?|{_FIGURE}{_SCALE}\s(?:(?:us|swiss|hong kong)\s)?{_MONEY})"
_DEAL = (
    r"\b(?:we|i|they|you|he|she|us|them|our \w+|my \w+)\b[^.?!\n]{0,30}?\b(?:pay|pays|paid|paying|spend|spends|spent|"
    r"owes?|charge|charges|charged|quoted?|offered|sign|signs|signed|signing|earn|lost|borrowed|raised|invoiced?|billed|costs?|sold|bought|"
    r"wants?|asked?)\b[^.?!\n]{0,40}?"
)
_PRICE = re.compile(rf"{_DEAL}(?P<sum>{_SUM})", re.IGNORECASE)
_ASKED = re.compile(
    rf"(?:price|budget|cost|contract|invoice|fee|salary|bill|deal|offer)\b[^.?!\n]{{0,25}}?(?P<sum>{_SUM})",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"(?:^|[.?!]\s)(?:yes|no|well|about|around|a|roughly|only|just|[, ])*(?P<sum>{_SUM})\s(?:for|a|per|each)\b",
    re.IGNORECASE,
)
# Without a currency, what it is paid for says that it is a sum: "we pay nine thousand a month".
_BY_THE_MONTH = re.compile(
    r"\b(?:we|i|they|you|he|she|us|them|our \w+|my \w+)\b[^.?!\n]{0,30}?\b(?:pay|pays|paid|paying|spend|spends|spent|"
    rf"charge|charges|charged|costs?|earn|invoiced?|billed)\b[^.?!\n]{{0,40}}?(?P<sum>{_FIGURE}{_SCALE})\s"
    r"(?:a|per|each|every)\s(?:month|year|quarter|week|seat|head|licen[cs]e)\b",
    re.IGNORECASE,
)
_WORTH_A_LOOK = re.compile(
    rf"[$€£¥₹₦]|\b{_MONEY}\b|\b(?:a|per|each|every) (?:month|year|quarter|week|seat|head|lic)", re.I
)


def price_recognizer() -> Recognizer:
    """For sums of money that are paid, asked or owed by somebody here."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        spans = {
            occurrence.span("sum")
            for pattern in (_PRICE, _ASKED, _ALONE, _BY_THE_MONTH)
            for occurrence in pattern.finditer(text.raw)
        }
        return [_match(text, *span) for span in sorted(spans) if not any(_is_within(span, other) for other in spans)]

    return recognize


def _is_within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


def _match(text: Text, start_char: int, end_char: int) -> Match:
    price = text.raw[start_char:end_char]
    entity = f"price:{' '.join(price.casefold().split())}"
    return Match(start_char, end_char, "OTHER", price, entity, DetectionRule.STATED_PRICE, _SCORE)
