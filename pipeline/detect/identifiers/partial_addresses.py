"""Finds e-mail addresses that are no whole ones: disguised, without an ending, or cut where a quote ends.

``ana(at)vantrexa.io``, ``ana@vantrexa`` and ``ana@vant…`` say who somebody is as well as the whole address does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS
from pipeline.records import DetectionRule

_WORTH_A_LOOK = re.compile(r"[@＠﹫]|[(\[{<]\s?(?:at|ät|arroba)\s?[)\]}>]|_at_", re.IGNORECASE)
# At most 64 characters before the sign and 63 in a label (RFC 5321, RFC 1035): without a limit, time grows with the
# square of a long word.
_LOCAL = r"(?<![\w.+@/%-])(?P<local>[\w.+%-]{1,64})"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_OPEN, _CLOSED = r"\s?[(\[{<]\s?", r"\s?[)\]}>]\s?"
_DOT = rf"(?:\.|{_OPEN}(?:dot|punkt|point|punto|ponto){_CLOSED})"
_DISGUISED = re.compile(
    rf"{_LOCAL}(?:{_OPEN}(?:at|@|ät|arroba){_CLOSED}|\s?[＠﹫]\s?)(?P<host>{_LABEL}(?:{_DOT}{_LABEL}){{0,8}})",
    re.IGNORECASE,
)
_UNDERSCORED = re.compile(
    rf"(?<![\w.+@/%-])(?P<local>[^\W_][\w.+%-]{{0,62}}?)_at_(?P<host>{_LABEL}(?:(?:\.|_dot_){_LABEL}){{1,8}})",
    re.IGNORECASE,
)
_CUT = re.compile(rf"{_LOCAL}[@＠﹫](?P<host>[\w-]{{0,63}}(?:\.[\w-]{{1,63}}){{0,8}})\s?(?:\.{{2,}}|…)")
_NO_ENDING = re.compile(rf"{_LOCAL}@(?P<host>{_LABEL})(?![\w@-]|\.\w)")
_VERSION = re.compile(
    r"v?\d[\w-]*|latest|next|lts|stable|beta|alpha|canary|dev|main|master|head|nightly", re.IGNORECASE
)
_DISGUISE, _PART = 0.95, 0.6
"""A part may be a package, a shell's prompt or a handle: it sorts below whole addresses."""


def partial_address_recognizer() -> Recognizer:
    """For disguised and partial e-mail addresses."""

    def recognize(text: Text) -> list[Match]:
        return list(_matches(text.raw)) if _WORTH_A_LOOK.search(text.raw) else []

    return recognize


def _matches(raw: str) -> Iterator[Match]:
    for pattern in (_DISGUISED, _UNDERSCORED):
        for occurrence in pattern.finditer(raw):
            if FUNCTION_WORDS.isdisjoint((occurrence["local"].casefold(), occurrence["host"].casefold())):
                yield _match(occurrence, _DISGUISE)
    for occurrence in _CUT.finditer(raw):
        yield _match(occurrence, _PART)
    for occurrence in _NO_ENDING.finditer(raw):
        if not _VERSION.fullmatch(occurrence["host"]):
            yield _match(occurrence, _PART)


def _match(occurrence: re.Match[str], score: float) -> Match:
    host = re.sub(rf"{_DOT}|_dot_", ".", occurrence["host"], flags=re.IGNORECASE)
    entity = f"email:{occurrence['local']}@{host}".casefold()
    return Match(*occurrence.span(), "EMAIL", occurrence.group(), entity, DetectionRule.WRITTEN_IDENTIFIER, score)
