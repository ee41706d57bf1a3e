"""Searches the sound itself for the names and terms a session knows, as no list finds in a text what was misheard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.speech.audio_types import FEWEST_PHONES, AudioChunk, HeardWord, Span
from pipeline.speech.engines.sphinx import PhraseSearch
from pipeline.speech.keywords.scoring import LOOSER, Candidate, accepted, least_score
from pipeline.speech.pronunciation.name_entries import KeywordPronunciation
from pipeline.speech.pronunciation.pronounce import Pronouncer
from pipeline.speech.vocabulary import Keyword

_CUT_S = 0.3
_SEAM_S = 1.5


class Spotter:
    """Looks for everything known in chunks of sound: every way to say it that has at least ``FEWEST_PHONES`` phones."""

    def __init__(self, known: Sequence[Keyword], pronouncer: Pronouncer) -> None:
        self._phrases = [
            KeywordPronunciation(entry.text, way, least_score=least_score(len(way)) - LOOSER)
            for entry in known
            for way in pronouncer.phrase(entry.text, name=entry.name)
            if len(way) >= FEWEST_PHONES
        ]
        self._relatives = {entry.text: entry.relatives for entry in known}
        self._search = PhraseSearch(self._phrases)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to look for."""
        return not self._phrases

    def candidates(self, chunk: AudioChunk) -> list[Candidate]:
        """Everything that might be one of the phrases, at scores below what is believed."""
        candidates = []
        for clip in (*chunk.clips, *_seams(chunk.clips)) if self._phrases else ():
            for match in self._search.search(chunk.cut(clip)):
                phrase = self._phrases[match.phrase]
                candidates.append(
                    Candidate(phrase.text, len(phrase.phones), match.span.shifted(clip.start_s), match.score)
                )
        return candidates

    def search(
        self, chunk: AudioChunk, words: Sequence[HeardWord], *, told: frozenset[str] = frozenset()
    ) -> list[Candidate]:
        """What is worth taking out, given the words that a recogniser heard, and the names that it was ``told``."""
        return accepted(self.candidates(chunk), words, self._relatives, told=told)


def _seams(clips: Sequence[Span]) -> Iterator[Span]:
    """The sound around each border at which talk was cut in two, maybe within a name."""
    for before, after in pairwise(clips):
        if after.start_s - before.end_s < _CUT_S:
            yield Span(max(before.start_s, before.end_s - _SEAM_S), min(after.end_s, after.start_s + _SEAM_S))
