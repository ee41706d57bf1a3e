"""Finds known names that the recogniser misspelt: runs of one to four words that sound like one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.detect.scoring.calibration import share_similar
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, is_common, is_english
from pipeline.lexicon.phonetic import first_sound, similarity, sound_of
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.surface_forms import SurfaceForm
from pipeline.records import DetectionRule

_MAX_WORDS = 4
_MIN_LETTERS = 4
_FLOOR = 0.7


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How alike a run of words must be to a known name, by how ordinary its words are."""

    rare: float = 0.76
    english: float = 0.80
    mixed: float = 0.80
    common: float = 0.92
    cued: float = 0.06
    full: float = 0.08
    company: float = 0.04


CUES = word_set(
    """mr mrs ms miss dr from hi hello hey thanks thank you is line with by to and name im colleague question"""
)


class _Target(NamedTuple):
    spelling: SurfaceForm
    key: str
    sound: str
    words: int


class _Candidate(NamedTuple):
    likeness: float
    target: _Target


def phonetic_recognizer(surface_forms: tuple[SurfaceForm, ...], thresholds: Thresholds | None = None) -> Recognizer:
    """For the spellings with at least four letters; shorter ones sound like too much."""
    limits = thresholds or Thresholds()
    best = _matcher(_by_start(surface_forms))

    def recognize(text: Text) -> list[Match]:
        words = [token.plain for token in text.tokens]
        found = [
            (candidate, first, last)
            for first in range(len(words))
            for last in range(first, min(first + _MAX_WORDS, len(words)))
            if (candidate := best("".join(words[first : last + 1]))) is not None
            and candidate.likeness >= _needed(words, first, last, candidate.target, limits)
        ]
        return [_match(text, first, last, candidate) for candidate, first, last in _clearest(found)]

    return recognize


def _matcher(targets: dict[tuple[str, int], list[_Target]]) -> Callable[[str], _Candidate | None]:
    """A function that gives the likest target of some letters, or None when none is like them."""

    @lru_cache(maxsize=131072)
    def best(key: str) -> _Candidate | None:
        found: _Candidate | None = None
        cutoff = _FLOOR
        for target in targets.get((first_sound(key[:2]), len(key)), ()):
            likeness = similarity(key, target.key, target.sound, cutoff=cutoff)
            if likeness > cutoff:
                found, cutoff = _Candidate(likeness, target), likeness
        return found

    return best


def _needed(words: list[str], first: int, last: int, target: _Target, limits: Thresholds) -> float:
    """How alike the words ``first`` to ``last`` must be to the target."""
    run = words[first : last + 1]
    ordinary = sum(map(is_common, run))
    if any(word in FUNCTION_WORDS for word in run):
        needed = limits.common + 0.02
    elif ordinary == len(run):
        needed = limits.common
    elif ordinary:
        needed = limits.mixed
    else:
        needed = limits.english if all(map(is_english, run)) else limits.rare
    needed += 0.02 * max(0, 6 - len(target.key))
    if target.words > 1 and last > first:
        needed -= limits.full
    if target.spelling.label == "COMPANY":
        needed -= limits.company
    return needed - (limits.cued if first and words[first - 1] in CUES else 0.0)


def _clearest(found: list[tuple[_Candidate, int, int]]) -> list[tuple[_Candidate, int, int]]:
    """Of overlapping runs that are like the same spelling the likest."""
    kept: list[tuple[_Candidate, int, int]] = []
    for candidate, first, last in sorted(found, key=lambda item: (-item[0].likeness, item[1] - item[2])):
        if not any(
            first <= other_last and other_first <= last and other.target is candidate.target
            for other, other_first, other_last in kept
        ):
            kept.append((candidate, first, last))
    return kept


def _match(text: Text, first: int, last: int, candidate: _Candidate) -> Match:
    spelling = candidate.target.spelling
    ordinary = all(is_common(token.plain) for token in text.tokens[first : last + 1])
    score = share_similar(candidate.likeness, ordinary)
    return text.match(
        first, last, label=spelling.label, entity=spelling.entity, rule=DetectionRule.SOUNDS_LIKE, score=score
    )


def _may_be_misheard(spelling: SurfaceForm) -> bool:
    """Pet forms and the like are found as they are, and an ordinary word sounds like too much."""
    return not spelling.ordinary and not spelling.exact


def _by_start(surface_forms: tuple[SurfaceForm, ...]) -> dict[tuple[str, int], list[_Target]]:
    """The targets by their first sound and by every length that something heard for them may have."""
    targets: dict[tuple[str, int], list[_Target]] = {}
    for key, spelling in {spelling.key: spelling for spelling in reversed(surface_forms)}.items():
        if len(key) >= _MIN_LETTERS and not key.isdigit() and _may_be_misheard(spelling):
            target = _Target(spelling, key, sound_of(key), len(spelling.words))
            slack = max(2, int(len(key) * 0.34))
            for length in range(max(3, len(key) - slack), len(key) + slack + 1):
                targets.setdefault((first_sound(key[:2]), length), []).append(target)
    return targets
