"""Where a name that Whisper wrote among words that are not believed may have been said, by what is heard there again.

A recogniser that is told names falls into loops of one, over a whole window of talk in which it was said once or never.
That talk is heard once more, without the name. Words that are sure and sound like none of it were said instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from rapidfuzz.distance import Levenshtein

from pipeline.spans import intersect, subtract, times
from pipeline.speech.audio_types import FEWEST_PHONES, HeardWord, Span
from pipeline.speech.engines.border_doubt import NOISY_DOUBT_S
from pipeline.speech.pronunciation.pronounce import Phones, Pronouncer
from pipeline.speech.pronunciation.verbalize import spoken_words

# As the search of the sound takes words (``doubtful``): sure from 0.7 on, and worth a search from 0.6 alike on. Words
# of which Whisper is surer than of any misheard name among those below must be more alike ("people" for Teasel).
_SURE_PROBABILITY = 0.7
_ALIKE = 0.6
_SURELY_ANOTHER, _SURELY_ALIKE = 0.95, 0.8
# Of 127 names in six written sets, most of them told to nobody, Whisper wrote two as words less alike than 0.38.
_UNLIKE = 0.35
_HALF_SURE_PROBABILITY = 0.3
_MOST_WORDS = 4
# In a loop a name is written a second and more beside where it was said.
_NEAR_S = 1.5
# The fastest talk of the samples has twenty phones a second.
_LEAST_FOR_PHONE_S = 0.05


@dataclass(frozen=True, slots=True)
class _Run:
    """Some words one after another, by their numbers, and how much they sound like a name."""

    first: int
    last: int
    likeness: float


def still_possible(
    names: Iterable[HeardWord], words: Sequence[HeardWord], speech: Iterable[Span], pronouncer: Pronouncer
) -> list[HeardWord]:
    """The names where they may have been said, each place once; ``words`` are all that is believed of the chunk.

    A name is where words near it sound like it, and where it was written in speech that no other word accounts for:
    in all of that speech, as far as there is time to say it, for a loop keeps no time. Names of fewer than four phones
    stay as they are: any talk sounds like them. So do names without a word near.
    """
    voiced = times(speech)
    likeliest: dict[tuple[str, Span], HeardWord] = {}
    for place in (place for name in names for place in _places(name, words, voiced, pronouncer)):
        known = likeliest.get((place.text, place.span))
        if known is None or known.probability < place.probability:
            likeliest[place.text, place.span] = place
    return list(likeliest.values())


def _places(
    name: HeardWord, words: Sequence[HeardWord], voiced: Sequence[tuple[float, float]], pronouncer: Pronouncer
) -> Iterator[HeardWord]:
    ways = pronouncer.phrase(name.text, name=True)
    fewest = min(map(len, ways), default=0)
    wide = Span(name.span.start_s - _NEAR_S, name.span.end_s + _NEAR_S)
    near = [word for word in words if word.span.overlap_s(wide)]
    if fewest < FEWEST_PHONES or not near:
        yield name
        return
    runs = _runs(near, ways, pronouncer)
    alike = _best(run for run in runs if run.likeness >= _least_alike(near[run.first : run.last + 1]))
    for run in alike:
        said = near[run.first : run.last + 1]
        span = Span(said[0].span.start_s, max(word.span.end_s for word in said))
        yield replace(name, span=span, time_uncertainty_s=max(word.time_uncertainty_s for word in said))
    others = [near[number].span for run in alike for number in range(run.first, run.last + 1)]
    others += [word.span for number, word in enumerate(near) if _is_another(number, word, runs, pronouncer)]
    left = subtract([(wide.start_s, wide.end_s)], times(others))
    # Times behind the end of a window, as loops have them, are cut to a moment.
    slack_s = 0.0 if name.span.length_s else name.time_uncertainty_s
    written = Span(name.span.start_s - slack_s, name.span.end_s + slack_s)
    for start_s, end_s in intersect(left, voiced):
        span = Span(start_s, end_s)
        if span.length_s >= _LEAST_FOR_PHONE_S * fewest and span.overlap_s(written):
            yield replace(name, span=span, time_uncertainty_s=NOISY_DOUBT_S)


def _least_alike(words: Sequence[HeardWord]) -> float:
    return _SURELY_ALIKE if min(word.probability for word in words) >= _SURELY_ANOTHER else _ALIKE


def _is_another(number: int, word: HeardWord, runs: Sequence[_Run], pronouncer: Pronouncer) -> bool:
    """Whether a word was said instead of a name: it is a word with a time of its own, and sure or like nothing of it.

    What is no word of the dictionary ("TSHDI", "…") is how a recogniser writes what it does not know.
    """
    is_letters = len(word.text) > 1 and word.text.isupper()
    spoken = spoken_words(word.text)
    is_word = bool(spoken) and not is_letters and all(pronouncer.known(part.lower()) for part in spoken)
    if not is_word or word.time_uncertainty_s > NOISY_DOUBT_S:
        return False
    if word.probability >= _SURE_PROBABILITY:
        return True
    likest = max(run.likeness for run in runs if run.first <= number <= run.last)
    return word.probability >= _HALF_SURE_PROBABILITY and likest < _UNLIKE


def _runs(words: Sequence[HeardWord], ways: Sequence[Phones], pronouncer: Pronouncer) -> list[_Run]:
    """Every run of up to four words."""
    spoken = [next(iter(pronouncer.phrase(word.text, most=1)), ()) for word in words]
    runs = []
    for first in range(len(words)):
        for last in range(first, min(first + _MOST_WORDS, len(words))):
            phones = tuple(chain.from_iterable(spoken[first : last + 1]))
            runs.append(_Run(first, last, max(Levenshtein.normalized_similarity(phones, way) for way in ways)))
    return runs


def _best(runs: Iterable[_Run]) -> list[_Run]:
    """The runs that are most alike, none of which overlaps another."""
    best: list[_Run] = []
    for run in sorted(runs, key=lambda run: (-run.likeness, run.last - run.first, run.first)):
        if all(run.last < other.first or other.last < run.first for other in best):
            best.append(run)
    return best
