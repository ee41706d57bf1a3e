"""Numbers with their nouns, for every line that people read."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """As "1 span" or "2 spans"; ``plural`` is for nouns that do not end in one more "s"."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def is_or_are(count: int) -> str:
    """The verb for so many."""
    return "is" if count == 1 else "are"
