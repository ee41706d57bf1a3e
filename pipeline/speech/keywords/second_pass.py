"""Recognises the neighbourhood of what was taken out once more, with other settings, and compares it by sound.

Whisper is told no name this time; without it sphinx listens, which then trusts the sound more than its language model
and knows the terms as words. What is heard is compared with the terms by phones, so that a name that was spelt
otherwise is still a name.

Of 48 names of six made voices, all left in the sound, Whisper hears 34, sphinx 36, and the search of the sound 29;
together with the search 40 and 36. Neither hears the names of strangers. Whisper takes a third of the processor time.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from pipeline import media
from pipeline.settings import SpeechSettings
from pipeline.spans import clip, merge, pad, times
from pipeline.speech.audio_types import RATE, HeardWord, Recogniser, Span
from pipeline.speech.chunking import pieces
from pipeline.speech.engines import engine
from pipeline.speech.engines.sphinx import SphinxRecogniser
from pipeline.speech.keywords.montage import montages
from pipeline.speech.keywords.scoring import Candidate
from pipeline.speech.pronunciation.name_entries import KeywordPronunciation
from pipeline.speech.pronunciation.pronounce import Phones, Pronouncer
from pipeline.speech.vocabulary import Keyword

NEAR_S = 2.0
MOST_SHARE, LEAST_S = 0.05, 60.0
FEWEST_PHONES = 5
# One phone in seven may be another: with fewer phones ordinary words are too like names.
_ALIKE = 0.85
_SURE = 0.5
_MOST_WORDS = 4
_WEIGHT = 100.0


def neighbourhoods(windows: Sequence[Span], length_s: float) -> list[Span]:
    """The sound beside the windows, merged; evenly thinned out where it would take too long."""
    wide = clip(pad(times(windows), NEAR_S), 0.0, length_s)
    merged = [Span(start_s, end_s) for start_s, end_s in merge(wide)]
    most_s, total_s = max(LEAST_S, MOST_SHARE * length_s), sum(span.length_s for span in merged)
    step = max(1, round(total_s / most_s + 0.499))
    return merged[::step]


class SecondPass:
    """Listens beside windows for terms."""

    def __init__(self, known: Sequence[Keyword], pronouncer: Pronouncer, settings: SpeechSettings) -> None:
        self._pronouncer = pronouncer
        self._ways = [
            (entry.text, way)
            for entry in known
            for way in pronouncer.phrase(entry.text, name=entry.name)
            if len(way) >= FEWEST_PHONES
        ]
        self._settings = settings

    def search(self, path: Path, stream: int, near: Sequence[Span]) -> Iterator[Candidate]:
        """Every term heard in these spans of an audio stream, in order and apart, for sure or by sound."""
        if not self._ways or not near:
            return
        blocks = media.decode(path, stream=stream, rate=RATE, channels=1, end_s=near[-1].end_s)
        for montage in montages(pieces(blocks, near)):
            for words in montage.put_back(self._listener.recognise(montage.chunk).words):
                yield from self._alike(words)

    @functools.cached_property
    def _listener(self) -> Recogniser:
        """The engine's own second listener, or else sphinx with the terms as its words."""
        own = engine(self._settings.engine).second_listener
        if own is not None:
            return own(self._settings)
        entries = [KeywordPronunciation(text, way, weight=_WEIGHT) for text, way in self._ways]
        return SphinxRecogniser(entries, trusting_sound=True)

    def _alike(self, words: Sequence[HeardWord]) -> Iterator[Candidate]:
        for first in range(len(words)):
            for last in range(first, min(first + _MOST_WORDS, len(words))):
                run = words[first : last + 1]
                phones = tuple(phone for word in run for phone in self._phones(word.text))
                for text, way in self._ways:
                    likeness = Levenshtein.normalized_similarity(phones, way, score_cutoff=_ALIKE)
                    if likeness >= _ALIKE and min(word.probability for word in run) >= _SURE:
                        yield Candidate(text, len(way), Span(run[0].span.start_s, run[-1].span.end_s), likeness)

    def _phones(self, word: str) -> Phones:
        """The usual way to say what was heard, which may be a term of several words."""
        ways = self._pronouncer.phrase(word, most=1)
        return ways[0] if ways else ()
