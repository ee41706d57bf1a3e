"""Makes the recogniser that the settings ask for; an engine is imported when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.records import Context, Session, Track
from pipeline.settings import SpeechSettings
from pipeline.speech.heard import Recogniser
from pipeline.speech.vocabulary import Known, hints


@dataclass
class _Engines:
    hints: list[Known]
    settings: SpeechSettings

    @cached_property
    def _recogniser(self) -> Recogniser:
        if self.settings.engine == "whisper":
            from pipeline.speech.whisper import WhisperRecogniser

            return WhisperRecogniser(self.settings, [known.text for known in self.hints])
        from pipeline.speech.names import names
        from pipeline.speech.pronounce import bundled
        from pipeline.speech.sphinx import SphinxRecogniser

        return SphinxRecogniser(names(self.hints, bundled()))

    def recogniser(self, session: Session, track: Track) -> Recogniser:
        """One recogniser serves every track, but captions are aligned a track at a time."""
        if self.settings.engine == "captions":
            from pipeline.speech.captions import CaptionWords

            return CaptionWords(session, track)
        return self._recogniser


def engines(context: Context, settings: SpeechSettings) -> _Engines:
    """What is needed to hear one session; each engine is loaded when it is first asked for."""
    return _Engines(hints(context, settings.engine), settings)
