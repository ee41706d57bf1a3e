"""Finds written web addresses and hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.identifiers.top_level_domains import COMMON, registered
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import is_common, plain
from pipeline.lexicon.coined import TECHNOLOGIES
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_WORTH_A_LOOK = re.compile(r"\w\.\w|://")
_URL = re.compile(
    r"(?:https?|ftp|ssh|wss?|s3|gs|postgres(?:ql)?|mysql|mongodb|redis|amqp)(?:\+\w+)?://[^\s<>\"')\]]+", re.IGNORECASE
)
# At most 63 characters a label (RFC 1035): without a limit, time grows with the square of a long word.
_LABELS = r"(?<![\w@./])(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+"
_REST = r"(?::\d{2,5})?(?P<path>/[^\s<>\"')\]]*)?(?![\w@])"
_HOST = re.compile(rf"{_LABELS}(?:{'|'.join(sorted(COMMON, key=len, reverse=True))}){_REST}", re.IGNORECASE)
_ANY_HOST = re.compile(rf"{_LABELS}(?P<top>[a-z]{{2,24}}){_REST}", re.IGNORECASE)
# Of 63 in the marked sets 62 were right, by scheme and by host alike: the difference only orders the queue.
_WITH_SCHEME, _BY_HOST = 0.95, 0.9
_APART = 0.6  # a judgement: no set marks an address that is partly words
_NEAR = 40
_MAILBOX = re.compile(r"(?<![\w@])(?P<word>(?:[^\W_] )?[^\W_][\w.\-]*) at $", re.IGNORECASE)
_FIRST_LABEL = re.compile(
    r"\b(?:host|server|machine|node|box|instance|cluster|address|database|gateway)(?: is| was|,)?(?: called)? "
    r"(?P<word>[^\W_][\w\-]*) $",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"\b(?:(?:called|named|host|server|machine|node|cluster|box|instance)(?: is| was)?|"
    r"(?:ssh(?:ed)?|telnet|ping(?:ed)?|log(?:ged)? ?in|sign(?:ed)? in|connect(?:ed)?)"
    r"(?: ?(?:in)?to| onto| on)?(?: the)?) "
    r"(?P<name>(?=[\w\-]*\d)(?=[\w\-]*[a-z])[\w\-]{4,40})(?![\w@])",
    re.IGNORECASE,
)
# What the word "instance" or "server" has behind it as often as a name: sizes, kinds of processors, ports.
_KIND_OF_MACHINE = re.compile(
    r"\d+-?(?:bits?|cores?|v?cpus?|nodes?|[kmgt]i?b?(?:its?)?|[kmg]hz|m?s|min|h|am|pm|st|nd|rd|th|fa|x\d*)|"
    r"(?:db-)?(?:[a-z]{1,3}\d+[a-z]{0,2}-?)?(?:\d*x?)(?:nano|micro|small|medium|large|metal|standard|highmem|highcpu)[\d\-]*|"
    r"(?:amd|arm|aarch|x|i)\d+(?:_\d+)?|"
    r"(?:port|version|release|python|gen|zone|region)\d+",
    re.IGNORECASE,
)
_NO_MAILBOX = word_set("hosted running runs located reachable available deployed served published looked")
_ORDINARY = 3000
"""Rank up to which a word before an address is one of the sentence: "look at acme.example"."""


def url_recognizer() -> Recognizer:
    """For web addresses and hosts."""

    def recognize(text: Text) -> list[Match]:
        machines = [_machine(name) for name in _MACHINE.finditer(text.raw) if _may_be_a_machine(name["name"])]
        if not ("." in text.raw or "://" in text.raw) or not _WORTH_A_LOOK.search(text.raw):
            return machines
        matches = [*machines]
        matches += [_match(occurrence, "URL", _WITH_SCHEME) for occurrence in _URL.finditer(text.raw)]
        hosts = list(_hosts(text.raw))
        matches += [
            _match(occurrence, "HOST" if _is_host(occurrence.group()) else "URL", _BY_HOST) for occurrence in hosts
        ]
        return matches + [match for occurrence in hosts for match in _begun_before(text.raw, occurrence)]

    return recognize


def _machine(name: re.Match[str]) -> Match:
    entity = f"host:{name['name'].casefold()}"
    return Match(*name.span("name"), "HOST", name["name"], entity, DetectionRule.WRITTEN_ADDRESS, _APART)


def _may_be_a_machine(name: str) -> bool:
    """Whether a word with a digit in it names no technology ("Python3"), no version ("v12") and no kind ("m5large")."""
    letters = "".join(char for char in name.casefold() if char.isalpha())
    if _KIND_OF_MACHINE.fullmatch(name):
        return False
    return len(letters) > 1 and letters not in TECHNOLOGIES and name.casefold() not in TECHNOLOGIES


def _begun_before(raw: str, host: re.Match[str]) -> Iterator[Match]:
    """What a recogniser wrote apart of an address: "ana at acme.example", "the host vault 3.lan.acme.example"."""
    before = raw[max(0, host.start() - _NEAR) : host.start()]
    for pattern, label in ((_MAILBOX, "EMAIL"), (_FIRST_LABEL, "HOST")):
        word = pattern.search(before)
        if word and plain(word["word"]) not in _NO_MAILBOX and not is_common(plain(word["word"]), _ORDINARY):
            start_char = host.start() - len(before) + word.start("word")
            address = raw[start_char : host.end()]
            entity = f"{label.lower()}:{''.join(address.casefold().split())}"
            yield Match(start_char, host.end(), label, address, entity, DetectionRule.WRITTEN_ADDRESS, _APART)


def _hosts(raw: str) -> Iterator[re.Match[str]]:
    """The hosts by a common end; by any registered one where more than a dot says so."""
    yield from _HOST.finditer(raw)
    for occurrence in _ANY_HOST.finditer(raw):
        if _is_evident(occurrence) and occurrence["top"].lower() in registered():
            yield occurrence


def _is_evident(occurrence: re.Match[str]) -> bool:
    """Whether a path follows, ``www.`` stands before, or it is a host of three parts in a country ("db.acme.ch")."""
    address, top = occurrence.group().lower(), occurrence["top"]
    in_a_country = len(top) == 2 and address.partition("/")[0].count(".") > 1
    return bool(occurrence["path"]) or address.startswith("www.") or in_a_country


def _is_host(address: str) -> bool:
    return "/" not in address and address.count(".") > 1 and not address.lower().startswith("www.")


def _match(occurrence: re.Match[str], label: str, score: float) -> Match:
    address = occurrence.group()
    entity = f"{label.lower()}:{address.casefold().rstrip('/.,')}"
    return Match(*occurrence.span(), label, address, entity, DetectionRule.WRITTEN_ADDRESS, score)
