"""Finds written identifiers with presidio-analyzer's checksummed pattern recognisers; the only importer of presidio."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from presidio_analyzer import EntityRecognizer
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    UsSsnRecognizer,
)

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.records import DetectionRule

_NO_ARTIFACTS = cast(NlpArtifacts, None)  # pattern recognisers never read them
_MIN_SCORE = 0.3  # Presidio gives 0.1 to what is rarely an identifier: all the same it sorts with the guesses
_WORTH_A_LOOK = re.compile(r"[@\d]")
_LABELS = {
    "EMAIL_ADDRESS": "EMAIL",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "ACCOUNT",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "IP",
    "US_SSN": "ACCOUNT",
    "CRYPTO": "ACCOUNT",
}


class _OfflineEmailRecognizer(EmailRecognizer):
    """Presidio's pattern without its look-up of public suffixes, which could open a socket and drops ``.example``."""

    def validate_result(self, pattern_text: str) -> bool:
        return "@" in pattern_text


class _Ipv4Recognizer(IpRecognizer):
    """Presidio's pattern for IPv4 alone: those for IPv6 stop at two colons, see ``ip_addresses``."""

    def __init__(self) -> None:
        super().__init__(patterns=[pattern for pattern in IpRecognizer.PATTERNS if pattern.name.startswith("IPv4")])


RECOGNIZERS: dict[Callable[[], EntityRecognizer], str] = {
    _OfflineEmailRecognizer: r"@",
    CreditCardRecognizer: r"\d(?:[- ]?\d){12}",
    IbanRecognizer: r"[A-Z]{2}[0-9]{2}",
    _Ipv4Recognizer: r"\d\.\d{1,3}\.\d",
    MacAddressRecognizer: r"[0-9a-fA-F]{2}[:-][0-9a-fA-F]{2}[:-]|[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.",
    UsSsnRecognizer: r"[0-9]{3}[- .]?[0-9]{2}[- .]?[0-9]{4}",
    CryptoRecognizer: r"[^\W_]{26}",
}
"""Each recogniser, and what every text holds that it finds something in: to look for that costs far less."""


def presidio_recognizer() -> Recognizer:
    """For e-mail addresses, cards, IBANs, IPv4 and MAC addresses, social security numbers and wallets."""
    recognizers = [(make(), re.compile(needed)) for make, needed in RECOGNIZERS.items()]

    def recognize(text: Text) -> list[Match]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        return [
            _match(text, result.start, result.end, _LABELS[result.entity_type], result.score)
            for recognizer, needed in recognizers
            if needed.search(text.raw)
            for result in recognizer.analyze(text.raw, recognizer.supported_entities, _NO_ARTIFACTS)
            if not (
                result.entity_type == "IP_ADDRESS" and ":" in text.raw[result.start : result.end]
            )  # ip_addresses.py
        ]

    return recognize


def _match(text: Text, start_char: int, end_char: int, label: str, score: float) -> Match:
    identifier = text.raw[start_char:end_char]
    entity = f"{label.lower()}:{re.sub(r'[^a-z0-9.@]', '', identifier.casefold())}"
    return Match(
        start_char,
        end_char,
        label,
        identifier,
        entity,
        DetectionRule.WRITTEN_IDENTIFIER,
        round(max(_MIN_SCORE, score), 3),
    )
