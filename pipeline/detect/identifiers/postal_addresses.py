"""Finds postal addresses, written and said aloud, from the house number to the city, as one mention.

A part of one tells as much as the whole: "41 [person 2], Austin" leaves a house number and a city beside each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, is_english, plain
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_WORD = rf"(?:oh|zero|{_ONES}|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)"
_SPOKEN = rf"{_WORD}(?:[ -](?:and )?{_WORD}){{0,5}}"
_FIGURES = r"\d{1,5}[A-Za-z]?(?:\s?[-–/]\s?\d{1,5}[A-Za-z]?)?"
_HOUSE = rf"(?<![\w.,$€£#%-])(?:number |no\.? |\d{{1,5}} )?(?:{_FIGURES}|(?i:{_SPOKEN}))(?![\w%])"
_CAPITAL = r"(?!I\b|I['’]|I,)[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['’])*(?:-[A-ZÀ-Þ][^\W\d_]*)*(?!\w)"
_SMALL = r"(?:de la|de los|de|du|des|del|della|di|da|do|la|le|von|van|der|den|of|the|y) "
_NAME = rf"(?:{_SMALL})?{_CAPITAL}(?:(?: {_SMALL}| ){_CAPITAL}){{0,3}}"
_ORDINAL = r"(?:\d{1,3}(?:st|nd|rd|th)|(?i:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth))"
_STREET = (
    r"(?:Street|Avenue|Ave|Road|Lane|Boulevard|Blvd|Terrace|Crescent|Highway|Parkway|Grove|Court|Square|Gardens|Mews)"
)
_OTHER_KIND = (
    r"(?:Drive|Way|Place|Close|Row|Walk|Loop|Hill|Circle|Trail|Park|Quay|Wharf|Green|View|Alley|Plaza|Rise|Vale|Yard|"
    r"St|Rd|Ln|Dr|Ct|Pl|Sq|Hwy|Pkwy|Cres|Terr|House)"
)
_ANY_KIND = rf"(?i:{_STREET}|{_OTHER_KIND})\b\.?"
_HEADING = r"(?:,? (?:NW|NE|SW|SE|N|S|E|W|[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est)\b\.?)?"
_NUMBERED = rf"(?:\w{{0,2}}\d\w{{0,4}}|(?i:{_SPOKEN})(?: [a-zA-Z]\b)?|[A-Z])"
_UNIT = (
    rf"(?:(?i:suite|apartment|apt\.?|unit|floor|room|flat|building|block|level|door|staircase) {_NUMBERED}|#\s?\d+\w?|"
    rf"(?:(?i:on )?(?i:the )?{_ORDINAL} (?i:floor|level)))"
)
_POSTCODE = (
    r"(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?(?![\w%])"
    rf"|(?i:(?:oh|zero|{_ONES})(?:[ -](?:oh|zero|{_ONES})){{3,5}})\b)"
)
_CITY = rf"{_CAPITAL}(?:[ -](?:upon |am |sur |an der |on )?{_CAPITAL}){{0,2}}"
_GAP = r",?\s{1,4}"
_TAIL = re.compile(
    rf"{_GAP}(?:{_UNIT}|{_POSTCODE}(?: {_CITY})?)|(?:,? [Ii]n |{_GAP}){_CITY}(?={_GAP}{_POSTCODE})"
    rf"|(?P<city>(?:,? [Ii]n |,\s{{1,4}}|(?<=[^\W\d_])\s{{1,4}}){_CITY})| (?:NW|NE|SW|SE)\b"
)
_MORE = re.compile(
    rf"{_GAP}(?:{_UNIT}|{_POSTCODE}(?: {_CITY})?)|(?:,? [Ii]n |{_GAP}){_CITY}(?={_GAP}{_POSTCODE})"
    rf"|(?P<city>,\s{{1,4}}(?:[A-Z]{{2}}\b|{_CITY}(?=[.!?]|$)))"
)
_BEFORE = re.compile(rf"(?:(?:{_UNIT}|P\.?O\.? [Bb]ox \d+),? (?:(?:of|in|at) )?)$")
_CUE = (
    r"(?i:\b(?:address(?:es)?(?: here| there)?(?: is| are| was|:)?|live[sd]? (?:over )?(?:at|on|in)|living (?:at|on)|"
    r"(?:located|based|situated) (?:at|on|in)|(?:offices?|headquarters) (?:is|are|was) (?:at|on|in)|"
    r"(?:ship(?:ped|ping)?|deliver(?:ed|ing)?|mail(?:ed)?|post(?:ed)?|sen[dt])(?: \w+){0,3}? to|"
    r"resid(?:e|es|ing) (?:at|on)|come (?:by|over|down)? ?to|visit(?:ed)? (?:us|me) (?:at|on)|"
    r"meet(?:ing)? (?:us |me |you )?at|we(?:'re|’re| are) (?:at|on)|i(?:'m|’m| am) (?:at|on)))"
)
_SURE_CUE = re.compile(
    r"(?i:\b(?:address(?: is| was|:)?|live[sd]? at|living at|located at|based at|situated at|resid(?:e|es|ing) at|"
    r"(?:offices?|headquarters) (?:is|are|was) at)) ?$"
)
_LOOSE_CUE = re.compile(rf"{_CUE}(?: \w+){{0,2}} ?$")
_CUE_REACH = 48
_TYPED = re.compile(rf"(?P<house>{_HOUSE}),? (?:(?:{_NAME}|(?:[A-Z]\w* )?{_ORDINAL}) (?P<kind>{_ANY_KIND})){_HEADING}")
_UNTYPED = re.compile(rf"(?P<house>{_HOUSE}) (?P<name>{_CAPITAL}(?: {_CAPITAL}){{0,2}})(?: \d{{1,4}}(?!\w))?")
_FOREIGN = re.compile(
    r"(?:\b[A-ZÀ-ÖØ-Þ][\w'’.-]{1,30}?"
    r"(?i:straße|strasse|str\.|gasse|allee|platz|damm|ufer|weg|laan|straat|plein|gatan|vägen|gade|vej)"
    rf"|\b{_CAPITAL} (?:Straße|Strasse|Str\.|Allee|Platz|Weg|Ring|Damm)),? {_FIGURES}(?!\w)"
    rf"|(?:{_HOUSE},? )?\b(?i:rue|avenue|boulevard|place|quai|chemin|via|piazza|viale|corso|calle|avenida|paseo|plaza|"
    rf"rua|praça|ulica|ul\.) {_NAME}(?:,? {_FIGURES}(?!\w| {_CAPITAL}))?"
)
# A street whose kind was misheard, before a city: "send it to 418 Larks Berlin in Boulder, Colorado, 80302".
_TO_POSTCODE = re.compile(
    rf"(?P<house>{_HOUSE})(?: [\w'’-]+,?){{1,5}}?,? (?:in )?{_CITY}(?:, {_CITY})?,? {_POSTCODE}(?!\w)"
)
_CITY_STATE_ZIP = re.compile(rf"(?<![\w'’]){_CITY}, {_CITY},? \d{{5}}(?:-\d{{4}})?(?![\w%]|[.,]\d)")
_UNCASED = re.compile(
    rf"(?P<house>{_HOUSE}) (?P<name>[^\W\d]{{2,20}}(?: [^\W\d]{{2,20}}){{0,2}}?) "
    rf"(?P<kind>(?i:{_STREET}|drive|way|place|close))\b"
)
_UNCASED_TAIL = re.compile(rf",? (?:{_POSTCODE}|{_UNIT})|(?: in)? (?P<city>[^\W\d]{{3,20}})")
_WORTH_A_LOOK = re.compile(rf"\d|\b{_WORD}\b", re.IGNORECASE)
_UNITS = word_set(
    "way lane minute minutes hour hours day days week weeks mile miles meter meters metre metres different same"
)
_NO_NAMES = _UNITS | word_set(
    "hard flash disk disc google cloud shared usb tape team event one first second third new old main big step steps"
)
"""What stands between a number and "street", "drive" or "way" and is no name of a street."""
_BREAK = re.compile(
    r"\.?(?:$|[,;:!?)]|\.(?:\s|$)"
    r"| (?:in|is|and|at|on|for|or|by|near|to|from|if|when|where|because|so|that|which|was|please)\b)"
)
"""What may come behind a street where nothing else says that it is an address: not "3 Wall Street firms"."""
_TYPED_SCORE, _UNTYPED_SCORE = 0.85, 0.6
_STRONG = re.compile(_STREET, re.IGNORECASE)


def postal_address_recognizer() -> Recognizer:
    """For addresses with a house number and a street, with or without a word such as "Street"."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        found = _cased(text.raw) if text.cased else _uncased(text.raw)
        return [_match(text.raw, start, end, score) for start, end, score in found]

    return recognize


def with_house_numbers(matches: Sequence[Match], text: Text) -> list[Match]:
    """The addresses that guessed names are the street and the city of: "41 Tamsin Berg, Austin"."""
    guesses = {match.start_char: match for match in matches if match.label in _GUESSED}
    found = []
    for start_char, street in guesses.items():
        house = _HOUSE_BEFORE.search(text.raw, 0, start_char)
        between = _COMMA.match(text.raw, street.end_char)
        city = guesses.get(between.end()) if between else None
        if text.cased and house and city and (" " in street.text or _is_announced(text.raw, house.start())):
            start = _with_unit(text.raw, house.start())
            found.append(_match(text.raw, start, _end(text.raw, city.end_char), _UNTYPED_SCORE))
    return found


_GUESSED = frozenset({"PERSON", "COMPANY", "OTHER", "PRODUCT"})
_HOUSE_BEFORE = re.compile(rf"{_HOUSE} $")
_COMMA = re.compile(r",? (?:in )?")


def _cased(raw: str) -> Iterator[tuple[int, int, float]]:
    for occurrence in _TYPED.finditer(raw):
        end = _end(raw, occurrence.end())
        is_strong = _STRONG.match(occurrence["kind"]) is not None and occurrence["kind"][0].isupper()
        is_told = end > occurrence.end() or _is_announced(raw, occurrence.start())
        ends = is_strong and _BREAK.match(raw, occurrence.end())
        if _is_name(occurrence, is_strong=is_strong) and (is_told or ends):
            yield _with_unit(raw, occurrence.start()), end, _TYPED_SCORE
    for occurrence in _UNTYPED.finditer(raw):
        if _SURE_CUE.search(raw, max(0, occurrence.start() - _CUE_REACH), occurrence.start()):
            yield _with_unit(raw, occurrence.start()), _end(raw, occurrence.end()), _UNTYPED_SCORE
    for occurrence in _TO_POSTCODE.finditer(raw):
        if _is_announced(raw, occurrence.start()):
            yield _with_unit(raw, occurrence.start()), occurrence.end(), _UNTYPED_SCORE
    for occurrence in _CITY_STATE_ZIP.finditer(raw):
        yield *occurrence.span(), _TYPED_SCORE
    for occurrence in _FOREIGN.finditer(raw):
        if any(map(str.isdigit, occurrence.group())):
            yield _with_unit(raw, occurrence.start()), _end(raw, occurrence.end()), _TYPED_SCORE


def _is_name(occurrence: re.Match[str], *, is_strong: bool) -> bool:
    """Whether what stands between the number and the kind is a name: no unit, and no kind of drive or loop."""
    words = occurrence.group()[len(occurrence["house"]) :].strip(", ").split()
    return plain(words[0]) not in (_UNITS if is_strong else _NO_NAMES) or len(words) > 2


def _is_announced(raw: str, start: int) -> bool:
    return _LOOSE_CUE.search(raw, max(0, start - _CUE_REACH), start) is not None


def _end(raw: str, end: int) -> int:
    """Where an address ends: behind its floor, postcode, city, and state or country, as far as they follow.

    A second name behind a comma is one of these only as two capitals, before a postcode or at the end of a sentence.
    """
    has_city = False
    while part := (_MORE if has_city else _TAIL).match(raw, end):
        has_city = has_city or part["city"] is not None
        end = part.end()
    return end - (raw[end - 1] == ".")


def _with_unit(raw: str, start: int) -> int:
    """Where an address begins: at its floor or flat, where that comes first."""
    before = _BEFORE.search(raw, max(0, start - _CUE_REACH), start)
    return before.start() if before else start


def _uncased(raw: str) -> Iterator[tuple[int, int, float]]:
    """Without capitals only a word that is no English, or what is said to be an address, tells a street."""
    for occurrence in _UNCASED.finditer(raw):
        words = occurrence["name"].split()
        is_said = _is_announced(raw, occurrence.start())
        if not FUNCTION_WORDS.isdisjoint(words) or words[0] in _NO_NAMES or not (is_said or not is_english(words[0])):
            continue
        yield occurrence.start(), _uncased_end(raw, occurrence.end(), is_said=is_said), _TYPED_SCORE


def _uncased_end(raw: str, end: int, *, is_said: bool) -> int:
    """A city is a word behind "in", one that is no English, or the last word of what is said to be an address."""
    while part := _UNCASED_TAIL.match(raw, end):
        city = part["city"]
        is_last = is_said and part.end() == len(raw)
        if city and (city in FUNCTION_WORDS or (is_english(city) and " in " not in part.group() and not is_last)):
            break
        end = part.end()
    return end


def _match(raw: str, start: int, end: int, score: float) -> Match:
    address = raw[start:end]
    words = map(plain, re.findall(r"[^\W_]+", address))
    return Match(start, end, "ADDRESS", address, f"address:{' '.join(words)}", DetectionRule.POSTAL_ADDRESS, score)
