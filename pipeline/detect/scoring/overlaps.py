"""Decides between overlapping matches, and applies the allow list."""

from __future__ import annotations

from pipeline.detect.text.tokens import Match, Text
from pipeline.lexicon import words_of
from pipeline.records import Context

_MAX_WORDS = 8  # of an entry of the allow list; a longer one frees nothing


def resolve_overlaps(matches: list[Match], text: Text, context: Context) -> list[Match]:
    """The matches in order of place, without those that one of a higher rank covers or the allow list frees.

    Two matches that only overlap both stay: what is taken out is their union. A match of a list is never dropped for
    one of another rule, so that a reviewer who keeps that one has not published the other.
    """
    free = _allowed(text, context.allow)
    kept: list[Match] = []
    for match in sorted(matches, key=_precedence):
        if not _is_free(match, free) and not any(_covers(other, match) for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda match: (match.start_char, match.end_char, match.entity))


def _precedence(match: Match) -> tuple[int, int, float]:
    """What sorts first stays: the higher rank, then the longer, then the surer match."""
    return -match.rule.spec.rank, match.start_char - match.end_char, -match.score


def _is_free(match: Match, free: list[tuple[int, int]]) -> bool:
    """Whether the allow list covers a match of no list."""
    return not match.rule.spec.listed and any(
        start <= match.start_char and match.end_char <= end for start, end in free
    )


def _covers(other: Match, match: Match) -> bool:
    return other.start_char <= match.start_char and match.end_char <= other.end_char


def _allowed(text: Text, allow: tuple[str, ...]) -> list[tuple[int, int]]:
    """The characters of a text where an entry of the allow list stands, split or joined as it may be."""
    keys = {"".join(words) for entry in allow if (words := words_of(entry))}
    if not keys:
        return []
    longest, spans = max(map(len, keys)), []
    for first, token in enumerate(text.tokens):
        key = ""
        for other in text.tokens[first : first + _MAX_WORDS]:
            key += other.plain
            if len(key) > longest:
                break
            if key in keys:
                spans.append((token.start_char, other.end_char))
    return spans
