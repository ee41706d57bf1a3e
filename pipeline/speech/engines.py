"""Makes the recogniser and the sound search that the settings ask for; an engine is imported when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.records import Context, Session, Track
from pipeline.settings import SpeechSettings
from pipeline.speech.heard import Recogniser
from pipeline.speech.spot import Spotter
from pipeline.speech.vocabulary import Known, vocabulary


@dataclass
class _Engines:
    context: Context
    settings: SpeechSettings

    @cached_property
    def known(self) -> list[Known]:
        return vocabulary(self.context)

    @cached_property
    def _recogniser(self) -> Recogniser:
        if self.settings.engine == "whisper":
            from pipeline.speech.whisper import WhisperRecogniser

            return WhisperRecogniser(self.settings, [known.text for known in self.known])
        from pipeline.speech.names import names
        from pipeline.speech.pronounce import bundled
        from pipeline.speech.sphinx import SphinxRecogniser

        return SphinxRecogniser(names(self.known, bundled()))

    @cached_property
    def _spotter(self) -> Spotter | None:
        from pipeline.speech.pronounce import bundled

        return Spotter(self.known, bundled()) if self.settings.search_sound and self.known else None

    def recogniser(self, session: Session, track: Track) -> Recogniser:
        """One recogniser serves every track, but captions are aligned a track at a time."""
        if self.settings.engine == "captions":
            from pipeline.speech.captions import CaptionWords

            return CaptionWords(session, track)
        return self._recogniser

    def spotter(self) -> Spotter | None:
        """The search for the context's terms, unless it is off or there are none."""
        return self._spotter


def engines(context: Context, settings: SpeechSettings) -> _Engines:
    """What is needed to hear one session; each engine is loaded when it is first asked for."""
    return _Engines(context, settings)
