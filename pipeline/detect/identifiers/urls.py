"""Finds written web addresses and hosts."""

from __future__ import annotations

import re

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.records import DetectionRule

_WORTH_A_LOOK = re.compile(r"\w\.\w|://")
_TOPS = (
    "com|org|net|edu|gov|io|dev|ai|app|cloud|co|uk|de|fr|it|es|nl|eu|us|ca|au|nz|jp|cn|in|br|info|biz|me|tv|so|sh|xyz|tech|ly|gl"
    "|example|test|local|internal|lan|corp|intranet"
)
_URL = re.compile(
    r"(?:https?|ftp|ssh|wss?|s3|gs|postgres(?:ql)?|mysql|mongodb|redis|amqp)(?:\+\w+)?://[^\s<>\"')\]]+", re.IGNORECASE
)
_HOST = re.compile(
    rf"(?<![\w@./])(?:[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)+(?:{_TOPS})(?::\d{{2,5}})?(?:/[^\s<>\"')\]]*)?(?![\w@])",
    re.IGNORECASE,
)


def url_recognizer() -> Recognizer:
    """A rule for web addresses and hosts."""

    def rule(text: Text) -> list[Match]:
        if not ("." in text.raw or "://" in text.raw) or not _WORTH_A_LOOK.search(text.raw):
            return []
        matches = [_match(occurrence, "URL", 0.95) for occurrence in _URL.finditer(text.raw)]
        matches += [
            _match(occurrence, "HOST" if _is_host(occurrence.group()) else "URL", 0.9)
            for occurrence in _HOST.finditer(text.raw)
        ]
        return matches

    return rule


def _is_host(address: str) -> bool:
    return "/" not in address and address.count(".") > 1 and not address.lower().startswith("www.")


def _match(occurrence: re.Match[str], label: str, score: float) -> Match:
    found = occurrence.group()
    return Match(
        *occurrence.span(),
        label,
        found,
        f"{label.lower()}:{found.casefold().rstrip('/.,')}",
        DetectionRule.WRITTEN_ADDRESS,
        score,
    )
