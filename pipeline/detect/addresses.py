"""Finds written web addresses, hosts, keys and tokens."""

from __future__ import annotations

import math
import re
from collections import Counter

from pipeline.detect.text import Hit, Rule, Text

RULE = "written address"
KEY_RULE = "key or token"
_WORTH_A_LOOK = re.compile(r"\w\.\w|://|-----BEGIN|[A-Za-z0-9_\-+/=]{16,}")
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
_KEYS = re.compile(
    r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)"
    r"|\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{12,}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{16,}\b|\bgithub_pat_\w{20,}\b|\bglpat-[\w\-]{16,}"
    r"|\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9]{12,}\b|\bxox[abposr]-[A-Za-z0-9\-]{10,}\b"
    r"|\bAIza[\w\-]{30,}|\beyJ[\w\-]{8,}\.[\w\-]{8,}(?:\.[\w\-]*)?"
    r"|(?i:\b(?:password|passwd|secret|token|api[_ -]?key)\b\s*[:=]\s*)\S{6,}",
    re.DOTALL,
)
_LONG = re.compile(r"(?<![\w/+])[A-Za-z0-9_\-+/=]{20,}(?![\w])")


def secrets_rule() -> Rule:
    """A rule for addresses and for tokens by their prefix or their entropy."""

    def rule(text: Text) -> list[Hit]:
        if not _WORTH_A_LOOK.search(text.raw):
            return []
        hits = [_hit(match, "URL", RULE, 0.95) for match in _URL.finditer(text.raw)]
        hits += [
            _hit(match, "HOST" if _is_host(match.group()) else "URL", RULE, 0.9) for match in _HOST.finditer(text.raw)
        ]
        hits += [_hit(match, "SECRET", KEY_RULE, 0.98) for match in _KEYS.finditer(text.raw)]
        hits += [
            _hit(match, "SECRET", KEY_RULE, 0.7) for match in _LONG.finditer(text.raw) if _is_random(match.group())
        ]
        return hits

    return rule


def _is_host(address: str) -> bool:
    return "/" not in address and address.count(".") > 1 and not address.lower().startswith("www.")


def _is_random(token: str) -> bool:
    """Whether a long token mixes letters and digits with more than 3.3 bits a sign."""
    if not (re.search(r"\d", token) and re.search(r"[A-Za-z]", token)):
        return False
    counts = Counter(token)
    return -sum(n / len(token) * math.log2(n / len(token)) for n in counts.values()) > 3.3


def _hit(match: re.Match[str], label: str, rule: str, score: float) -> Hit:
    found = match.group()
    return Hit(*match.span(), label, found, f"{label.lower()}:{found.casefold().rstrip('/.,')}", rule, score)
