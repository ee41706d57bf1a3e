"""The other half of a listed name, misheard right beside the half that was heard: "Griffith and I'm a legend" for
Gruffydd Penhaligon, "Umbrella Water" for Llandrillo Water.

The words of it are like nothing, but the recogniser was sure of none of them, and they stand where the rest must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.detect.locate.words_and_text import make_finding, sound_places
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm, surface_forms, words_of
from pipeline.lexicon.orthographies import phrase_readings
from pipeline.lexicon.phonetic import similarity, sound_of
from pipeline.records import Context, DetectionRule, Finding, SoundPlace, Transcript, Word

# Whichever written set is left out, the others choose 0.55 of 0.3 to 0.8; 0.65 leaks as little, 0.45 in two sets more.
UNSURE_PROBABILITY = 0.6
_BESIDE_S = 0.3  # a judgement: a name is said without a pause
_MOST_LETTERS = 1.6  # times as many as the missing half has
_SCORE = 0.5
_HALVES = (DetectionRule.SOUNDS_LIKE, DetectionRule.PLACE_OF_A_NAME, DetectionRule.KNOWN_NAME)


class _Half(NamedTuple):
    """What was heard of a form: the words up to ``at``, or from there on, and the letters that are missing beside."""

    at: int
    is_missing_before: bool
    form: SurfaceForm
    missing: int
    is_found: bool


def missing_half_findings(
    session_id: str, transcript: Transcript, context: Context, findings: Sequence[Finding]
) -> Iterator[Finding]:
    """A finding over the unsure words where the rest of a listed name must be; ``findings`` are those in the words."""
    names = {form.entity: form for form in surface_forms(context) if len(form.words) > 1 and not form.exact}
    if not names:
        return
    words = transcript.words
    taken = {
        index for finding in findings if isinstance(finding.place, SoundPlace) for index in range(*finding.place.words)
    }
    order = _Order(words)
    for half in (*_heard(findings, names), *_ends(words, taken, names.values())):
        if run := order.unsure_beside(half, taken):
            text = " ".join(words[index].text for index in run)
            form, rule = half.form, DetectionRule.BESIDE_A_NAME
            for place in sound_places(words, run):
                yield make_finding(session_id, Match(0, len(text), form.label, text, form.entity, rule, _SCORE), place)


class _Order:
    """Which word stands beside which on one track."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._behind: dict[int, int] = {}
        latest: dict[str, int] = {}
        for index, word in enumerate(words):
            if word.track_id in latest:
                self._behind[latest[word.track_id]] = index
            latest[word.track_id] = index
        self._before = {behind: before for before, behind in self._behind.items()}

    def unsure_beside(self, half: _Half, taken: set[int]) -> list[int]:
        """The unsure words beside a half in order, with the half where nothing found it; none that bind others only."""
        beside, run, letters = self._before if half.is_missing_before else self._behind, list[int](), 0
        at = half.at
        if not half.is_found and beside.get(at) in taken and self._are_adjacent(at, beside[at]):
            return [at]  # "SKD" of "SKD Rail" is found already
        while (index := beside.get(at)) is not None and index not in taken and self._go_together(at, index):
            letters += len("".join(words_of(self._words[index].text)))
            if letters > _MOST_LETTERS * half.missing:
                break
            run.append(index)
            at = index
        while run and self._binds_others(run[-1]):
            run.pop()
        return sorted([*run, *([] if half.is_found else [half.at])]) if run else []

    def _go_together(self, known: int, unsure: int) -> bool:
        return self._are_adjacent(known, unsure) and self._words[unsure].probability < UNSURE_PROBABILITY

    def _are_adjacent(self, known: int, other: int) -> bool:
        first, last = (self._words[index] for index in sorted((known, other)))
        return not first.ends_sentence and last.start_s - first.end_s <= _BESIDE_S

    def _binds_others(self, index: int) -> bool:
        return FUNCTION_WORDS.issuperset(words_of(self._words[index].text))


def _heard(findings: Iterable[Finding], names: dict[str, SurfaceForm]) -> Iterator[_Half]:
    """The findings that are one half of a name, by which of its words they are most like."""
    for finding in findings:
        form, heard = names.get(finding.entity), words_of(finding.text)
        if form is None or finding.rule not in _HALVES or not isinstance(finding.place, SoundPlace):
            continue
        first, end = finding.place.words
        if first == end or not heard or len(heard) >= len(form.words):
            continue
        likeness = [_likeness("".join(heard), word) for word in form.words]
        best = likeness.index(max(likeness))
        if best == 0:
            yield _Half(end - 1, False, form, len(form.key) - len(form.words[0]), is_found=True)
        elif best == len(form.words) - 1:
            yield _Half(first, True, form, len(form.key) - len(form.words[-1]), is_found=True)


def _ends(words: Sequence[Word], taken: set[int], forms: Iterable[SurfaceForm]) -> Iterator[_Half]:
    """The last words of companies and products that nothing found, where they have a capital as names have."""
    by_end = {form.words[-1:]: form for form in forms if form.label != "PERSON"}
    for index, word in enumerate(words):
        form = by_end.get(words_of(word.text))
        if form is not None and index not in taken and word.text[:1].isupper():
            yield _Half(index, True, form, len(form.key) - len(form.words[-1]), is_found=False)


def _likeness(heard: str, name: str) -> float:
    ways = [name, *map("".join, phrase_readings(name))]
    return max(similarity(heard, way, sound_of(way)) for way in ways)
