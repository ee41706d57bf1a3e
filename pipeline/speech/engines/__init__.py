"""Makes the recognisers that the settings ask for; an engine is imported when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.records import Context, Session, Track
from pipeline.settings import SpeechSettings
from pipeline.speech.audio_types import Recogniser
from pipeline.speech.vocabulary import Keyword, hot_words, vocabulary

if TYPE_CHECKING:
    from pipeline.speech.engines.sphinx import SphinxRecogniser


@dataclass
class _Engines:
    known: list[Keyword]
    settings: SpeechSettings

    @cached_property
    def _recogniser(self) -> Recogniser:
        if self.settings.engine == "whisper":
            from pipeline.speech.engines.whisper import WhisperRecogniser

            return WhisperRecogniser(self.settings, [known.text for known in hot_words(self.known)])
        return self._sphinx

    @cached_property
    def _sphinx(self) -> SphinxRecogniser:
        from pipeline.speech.engines.sphinx import SphinxRecogniser
        from pipeline.speech.pronunciation.name_entries import names
        from pipeline.speech.pronunciation.pronounce import bundled

        return SphinxRecogniser(names(self.known, bundled()))

    def recogniser(self, session: Session, track: Track) -> Recogniser:
        """One recogniser serves every track, but captions are aligned a track at a time."""
        if self.settings.engine == "captions":
            from pipeline.speech.engines.captions import CaptionWords

            return CaptionWords(session, track)
        return self._recogniser

    @property
    def second(self) -> SphinxRecogniser | None:
        """The other recogniser that listens for the names alone, if the settings ask for one and it is another."""
        wanted = self.settings.second_engine == "sphinx" and self.settings.engine != "sphinx"
        return self._sphinx if wanted else None


def engines(context: Context, settings: SpeechSettings) -> _Engines:
    """What is needed to hear one session; each engine is loaded when it is first asked for."""
    return _Engines(vocabulary(context), settings)
