"""Decides between overlapping hits, and lets the allow list speak."""

from __future__ import annotations

from pipeline.detect.text.tokens import Match, Text
from pipeline.lexicon import words_of
from pipeline.records import Context


def resolve_overlaps(matches: list[Match], text: Text, context: Context) -> list[Match]:
    """The hits in order of place, without those that a surer hit covers and those that the allow list frees.

    Two hits that only overlap both stay: what is taken out is their union. A hit of a list is never dropped for one of
    a rule, so that a reviewer who keeps the one has not let out the other.
    """
    free = _allowed(text, context.allow)
    kept: list[Match] = []
    for match in sorted(
        matches, key=lambda match: (-match.rule.spec.rank, match.start_char - match.end_char, -match.score)
    ):
        allowed = not match.rule.spec.listed and any(
            start <= match.start_char and match.end_char <= end for start, end in free
        )
        if not allowed and not any(_covers(other, match) for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda match: (match.start_char, match.end_char, match.entity))


def _covers(other: Match, match: Match) -> bool:
    return other.start_char <= match.start_char and match.end_char <= other.end_char


def _allowed(text: Text, allow: tuple[str, ...]) -> list[tuple[int, int]]:
    keys = {"".join(words) for entry in allow if (words := words_of(entry))}
    if not keys:
        return []
    longest, found = max(map(len, keys)), []
    for first, token in enumerate(text.tokens):
        key = ""
        for other in text.tokens[first : first + 8]:
            key += other.plain
            if len(key) > longest:
                break
            if key in keys:
                found.append((token.start_char, other.end_char))
    return found
