"""Finds keys, tokens and passwords by detect-secrets, offline, and by forms of our own."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import is_common, plain
from pipeline.records import DetectionRule

_NAMED = r"(?:passw(?:or)?d|pwd|passphrase|passcode|secret|token|api[_ -]?key|access[_ -]?key|private[_ -]?key)"
_WORTH_A_LOOK = re.compile(rf"[A-Za-z0-9_\-+/=]{{16,}}|-----BEGIN|://[^\s/]*@|{_NAMED}|\bpin\b", re.IGNORECASE)
_LONG_WORD = 16
_PARTS = ("passw", "pwd", "pass", "secret", "token", "key", "pin", "://", "-----begin")
_SHAPED = re.compile(
    r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)"
    r"|\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{12,}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{16,}\b|\bgithub_pat_\w{20,}\b|\bglpat-[\w\-]{16,}"
    r"|\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9]{12,}\b|\bxox[abposr]-[A-Za-z0-9\-]{10,}\b"
    r"|\bAIza[\w\-]{30,}|\beyJ[\w\-]{8,}\.[\w\-]{8,}(?:\.[\w\-]*)?",
    re.DOTALL,
)
_WRITTEN_OUT = re.compile(
    rf"\b\w{{0,40}}(?:{_NAMED}|\bpin\b)\w{{0,20}}[\"'`]?\s{{0,3}}(?:(?P<sign>[:=]{{1,2}})|\bis\b)\s{{0,3}}"
    r"(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;]{4,200})",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"[$<{%(\[]|[A-Za-z_]\w*(?:[(\[].*|(?:\.[A-Za-z_]\w*)+[(\[]?.*)$")
# Judged: no marked set has any. A known form says more than "password: …", that more than a random look.
_SHAPED_SCORE, _SCANNED_SCORE, _WRITTEN_OUT_SCORE, _RANDOM_SCORE = 0.98, 0.95, 0.9, 0.7
# Bits a character: of 2,000 random tokens of 20 hexadecimal digits half have more, of 20 letters and digits all but
# a few. Lower, long identifiers of any code would count.
_MIN_BITS = 3.3
_LONG = re.compile(r"(?<![\w/+])[A-Za-z0-9_\-+/=]{20,}(?![\w])")


def secret_recognizer() -> Recognizer:
    """For keys and tokens by their shape or entropy, and for passwords that are written out."""

    def recognize(text: Text) -> list[Match]:
        if not _may_hold_one(text.raw) or not _WORTH_A_LOOK.search(text.raw):
            return []
        matches = [_match(text, *occurrence.span(), _SHAPED_SCORE) for occurrence in _SHAPED.finditer(text.raw)]
        matches += [
            _match(text, *occurrence.span("value"), _WRITTEN_OUT_SCORE)
            for occurrence in _WRITTEN_OUT.finditer(text.raw)
            if _is_value(occurrence)
        ]
        matches += [
            _match(text, *occurrence.span(), _RANDOM_SCORE)
            for occurrence in _LONG.finditer(text.raw)
            if _is_random(occurrence.group())
        ]
        return [*matches, *_scanned(text)]

    return recognize


def _may_hold_one(raw: str) -> bool:
    """Whether a text has a long word or a part of those that name a key: quick to tell, and true of few texts."""
    folded = raw.casefold()
    return any(part in folded for part in _PARTS) or max(map(len, raw.split()), default=0) >= _LONG_WORD


def _scanned(text: Text) -> Iterator[Match]:
    """What detect-secrets finds; it is imported where a text may hold a secret, which few do: it takes 0.2 s."""
    from pipeline.detect.identifiers.scan_secrets import scanned

    for start_char, end_char in scanned(text.raw):
        yield _match(text, start_char, end_char, _SCANNED_SCORE)


def _is_value(occurrence: re.Match[str]) -> bool:
    """Whether what stands behind "password" is one: no reference, and no word of any talk."""
    value = occurrence["value"].rstrip(".!?:)")
    if len(value) < 4 or (not occurrence["quote"] and _REFERENCE.match(value)):
        return False
    mixed = any(map(str.isdigit, value)) or not value.isalnum()
    return mixed if not occurrence["sign"] else mixed or bool(occurrence["quote"]) or not is_common(plain(value))


def _is_random(token: str) -> bool:
    """Whether a long token mixes letters and digits with more bits a character than words have."""
    if not (re.search(r"\d", token) and re.search(r"[A-Za-z]", token)):
        return False
    counts = Counter(token)
    return -sum(n / len(token) * math.log2(n / len(token)) for n in counts.values()) > _MIN_BITS


def _match(text: Text, start_char: int, end_char: int, score: float) -> Match:
    secret = text.raw[start_char:end_char]
    return Match(
        start_char, end_char, "SECRET", secret, f"secret:{secret.casefold()}", DetectionRule.KEY_OR_TOKEN, score
    )
