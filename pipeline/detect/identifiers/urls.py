"""Finds written web addresses and hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.identifiers.top_level_domains import COMMON, registered
from pipeline.detect.text.tokens import Match, Recognizer, Text
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


def url_recognizer() -> Recognizer:
    """For web addresses and hosts."""

    def recognize(text: Text) -> list[Match]:
        if not ("." in text.raw or "://" in text.raw) or not _WORTH_A_LOOK.search(text.raw):
            return []
        matches = [_match(occurrence, "URL", _WITH_SCHEME) for occurrence in _URL.finditer(text.raw)]
        return matches + [
            _match(occurrence, "HOST" if _is_host(occurrence.group()) else "URL", _BY_HOST)
            for occurrence in _hosts(text.raw)
        ]

    return recognize


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
