"""A coarse key of how an English spelling sounds, and how similar two spellings are to the ear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import process
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


@lru_cache(maxsize=262144)  # runs of one to four words: several for each word of a session
def sound_of(letters: str) -> str:
    """How these small letters sound: one sign for each group of like consonants and of vowels."""
    for pattern, sound in _RULES:
        letters = pattern.sub(sound, letters)
    return letters


@lru_cache(maxsize=4096)
def first_sound(start: str) -> str:
    """The group of the first sound of a word that starts with these two letters; vowels, h, w and y are one group.

    Speech engines rarely mistake the sounds of one group for those of another.
    """
    first, second = start[:1], start[1:2]
    if start in ("kn", "gn", "pn", "wr"):
        first = second
    if (first in "cg" and second in ("e", "i", "y", "h")) or first in "szxj":
        return "s"
    return _FIRST.get(first, first)


_FIRST = {
    **dict.fromkeys("aeiouhwy", "a"),
    **dict.fromkeys("kcqg", "k"),
    **dict.fromkeys("td", "t"),
    **dict.fromkeys("mn", "n"),
    **dict.fromkeys("pbfv", "p"),
}
_LETTERS_AT_LEAST = 0.55  # a judgement: it saves the sounds of what differs much in its letters
# Half letters, half sounds, of which a quarter each by their start and as a whole: a judgement that the thresholds of
# ``pipeline.detect.gazetteer.phonetic`` were measured with.
_LETTERS, _START, _WHOLE = 0.5, 0.25, 0.25


def similarity(heard: str, known: str, known_sound: str, cutoff: float = 0.0) -> float:
    """How similar two spellings without spaces are to the ear, 0 to 1; 0 below the cutoff.

    The mean of the similarity of letters (Jaro-Winkler) and of sounds (Jaro-Winkler and Levenshtein).
    """
    letters = JaroWinkler.similarity(heard, known)
    if letters < _LETTERS_AT_LEAST or letters / 2 + 0.5 < cutoff:
        return 0.0
    return _mean(letters, heard, known_sound)


def best_match(heard: str, known: Sequence[str], sounds: Sequence[str], needed: float) -> tuple[float, int] | None:
    """The most similar of several known spellings: its similarity and its index; None when none is similar enough.

    It is measured as ``similarity`` measures, which gives 0 where letters differ much: some places forgive that.
    """
    best: tuple[float, int] | None = None
    cutoff = max(0.0, 2 * needed - 1)
    if cutoff > 1:
        return None
    near = process.extract(heard, known, scorer=JaroWinkler.similarity, limit=None, score_cutoff=cutoff)
    for _, letters, index in near:
        mean = _mean(letters, heard, sounds[index])
        if mean >= needed and (best is None or mean > best[0]):
            best = mean, index
    return best


def _mean(letters: float, heard: str, known_sound: str) -> float:
    sound = sound_of(heard)
    by_start = JaroWinkler.similarity(sound, known_sound)
    return _LETTERS * letters + _START * by_start + _WHOLE * Levenshtein.normalized_similarity(sound, known_sound)
