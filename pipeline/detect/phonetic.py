"""A coarse key of how an English spelling sounds, and how alike two spellings are to the ear."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

_RULES = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"mb$", "m"),
        (r"tch|ch|sch|sh|tsch|cz|tj", "S"),
        (r"(?:ti|si|ci)(?=[aou])", "S"),
        (r"ph|v|pf", "f"),
        (r"ght|gh(?=[tns]|$)", "t"),
        (r"th|dh", "t"),
        (r"dg|gi|ge|zh", "jé"),
        (r"ck|cq|qu|q|kh|c(?![eiy])", "k"),
        (r"c|z|ß|tz", "s"),
        (r"x", "ks"),
        (r"w(?![aeiouyé])|(?<=[aeiou])y|h(?![aeiouyé])", ""),
        (r"b", "p"),
        (r"d", "t"),
        (r"g", "k"),
        (r"[eiyé]+", "i"),
        (r"[ou]+", "u"),
        (r"[aiu]*a[aiu]*", "a"),
        (r"(.)\1+", r"\1"),
        (r"(?<=.)i$", "i"),
    )
]


@lru_cache(maxsize=262144)
def sound_of(letters: str) -> str:
    """How these small letters sound: one sign for each group of like consonants and of vowels."""
    for pattern, sound in _RULES:
        letters = pattern.sub(sound, letters)
    return letters


def alike(heard: str, known: str, known_sound: str, cutoff: float = 0.0) -> float:
    """How alike two spellings without spaces are, 0 to 1: the mean of letters and sounds; 0 below the cutoff."""
    letters = JaroWinkler.similarity(heard, known)
    if letters / 2 + 0.5 < cutoff:
        return 0.0
    sound = sound_of(heard)
    sounds = 0.5 * JaroWinkler.similarity(sound, known_sound) + 0.5 * Levenshtein.normalized_similarity(
        sound, known_sound
    )
    return 0.5 * letters + 0.5 * sounds
