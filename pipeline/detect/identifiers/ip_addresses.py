"""Finds written IP addresses whole: IPv6 in every form of RFC 4291 with zone, brackets and port, and any with a prefix.

Presidio's patterns stop at the two colons of a compressed address, which leaves half of it, and take the two colons of
``std::vector`` for one. The standard library decides what is an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.records import DetectionRule

_WORTH_A_LOOK = re.compile(r":[0-9A-Fa-f.]*:|\d\.\d{1,3}\.\d{1,3}\.\d{1,3}[/:]\d")
_V6 = re.compile(
    r"(?<![\w:.])\[?(?P<address>(?=[^\s]*:[^\s:]*:|[^\s]*::)[0-9A-Fa-f:.]{3,45}(?<![.]))"
    r"(?P<zone>%[A-Za-z0-9._~-]{1,32})?(?P<prefix>/\d{1,3})?(?:\](?::\d{1,5})?)?(?![\w:])"
)
_V4 = re.compile(r"(?<![\w.:])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?:/\d{1,2}(?![\w.])|:\d{1,5}(?!\w))")
_SURE, _MAY_BE_CODE = 0.9, 0.3
"""Two words of a to f with two colons between, as ``ace::bad``, may be a name in source code."""


def ip_address_recognizer() -> Recognizer:
    """For IPv6 addresses, and IPv4 addresses with a prefix or a port."""

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        return [*_of_v6(text.raw), *_of_v4(text.raw)]

    return recognize


def _of_v6(raw: str) -> Iterator[Match]:
    for occurrence in _V6.finditer(raw):
        written = (
            occurrence["address"].rstrip(":") if not occurrence["address"].endswith("::") else occurrence["address"]
        )
        try:
            address = IPv6Address(written)
        except AddressValueError:
            continue
        if int(address) == 0:  # two colons alone, which stand in many other texts
            continue
        start, end = _span(occurrence, written, raw)
        score = _SURE if any(char.isdigit() for char in written) else _MAY_BE_CODE
        yield _match(raw, start, end, f"ip:{address.compressed}", score)


def _span(occurrence: re.Match[str], written: str, raw: str) -> tuple[int, int]:
    """Where the whole of it stands: with its brackets where both are there, without a colon of the sentence."""
    start, end = occurrence.span()
    if written != occurrence["address"]:
        return occurrence.start("address"), occurrence.start("address") + len(written)
    is_open, is_closed = raw[start] == "[", "]" in raw[occurrence.end("address") : end]
    if is_open != is_closed:
        inside = max(occurrence.end(name) for name in ("address", "zone", "prefix"))
        return occurrence.start("address"), inside
    return start, end


def _of_v4(raw: str) -> Iterator[Match]:
    for occurrence in _V4.finditer(raw):
        try:
            address = IPv4Address(occurrence["address"])
        except AddressValueError:
            continue
        yield _match(raw, *occurrence.span(), f"ip:{address.compressed}", _SURE)


def _match(raw: str, start: int, end: int, entity: str, score: float) -> Match:
    return Match(start, end, "IP", raw[start:end], entity, DetectionRule.WRITTEN_IDENTIFIER, score)
