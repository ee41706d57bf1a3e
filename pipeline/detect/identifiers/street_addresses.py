"""Finds postal addresses: a number, a name and a word such as "street", with the place behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, plain, words_of
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.unlisted_cues import cue_words
from pipeline.records import DetectionRule

_SCORE = 0.8  # a judgement: no marked set has any


def _any_of(key: str, *, with_capitals: bool = False) -> str:
    words = sorted(cue_words("addresses", key), key=len, reverse=True)
    return "|".join(re.escape(word.capitalize() if with_capitals else word) for word in words)


_DIGIT_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    r"nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|oh)"
)
_NUMBER = rf"(?:\d{{1,5}}[a-z]?(?:[\-–]\d{{1,5}})?|{_DIGIT_WORD}(?:(?: and|-)? {_DIGIT_WORD}){{0,3}}),? "
_UPPER = r"(?-i:[^\W\d_a-z][\w'’.\-]*)"
_WORD = r"[^\W\d_][\w'’\-]*"
_STREET = rf"(?:{_any_of('streets')})"
_CAPITAL_STREET = rf"(?-i:{_any_of('streets_with_capitals', with_capitals=True)})"
# What goes on behind a street: a floor or a suite, the town, a state, a code of the post.
_ROOM = r"(?:apartment|apt\.?|suite|unit|flat|floor|room|building|block|level) \w{1,6}|\w{3,8} floor"
_CODE = r"[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?|\d{4,5}(?:-\d{4})?(?: ?[A-Z]{2})?"
_TOWN = r"(?-i:[A-Z][^\W\d_A-Z][^\W\d_]*(?:[ \-][A-Z][^\W\d_A-Z][^\W\d_]*){0,2})"
_TAIL = rf"(?:(?:,? (?:{_ROOM}))?(?:(?:,| in) {_TOWN}){{0,2}}(?:,? (?-i:{_CODE}))?)"
_OF_THE = r"(?:(?:de|du|des|del|della|la|le|les|dos|da|do|al|di|d'|l') ?){0,2}"
_KNOWN = re.compile(
    rf"\b{_NUMBER}(?P<name>(?:{_WORD} ){{1,3}}){_STREET}\b\.?(?: (?:east|west|north|south)\b)?{_TAIL}", re.IGNORECASE
)
_BY_CAPITALS = re.compile(rf"\b{_NUMBER}(?P<name>(?:{_UPPER} ){{1,3}}){_CAPITAL_STREET}\b\.?{_TAIL}", re.IGNORECASE)
_FOREIGN = re.compile(
    rf"\b(?-i:[^\W\d_a-z])\w+(?:{_any_of('street_endings')}) \d{{1,4}}[a-z]?\b{_TAIL}|"
    rf"\b(?:{_any_of('street_beginnings')}) {_OF_THE}{_TOWN} \d{{1,4}}\b{_TAIL}|"
    rf"\b\d{{1,4}},? (?:{_any_of('street_beginnings')}) {_OF_THE}{_TOWN}{_TAIL}",
    re.IGNORECASE,
)
_WORTH_A_LOOK = re.compile(
    rf"\b{_STREET}\b|\b{_CAPITAL_STREET}\b|(?:{_any_of('street_endings')}) \d|\b(?:{_any_of('street_beginnings')}) ",
    re.I,
)
_YEAR = re.compile(r"\b(?:in|since|until|by|from|of) (?:19|20)\d\d $", re.IGNORECASE)
_LEADS = re.compile(r"\b(?:at|to|is|it's|its|are|address|from|near|live|lives|located)[,:]? $", re.IGNORECASE)
_PREPOSITIONS = word_set("on in at for with from to off down over under between by")
_NO_NAMES = cue_words("addresses", "no_names") | FUNCTION_WORDS


def street_address_recognizer() -> Recognizer:
    """For streets with a number of the house, up to the town and its code."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        return [_match(text, *occurrence.span()) for occurrence in _addresses(text.raw)]

    return recognize


def _addresses(raw: str) -> Iterator[re.Match[str]]:
    for pattern in (_KNOWN, _BY_CAPITALS):
        for occurrence in pattern.finditer(raw):
            is_written = any(char.isupper() for char in occurrence["name"]) or _LEADS.search(raw, 0, occurrence.start())
            if is_written and _is_name(occurrence["name"]) and not _YEAR.search(raw, 0, occurrence.start("name")):
                yield occurrence
    yield from _FOREIGN.finditer(raw)


def _is_name(name: str) -> bool:
    """Whether the words between number and street may be its name: no "two way street", "forty users of the road"."""
    counted = {plain(word) for word in name.split() if word.islower()}
    return counted.isdisjoint(_NO_NAMES) and not _PREPOSITIONS.intersection(words_of(name))


def _match(text: Text, start_char: int, end_char: int) -> Match:
    address = text.raw[start_char:end_char].rstrip(" ,.")
    entity = f"address:{' '.join(words_of(address))}"
    return Match(start_char, start_char + len(address), "OTHER", address, entity, DetectionRule.STREET_ADDRESS, _SCORE)
