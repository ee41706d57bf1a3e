"""Searches the sound itself for the names and terms a session knows, as no list finds in a text what was misheard."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.speech.heard import HeardWord, Piece
from pipeline.speech.judge import LOOSER, Candidate, believed, least_score
from pipeline.speech.pronounce import Pronouncer
from pipeline.speech.sphinx import PhraseSearch, Said
from pipeline.speech.vocabulary import Known

FEWEST_PHONES = 4


class Spotter:
    """Looks for everything known in pieces of sound: every way to say it that has at least ``FEWEST_PHONES`` phones."""

    def __init__(self, known: Sequence[Known], pronouncer: Pronouncer) -> None:
        self._said = [
            Said(entry.text, way, least_score=least_score(len(way)) - LOOSER)
            for entry in known
            for way in pronouncer.phrase(entry.text, name=entry.name)
            if len(way) >= FEWEST_PHONES
        ]
        self._relatives = {entry.text: entry.relatives for entry in known}
        self._search = PhraseSearch(self._said)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to look for."""
        return not self._said

    def candidates(self, piece: Piece) -> list[Candidate]:
        """Everything that might be one of the phrases, at scores below what is believed."""
        found = []
        for clip in piece.clips if self._said else ():
            for hit in self._search.search(piece.cut(clip)):
                said = self._said[hit.said]
                found.append(Candidate(said.text, len(said.phones), hit.span.shifted(clip.start_s), hit.score))
        return found

    def search(self, piece: Piece, words: Sequence[HeardWord]) -> list[Candidate]:
        """What is worth taking out, given the words a recogniser heard in the same piece."""
        return believed(self.candidates(piece), words, self._relatives)
