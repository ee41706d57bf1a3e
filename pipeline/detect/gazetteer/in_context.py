"""Finds known names that were misheard where only a name can stand ("welcome to the … call", "over to …")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import log2
from typing import NamedTuple

from pipeline.detect.gazetteer.context_patterns import CONTEXT_PATTERNS, ContextPattern
from pipeline.detect.gazetteer.excess_words import without_excess
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm, is_common, is_english
from pipeline.lexicon.orthographies import phrase_readings
from pipeline.lexicon.phonetic import best_match, sound_of
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_SCORES = {"COMPANY": 0.8, "PERSON": 0.85}  # 220 of 254 right
_MIN_LETTERS = {"COMPANY": 4, "PERSON": 3}
# More for each doubling of the known forms beyond these, as something is similar by chance more often. A judgement: the
# 22 calls know too few names for it to matter.
_FEW = {"COMPANY": 4, "PERSON": 64}
_CROWD = 0.03
_EXACT = 1.0
_MAX_WORDS = 4
_CACHED_RUNS = 65536
# More for a run that begins, or ends, with a word that binds others or goes with any company. Measured like the
# thresholds of ``phonetic``: without it people heard rise from 0.953 to 0.955, false from 3.12 to 3.93 in 1,000 words.
_BOUND = 0.1
_GENERIC = FUNCTION_WORDS | word_set(
    """first second third fourth full fiscal quarter quarters quarterly half year years annual earnings conference
    result results webinar meeting session sessions office hours investor investors analyst analysts community user
    developer developers weekly monthly next last everyone company product team special virtual live show discussion
    line ladies gentlemen operator lot part"""
)
_MAY_BEGIN = word_set("a an any the her every see saw")  # and be a weak syllable of the name: "a lumber" for Alumbra


class _Line(NamedTuple):
    """A text's plain words in one string, where each ends there, and which begins where."""

    words: list[str]
    joined: str
    ends: list[int]
    first_at: dict[int, int]


class _Run(NamedTuple):
    """The words ``first`` up to and including ``last`` in the place that a pattern says."""

    first: int
    last: int
    pattern: ContextPattern


ScoredForm = tuple[float, SurfaceForm]
BestForm = Callable[[str, float], ScoredForm | None]


def context_recognizer(forms: tuple[SurfaceForm, ...], least: float = 0.0) -> Recognizer:
    """For the people and companies that are known; the looser the place, the more similar the words must be.

    ``least`` is how similar they must be in any place.
    """
    names = {label: of_label for label in _MIN_LETTERS if (of_label := _names(forms, label))}
    best = {label: _matcher(of_label) for label, of_label in names.items()}
    spelt = {label: _matcher(of_label, as_read=False) for label, of_label in names.items()}
    crowd = {label: _CROWD * log2(max(1.0, len(of_label) / _FEW[label])) for label, of_label in names.items()}
    longest = {
        label: min(_MAX_WORDS, 1 + max(len(form.words) for form in of_label)) for label, of_label in names.items()
    }
    ends = _ends_of(forms)
    patterns = [pattern for pattern in CONTEXT_PATTERNS if pattern.label in names]

    def recognize(text: Text) -> list[Match]:
        line = _line(text)
        closest: dict[tuple[int, str], tuple[float, SurfaceForm, _Run]] = {}
        for pattern in patterns:
            label = pattern.label
            for run in _runs(line, pattern, longest[label]):
                words = line.words[run.first : run.last + 1]
                scored = best[label]("".join(words), max(least, _needed(text, run) + crowd[label]))
                at = run.first, label
                if scored and scored[0] > closest.get(at, (0.0,))[0]:
                    closest[at] = *scored, _tight(line, run, scored[1], spelt[label])
        return [
            _match(text, _whole(line, run, ends.get(form.entity, frozenset())), form)
            for _, form, run in closest.values()
        ]

    return recognize


def _tight(line: _Line, run: _Run, form: SurfaceForm, best: BestForm) -> _Run:
    """The run without the words at its far end beyond a name as long as the form, where that was heard as it is.

    Nor with greetings and titles at either end beside as much of the form as was heard as it is.
    """
    for size in range(run.last - run.first, len(form.words) - 1, -1):
        behind = run.pattern.cue_behind
        first, last = (run.last + 1 - size, run.last) if behind else (run.first, run.first + size - 1)
        if best("".join(line.words[first : last + 1]), _EXACT):
            return run._replace(first=first, last=last)
    first, last = without_excess(line.words, run.first, run.last, form, in_place=True)
    return run._replace(first=first, last=last)


def _whole(line: _Line, run: _Run, ends: frozenset[str]) -> _Run:
    """The run up to the last word of a whole name where that is heard as it is soon behind: "TSHBI and SKD rail"."""
    behind = line.words[run.last + 1 : run.last + _MAX_WORDS]
    last = next((index for index, word in enumerate(behind) if word in ends), None)
    return run if last is None or run.pattern.cue_behind else run._replace(last=run.last + 1 + last)


def _ends_of(forms: tuple[SurfaceForm, ...]) -> dict[str, frozenset[str]]:
    """The last words of the whole names of each entity."""
    ends: dict[str, set[str]] = {}
    for form in forms:
        if len(form.words) > 1 and not form.exact and form.words[-1] not in FUNCTION_WORDS:
            ends.setdefault(form.entity, set()).add(form.words[-1])
    return {entity: frozenset(words) for entity, words in ends.items()}


def _names(forms: tuple[SurfaceForm, ...], label: str) -> list[SurfaceForm]:
    least = _MIN_LETTERS[label]
    return [form for form in forms if form.label == label and not form.exact and len(form.key) >= least]


def _line(text: Text) -> _Line:
    words = [token.plain for token in text.tokens]
    ends, first_at, place = [], {}, 0
    for index, word in enumerate(words):
        first_at[place] = index
        ends.append(place + len(word))
        place = ends[-1] + 1
    return _Line(words, " ".join(words), ends, first_at)


def _runs(line: _Line, pattern: ContextPattern, most: int) -> Iterator[_Run]:
    """The runs of words that stand in such a place."""
    for cue in pattern.cue.finditer(line.joined):
        at = line.first_at[cue.end()]
        if pattern.cue_behind:
            yield from (_Run(first, at - 1, pattern) for first in range(max(0, at - most), at))
            continue
        for last in range(at, min(at + most, len(line.words))):
            if pattern.following is None or pattern.following.match(line.joined, line.ends[last]):
                yield _Run(at, last, pattern)


def _needed(text: Text, run: _Run) -> float:
    """How similar to a name the words must be in this place.

    An English word in small letters, in a text with capitals, was heard as one: "it has its own retry. Could you …".
    """
    tokens, pattern = text.tokens[run.first : run.last + 1], run.pattern
    words = [token.plain for token in tokens]
    in_small = [word for token, word in zip(tokens, words, strict=True) if text.raw[token.start_char].islower()]
    bound = (words[0] in _GENERIC and words[0] not in _MAY_BEGIN) + (words[-1] in _GENERIC)
    is_talk = any(map(is_common, words)) or (text.cased and any(map(is_english, in_small)))
    least = pattern.similarity if is_talk else pattern.similarity_rare
    return least + _BOUND * bound


def _matcher(names: list[SurfaceForm], *, as_read: bool = True) -> BestForm:
    """A function that gives the name most similar to some letters, and how similar; None when that is not enough.

    ``as_read``: also to how a foreign name sounds, which is not how it is heard where it is heard as it is.
    The ending of a plural, or of a possessive written as one, is left out where that is more similar.
    """
    ways = [(form.key, form) for form in names]
    if as_read:
        ways += [("".join(words), form) for form in names for words in phrase_readings(form.text)]
    keys = [way for way, _ in ways]
    sounds = [sound_of(key) for key in keys]

    @lru_cache(maxsize=_CACHED_RUNS)
    def best(key: str, needed: float) -> ScoredForm | None:
        stems = (key, key[:-1]) if key[-1:] == "s" else (key,)
        scored = [match for stem in stems if (match := best_match(stem, keys, sounds, needed))]
        if not scored:
            return None
        score, index = max(scored)
        return score, ways[index][1]

    return best


def _match(text: Text, run: _Run, form: SurfaceForm) -> Match:
    rule = DetectionRule.PLACE_OF_A_NAME
    return text.match(run.first, run.last, label=form.label, entity=form.entity, rule=rule, score=_SCORES[form.label])
