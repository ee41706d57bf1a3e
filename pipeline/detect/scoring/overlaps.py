"""Decides between overlapping hits, and lets the allow list speak."""

from __future__ import annotations

from pipeline.detect.text.tokens import Hit, Text
from pipeline.lexicon import words_of
from pipeline.records import Context


def settle(hits: list[Hit], text: Text, context: Context) -> list[Hit]:
    """The hits in order of place, without those that a surer hit covers and those that the allow list frees.

    Two hits that only overlap both stay: what is taken out is their union. A hit of a list is never dropped for one of
    a rule, so that a reviewer who keeps the one has not let out the other.
    """
    free = _allowed(text, context.allow)
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.rule.spec.rank, hit.start_char - hit.end_char, -hit.score)):
        allowed = not hit.rule.spec.listed and any(
            start <= hit.start_char and hit.end_char <= end for start, end in free
        )
        if not allowed and not any(_covers(other, hit) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start_char, hit.end_char, hit.entity))


def _covers(other: Hit, hit: Hit) -> bool:
    return other.start_char <= hit.start_char and hit.end_char <= other.end_char


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
