"""Decides between overlapping matches, and applies the allow list."""

from __future__ import annotations

from pipeline.detect.text.tokens import Match, Text
from pipeline.lexicon import words_of
from pipeline.lexicon.nicknames import is_given_name
from pipeline.records import Context, DetectionRule

_MAX_WORDS = 8  # of an entry of the allow list; a longer one frees nothing
_NAMED = ("PERSON", "COMPANY")


def resolve_overlaps(matches: list[Match], text: Text, context: Context) -> list[Match]:
    """The matches in order of place, without those that one of a higher rank covers or the allow list frees.

    Two matches that only overlap both stay: what is taken out is their union. A match of a list is never dropped for
    one of another rule, so that a reviewer who keeps that one has not published the other.
    """
    free = _allowed(text, context.allow)
    kept: list[Match] = []
    for match in sorted(matches, key=_precedence):
        if not _is_free(match, free) and not any(_replaces(other, match) for other in kept):
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


def _replaces(other: Match, match: Match) -> bool:
    """Whether a match that stays says all that one within it does.

    A name behind a comma of a postal address may be of somebody who is spoken to or of next: who keeps the address has
    not decided about them.
    """
    is_named = other.rule is DetectionRule.POSTAL_ADDRESS and _is_of_somebody(match)
    behind_comma = is_named and "," in other.text[: max(0, match.start_char - other.start_char)]
    return _covers(other, match) and not behind_comma


def _is_of_somebody(match: Match) -> bool:
    """Whether it is a guessed name of several words or a given name: no "NY", nor a postcode."""
    words = words_of(match.text)
    if match.label not in _NAMED or any(map(str.isdigit, match.text)):
        return False
    return len(words) > 1 or (match.label == "PERSON" and any(map(is_given_name, words)))


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
