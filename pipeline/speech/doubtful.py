"""Where a transcript may be wrong or holds what sounds like a term: there sound is searched, and listened to again.

Elsewhere a recogniser surely heard words that sound like none of the terms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.lexicon import words_of
from pipeline.records import Ruling, Session, Transcript, Word
from pipeline.spans import clip, merge, pad, subtract, times
from pipeline.speech.audio_types import FEWEST_PHONES
from pipeline.speech.engines.border_doubt import NOISY_DOUBT_S
from pipeline.speech.pronunciation.pronounce import Phones, bundled
from pipeline.speech.tracks import audible, closed

Seconds = tuple[float, float]

# With these, on 106 hits of the search on the samples one lies in words that count as sure; of 149 s of real read
# speech 47 % is doubtful, of the samples, whose every fifth second is a name, 61 %.
SURE_PROBABILITY = 0.85
ALIKE = 0.6
MARGIN_S = 0.5
# Words that reach over others which were left out: talk of the samples has at most 0.2 s for a phone.
_SLOW_S = 0.25
_FEWEST_IN_WORD = 2
_COVERED_S, _SLIVER_S = 0.1, 0.1
_MOST_WORDS = 4


def doubtful(
    session: Session,
    ruling: Ruling,
    transcript: Transcript,
    *,
    kept: Sequence[str],
    terms: Sequence[str],
    sure_probability: float | None = None,
    read: Collection[str] = (),
) -> list[Seconds] | None:
    """Where one of the ``terms`` may be said in the tracks that are ``kept``, in seconds of the session, merged.

    Words of ``sure_probability`` and more (``SURE_PROBABILITY`` where nobody measured one) count as heard right, where
    they have times of their own. What is written as one word but is several, as an address, may hide a name and needs
    ``SURE_PROBABILITY``. Words of any probability that are one of the terms ``read`` count as heard right too: those
    are found in the text, whoever was sure of them.

    None where one of them was not listened to at all: then it may be anywhere.
    """
    if not set(kept) <= {track.track_id for track in audible(session, ruling)}:
        return None
    by_track: dict[str, list[Word]] = defaultdict(list)
    for word in transcript.words:
        by_track[word.track_id].append(word)
    ways = _ways(terms)
    spans = [
        span
        for track_id in kept
        for span in _of_track(
            by_track[track_id],
            [(s.start_s, s.end_s) for s in transcript.voiced if s.track_id == track_id],
            ways,
            SURE_PROBABILITY if sure_probability is None else sure_probability,
            {words_of(term) for term in read},
        )
    ]
    spans += [pair for track_id, shut in closed(session, ruling) if track_id in kept for pair in times(shut)]
    return merge(clip(pad(spans, MARGIN_S), 0.0, session.duration_s))


def _of_track(
    words: Sequence[Word],
    voiced: Sequence[Seconds],
    ways: Sequence[Phones],
    sure_probability: float,
    read: Collection[tuple[str, ...]],
) -> Iterator[Seconds]:
    covered = pad(times(words), _COVERED_S)
    yield from (gap for gap in subtract(voiced, covered) if gap[1] - gap[0] >= _SLIVER_S)
    spoken = [_usual(word.text) for word in words]
    timed = [_is_timed(word, phones) for word, phones in zip(words, spoken, strict=True)]
    in_read = _read_in(words, timed, read)
    for number, word in enumerate(words):
        least = max(sure_probability, SURE_PROBABILITY) if len(words_of(word.text)) > 1 else sure_probability
        if not timed[number] or (word.probability < least and number not in in_read):
            yield word.start_s, word.end_s
    yield from _alike(words, spoken, ways, in_read)


def _read_in(words: Sequence[Word], timed: Sequence[bool], read: Collection[tuple[str, ...]]) -> set[int]:
    """The numbers of the words that say one of the terms ``read``, and have times of their own."""
    lengths, texts = {len(term) for term in read}, [words_of(word.text) for word in words]
    return {
        number
        for first in range(len(words))
        for length in lengths
        if all(timed[first : first + length]) and tuple(chain.from_iterable(texts[first : first + length])) in read
        for number in range(first, first + length)
    }


def _is_timed(word: Word, phones: Phones) -> bool:
    """Whether a recogniser heard a word where it says, and nothing beside it; never true of captions."""
    is_slow = word.end_s - word.start_s > _SLOW_S * max(_FEWEST_IN_WORD, len(phones))
    return word.time_uncertainty_s <= NOISY_DOUBT_S and not is_slow


def _alike(
    words: Sequence[Word], spoken: Sequence[Phones], ways: Sequence[Phones], apart: Collection[int]
) -> Iterator[Seconds]:
    """The runs of words that sound somewhat like a term; none of the words numbered ``apart`` is in them."""
    places: dict[Phones, list[Seconds]] = defaultdict(list)
    for first in range(len(words)):
        for last in range(first, min(first + _MOST_WORDS, len(words))):
            if last in apart:
                break
            run = tuple(chain.from_iterable(spoken[first : last + 1]))
            places[run].append((words[first].start_s, words[last].end_s))
    runs = list(places)
    if not runs or not ways:
        return
    likeness = process.cdist(runs, ways, scorer=Levenshtein.normalized_similarity, score_cutoff=ALIKE)
    for number in np.flatnonzero(likeness.max(axis=1) >= ALIKE):
        yield from places[runs[number]]


def _ways(terms: Iterable[str]) -> list[Phones]:
    """Every way to say the terms, but those that the search leaves out as too short."""
    ways = (way for term in terms for way in bundled().phrase(term, name=True) if len(way) >= FEWEST_PHONES)
    return list(dict.fromkeys(ways))


def _usual(text: str) -> Phones:
    """The usual way to say a word as it is written."""
    ways = bundled().phrase(text, most=1)
    return ways[0] if ways else ()
