"""Finds written web addresses and hosts."""

from __future__ import annotations

import re

from pipeline.detect.text.tokens import Hit, Rule, Text
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


def addresses_rule() -> Rule:
    """A rule for web addresses and hosts."""

    def rule(text: Text) -> list[Hit]:
        if not ("." in text.raw or "://" in text.raw) or not _WORTH_A_LOOK.search(text.raw):
            return []
        hits = [_hit(match, "URL", 0.95) for match in _URL.finditer(text.raw)]
        hits += [_hit(match, "HOST" if _is_host(match.group()) else "URL", 0.9) for match in _HOST.finditer(text.raw)]
        return hits

    return rule


def _is_host(address: str) -> bool:
    return "/" not in address and address.count(".") > 1 and not address.lower().startswith("www.")


def _hit(match: re.Match[str], label: str, score: float) -> Hit:
    found = match.group()
    return Hit(
        *match.span(),
        label,
        found,
        f"{label.lower()}:{found.casefold().rstrip('/.,')}",
        DetectionRule.WRITTEN_ADDRESS,
        score,
    )
