"""Finds phone, card and account numbers said aloud, also with "oh", "double five" and a misheard word between."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.text.token_classes import Classed, classify, gap_is_plain
from pipeline.detect.text.tokens import Hit, Rule, Text
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_RUN = re.compile(r"\+?(?:[dnxot]|[\-/&](?=[dnxot])|(?<=[dnxo]{2})[wfgl]{1,2}(?=[dnxo]{2}))+")
_CODE = re.compile(r"(?:[ld]|[on](?=[ldn])){10,}[dnlo]*")
_TOLL = re.compile(r"d?dt[dnotwfg]{1,3}")
_SHORT_CUES = word_set(
    """extension pin code ticket account order ending number card case invoice contract serial passcode"""
)
_CARD = word_set("card visa mastercard amex")
_ACCOUNT = word_set("""account iban ssn social routing sort contract invoice order ticket case customer""")
_PHONE = word_set("phone call mobile cell fax desk number reach dial telephone")


def numbers_rule() -> Rule:
    """A rule for runs of digit words."""

    def rule(text: Text) -> list[Hit]:
        classed = classify(text)
        return [*_codes(classed), *_runs(classed), *_toll_free(classed)]

    return rule


def _runs(classed: Classed) -> Iterator[Hit]:
    for match in _RUN.finditer(classed.signs):
        first, last = match.start(), match.end() - 1
        while last > first and classed.signs[last] in "x-/&wfgl":
            last -= 1
        count, spoken = _count(classed, first, last)
        before = classed.before(first)
        if not gap_is_plain(classed.text, first, last) or not _is_said(classed, first, last):
            continue
        if (count >= 7 and spoken >= 0.6 * (last - first + 1)) or (
            count >= 4 and last > first and before & _SHORT_CUES
        ):
            yield _hit(classed.text, first, last, _label(count, before), 0.9 if count >= 7 else 0.6)


def _is_said(classed: Classed, first: int, last: int) -> bool:
    """Whether some digit of a run is a word: figures alone are for the rules of written numbers."""
    tokens = classed.text.tokens[first : last + 1]
    return any(token.plain.isdigit() and classed.text.raw[token.start_char].isalpha() for token in tokens)


def _count(classed: Classed, first: int, last: int) -> tuple[int, int]:
    """How many digits a run has, and how many of its tokens are digits."""
    count = spoken = repeat = 0
    for index in range(first, last + 1):
        sign, word = classed.signs[index], classed.text.tokens[index].plain
        if sign == "x":
            repeat = 2 if word == "double" else 3
            spoken += 1
        elif sign in "don":
            count += max(1, repeat) * (len(word) if sign == "n" else 1)
            spoken, repeat = spoken + 1, 0
        elif sign == "t":
            count += 2
        elif sign == "w":
            count += 1
    return count, spoken


def _label(count: int, before: frozenset[str]) -> str:
    if before & _CARD or (count >= 15 and not before & (_ACCOUNT | _PHONE)):
        return "CARD"
    if before & _ACCOUNT and not before & _PHONE:
        return "ACCOUNT"
    return "PHONE" if count >= 7 else "ACCOUNT"


def _codes(classed: Classed) -> Iterator[Hit]:
    """Letters and digits mixed, as in an IBAN."""
    for match in _CODE.finditer(classed.signs):
        signs = match.group()
        if signs.count("l") >= 2 and sum(signs.count(sign) for sign in "dno") >= 6:
            yield _hit(classed.text, match.start(), match.end() - 1, "ACCOUNT", 0.92)


def _toll_free(classed: Classed) -> Iterator[Hit]:
    """Numbers with a word in them: "one eight hundred go two haul"."""
    for match in _TOLL.finditer(classed.signs):
        words = [token.plain for token in classed.text.tokens[match.start() : match.end()]]
        if words[:3] == ["1", "8", "hundred"]:
            yield _hit(classed.text, match.start(), match.end() - 1, "PHONE", 0.8)


def _hit(text: Text, first: int, last: int, label: str, score: float) -> Hit:
    letters = "".join(token.plain for token in text.tokens[first : last + 1])
    return text.hit(
        first, last, label=label, entity=f"{label.lower()}:{letters}", rule=DetectionRule.SPOKEN_NUMBER, score=score
    )
