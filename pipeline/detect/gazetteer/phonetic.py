"""Finds known names that the speech engine misspelt: runs of one to four words that sound like one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.detect.gazetteer.excess_words import goes_on, without_excess
from pipeline.detect.scoring.calibration import share_similar
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, is_common, is_english
from pipeline.lexicon.orthographies import phrase_readings
from pipeline.lexicon.phonetic import first_sound, similarity, sound_of
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.sound_alikes import sounds_like_no_word
from pipeline.lexicon.surface_forms import SurfaceForm
from pipeline.records import DetectionRule

_MAX_WORDS = 4  # of a run; with 3, company recall falls from 0.774 to 0.767, with 5 nothing rises
_MIN_LETTERS = 4  # of a name; with 5, company recall falls to 0.761, with 3 false findings rise
_FLOOR = 0.7  # below every threshold there is: what is less like a name is not looked at further
_LENGTH_SLACK = 0.34  # how much longer or shorter, as a share of the name, something heard for it may be
_PER_SHORT_LETTER = 0.02  # more for each letter that a name lacks to six: short names sound like more words
_FUNCTION_WORD = 0.02  # more where a run holds a word like "the"
_OF_TALK = 0.1  # more where it holds one and the name is made of ordinary words: "hope the young" for Hope Young
# More where what is like the sound of a foreign name has an English word: "comes" is 0.93 like how Gomez sounds.
_OF_A_READING = 0.08
_SURE = 0.84  # how similar to a name words are that need no more beside them: "ruksana" of "ruksana wrote"
_ENDS = frozenset(".?!")
_LEAST_BEFORE_AN_END = 3  # letters of a word that a point behind it makes no abbreviation: "Dr.", "J. P."
_LEAST_MISSING = 2  # letters that an English word lacks of a name that it begins, and is no mishearing of: "turbine"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How similar a run of words must be to a known name, by how ordinary its words are, and what it may lack.

    ``rare`` words are in no dictionary, ``english`` ones are, of ``mixed`` ones some are among the 5,000 commonest and
    of ``common`` ones all. Less is needed behind a word that announces a name (``cued``), for several words that
    resemble a name of several (``full``), and for a ``company``.

    Measured on 22 calls as two recognisers wrote them, with their participants and company known: people heard 0.953,
    companies 0.774, false 3.12 in 1,000 words. With other values: rare 0.73 → false 3.25, 0.82 → heard 0.951; english
    0.76 → false 3.37; common 0.88 → false 3.70, 0.96 → heard 0.951; cued 0.03 → heard 0.952, 0.09 → false 3.47; full
    0.04 → heard 0.950, 0.12 → false 3.31; company 0.0 → companies 0.771, 0.08 → false 3.25; mixed moves nothing.
    Less too for the one word of an ``unmistakable`` name, which no English one is like, where it was heard as several
    words and one is no English: one more finding in the calls, a right one; 0.10 → two. Of single words 11 came with
    0.06 ("harbor", "investor"), and 4 were right.
    """

    rare: float = 0.76
    english: float = 0.80
    mixed: float = 0.80
    common: float = 0.92
    cued: float = 0.06
    full: float = 0.08
    company: float = 0.04
    unmistakable: float = 0.06


CUES = word_set(
    """mr mrs ms miss dr from hi hello hey thanks thank you is line with by to and name im colleague question"""
)


class _Target(NamedTuple):
    form: SurfaceForm
    key: str
    sound: str
    words: int
    is_reading: bool
    """Whether the key is how the form sounds and not how it is spelt."""
    is_unmistakable: bool
    """Whether hardly any English word sounds like it."""


class _Candidate(NamedTuple):
    similarity: float
    target: _Target


_Placed = tuple[_Candidate, int, int]
"""A candidate for the words from the first up to and including the last."""


def phonetic_recognizer(forms: tuple[SurfaceForm, ...], thresholds: Thresholds | None = None) -> Recognizer:
    """For the forms with at least four letters; shorter ones sound like too much."""
    limits = thresholds or Thresholds()
    best = _matcher(_by_start(forms))

    def recognize(text: Text) -> list[Match]:
        words = [token.plain for token in text.tokens]
        candidates = [
            (candidate, first, last)
            for first in range(len(words))
            for last in range(first, min(first + _MAX_WORDS, len(words)))
            if (candidate := best("".join(words[first : last + 1]))) is not None
            and candidate.similarity >= _needed(words, first, last, candidate.target, limits)
            and not _is_part(words[first : last + 1], candidate.target)
            and not _is_parted(text, words, first, last, candidate.target)
        ]
        placed = _needed_runs(words, _clearest(candidates))
        return [_match(text, first, last, candidate) for candidate, first, last in placed]

    return recognize


def _matcher(targets: dict[tuple[str, int], list[_Target]]) -> Callable[[str], _Candidate | None]:
    """A function that gives the target most similar to some letters, or None when none is."""

    @lru_cache(maxsize=131072)
    def best(key: str) -> _Candidate | None:
        closest: _Candidate | None = None
        cutoff = _FLOOR
        for target in targets.get((first_sound(key[:2]), len(key)), ()):
            score = similarity(key, target.key, target.sound, cutoff=cutoff)
            if score > cutoff:
                closest, cutoff = _Candidate(score, target), score
        return closest

    return best


def _needed(words: list[str], first: int, last: int, target: _Target, limits: Thresholds) -> float:
    """How similar the words ``first`` to ``last`` must be to the target."""
    run = words[first : last + 1]
    ordinary = sum(map(is_common, run))
    if any(word in FUNCTION_WORDS for word in run):
        is_of_talk = target.form.label == "PERSON" and all(map(is_common, target.form.words))
        needed = limits.common + (_OF_TALK if is_of_talk else _FUNCTION_WORD)
    elif ordinary == len(run):
        needed = limits.common
    elif ordinary:
        needed = limits.mixed
    else:
        needed = limits.english if all(map(is_english, run)) else limits.rare
    needed += _PER_SHORT_LETTER * max(0, 6 - len(target.key))
    if target.is_reading and any(map(is_english, run)):
        needed += _OF_A_READING
    if target.words > 1 and last > first:
        needed -= limits.full
    if target.form.label == "COMPANY":
        needed -= limits.company
    if target.is_unmistakable and last > first and not all(map(is_english, run)):
        needed -= limits.unmistakable
    return needed - (limits.cued if first and words[first - 1] in CUES else 0.0)


def _clearest(candidates: list[_Placed]) -> list[_Placed]:
    """Of overlapping runs that resemble the same form the most similar."""
    kept: list[_Placed] = []
    taken: set[tuple[int, int]] = set()
    for candidate, first, last in sorted(candidates, key=lambda item: (-item[0].similarity, item[1] - item[2])):
        places = {(index, id(candidate.target)) for index in range(first, last + 1)}
        if taken.isdisjoint(places):
            taken |= places
            kept.append((candidate, first, last))
    return kept


def _needed_runs(words: list[str], clearest: list[_Placed]) -> Iterator[_Placed]:
    """The runs without those within which a shorter one says it all."""
    by_first: dict[int, list[_Placed]] = defaultdict(list)
    for placed in clearest:
        by_first[placed[1]].append(placed)
    for longer in clearest:
        within = (shorter for index in range(longer[1], longer[2] + 1) for shorter in by_first.get(index, ()))
        if not any(_says_it_all(words, shorter, longer) for shorter in within):
            yield longer


def _is_part(run: list[str], target: _Target) -> bool:
    """Whether an English word, or its plural, is a part of the one word that a company or a product is called by."""
    if len(run) > 1 or target.words > 1 or target.form.label == "PERSON":
        return False
    key = run[0].removesuffix("s")
    is_shorter = len(key) + _LEAST_MISSING <= len(target.key)
    return is_shorter and (target.key.startswith(key) or target.key.endswith(key)) and is_english(key)


def _is_parted(text: Text, words: list[str], first: int, last: int, target: _Target) -> bool:
    """Whether a sentence ends within a run, or a comma parts as much of the name as was heard as it is from the rest.

    What stands behind such a comma counts where it is like what is missing: "Zdzislaw, W Szczepanik". Letters that are
    no word are what is left of a name that was hard to hear.
    """
    name = target.form.words
    for index in range(first, last):
        gap = text.raw[text.tokens[index].end_char : text.tokens[index + 1].start_char]
        if not gap[-1:].isspace() or gap.isspace():
            continue
        if not _ENDS.isdisjoint(gap) and len(words[index]) >= _LEAST_BEFORE_AN_END:
            return True
        if text.raw[text.tokens[index + 1].start_char : text.tokens[index + 1].end_char].isupper():
            continue
        before, behind = tuple(words[first : index + 1]), tuple(words[index + 1 : last + 1])
        for heard, rest, missing in (
            (before, behind, name[len(before) :] if before == name[: len(before)] else ()),
            (behind, before, name[: -len(behind)] if behind == name[-len(behind) :] else ()),
        ):
            part = "".join(missing)
            if len(heard) < len(name) and part and similarity("".join(rest), part, sound_of(part)) < _FLOOR:
                return True
    return False


def _says_it_all(words: list[str], shorter: _Placed, longer: _Placed) -> bool:
    """Whether a run within another one is surely the same entity, and the words beside it go on."""
    (one, first, last), (other, start, end) = shorter, longer
    is_within = start <= first and last <= end and last - first < end - start
    if not is_within or one.target.form.entity != other.target.form.entity or one.similarity < _SURE:
        return False
    sides = [*words[start:first], *words[last + 1 : end + 1]]
    return goes_on(sides, one.target.form.words, other.target.form)


def _match(text: Text, first: int, last: int, candidate: _Candidate) -> Match:
    form = candidate.target.form
    words = [token.plain for token in text.tokens]
    cued = first > 0 and words[first - 1] in CUES
    first, last = without_excess(words, first, last, form, in_place=cued)
    ordinary = all(is_common(token.plain) for token in text.tokens[first : last + 1])
    score = share_similar(candidate.similarity, ordinary)
    return text.match(first, last, label=form.label, entity=form.entity, rule=DetectionRule.SOUNDS_LIKE, score=score)


def _may_be_misheard(form: SurfaceForm) -> bool:
    """Pet forms and the like are found as they are, and an ordinary word sounds like too much."""
    return not form.ordinary and not form.exact


def _by_start(forms: tuple[SurfaceForm, ...]) -> dict[tuple[str, int], list[_Target]]:
    """The targets by their first sound and by every length that something heard for them may have."""
    targets: dict[tuple[str, int], list[_Target]] = {}
    for key, form in {form.key: form for form in reversed(forms)}.items():
        if len(key) >= _MIN_LETTERS and not key.isdigit() and _may_be_misheard(form):
            _add(targets, _target(form, key, is_reading=False))
            for way in map("".join, phrase_readings(form.text)):
                _add(targets, _target(form, way, is_reading=True))
    return targets


def _target(form: SurfaceForm, key: str, *, is_reading: bool) -> _Target:
    is_unmistakable = len(form.words) == 1 and sounds_like_no_word(key)
    return _Target(form, key, sound_of(key), len(form.words), is_reading, is_unmistakable)


def _add(targets: dict[tuple[str, int], list[_Target]], target: _Target) -> None:
    size = len(target.key)
    slack = max(2, int(size * _LENGTH_SLACK))
    for length in range(max(3, size - slack), size + slack + 1):
        targets.setdefault((first_sound(target.key[:2]), length), []).append(target)
