"""The other half of a listed name, misheard right beside the half that was heard: "Griffith and I'm a legend" for
Gruffydd Penhaligon, "Umbrella Water" for Llandrillo Water.

The words of it are like nothing, but the recogniser was sure of none of them, and they stand where the rest must be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from pipeline.detect.locate.words_and_text import make_finding, sound_places, words_found
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
    is_shared: bool = False
    """Whether another known name has the same half, so that nobody knows whose it is."""


def missing_half_findings(
    session_id: str, transcript: Transcript, context: Context, findings: Sequence[Finding]
) -> Iterator[Finding]:
    """A finding over the unsure words where the rest of a listed name must be; ``findings`` are those in the words."""
    names: dict[str, list[SurfaceForm]] = defaultdict(list)
    for form in surface_forms(context):
        if len(form.words) > 1 and not form.exact:
            names[form.entity].append(form)
    if not names:
        return
    words = transcript.words
    taken = words_found(findings)
    order = _Order(words)
    for half in (*_heard(findings, names), *_ends(words, taken, chain.from_iterable(names.values()))):
        if run := order.unsure_beside(half, taken):
            match = _match(half, " ".join(words[index].text for index in run))
            for place in sound_places(words, run):
                yield make_finding(session_id, match, place)


def _match(half: _Half, text: str) -> Match:
    entity, label, rule = half.form.entity, half.form.label, DetectionRule.BESIDE_A_NAME
    if half.is_shared:
        entity = f"{entity.partition(':')[0]}:~{' '.join(words_of(text))}"
    return Match(0, len(text), label, text, entity, rule, _SCORE)


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


def _heard(findings: Iterable[Finding], names: Mapping[str, Sequence[SurfaceForm]]) -> Iterator[_Half]:
    """The findings that are one half of a name, by which word of which of its forms they are most like."""
    for finding in findings:
        if finding.rule not in _HALVES or not isinstance(finding.place, SoundPlace):
            continue
        (first, end), heard = finding.place.words, words_of(finding.text)
        forms = [form for form in names.get(finding.entity, ()) if len(form.words) > len(heard) > 0]
        if first == end or not forms:
            continue
        likeness = {form: [_likeness("".join(heard), word) for word in form.words] for form in forms}
        form = max(reversed(forms), key=lambda form: max(likeness[form]))
        best = likeness[form].index(max(likeness[form]))
        if best == 0:
            yield _Half(end - 1, False, form, len(form.key) - len(form.words[0]), is_found=True)
        elif best == len(form.words) - 1:
            yield _Half(first, True, form, len(form.key) - len(form.words[-1]), is_found=True)


def _ends(words: Sequence[Word], taken: set[int], forms: Iterable[SurfaceForm]) -> Iterator[_Half]:
    """The last words of names that are no person's and that nothing found, where they have a capital as names have."""
    by_end: dict[tuple[str, ...], list[SurfaceForm]] = defaultdict(list)
    for form in forms:
        if form.label != "PERSON":
            by_end[form.words[-1:]].append(form)
    for index, word in enumerate(words):
        ending = by_end.get(words_of(word.text))
        if ending and index not in taken and word.text[:1].isupper():
            longest = max(ending, key=lambda form: len(form.key))
            missing, is_shared = len(longest.key) - len(longest.words[-1]), len({form.entity for form in ending}) > 1
            yield _Half(index, True, longest, missing, is_found=False, is_shared=is_shared)


def _likeness(heard: str, name: str) -> float:
    ways = [name, *map("".join, phrase_readings(name))]
    return max(similarity(heard, way, sound_of(way)) for way in ways)
