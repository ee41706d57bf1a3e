"""Stage 3: a ``Session`` and its ``Ruling`` to a ``Transcript``; see docs/speech.md."""

from pipeline.speech.hearing import transcribe
from pipeline.speech.listen import listen
from pipeline.speech.preflight import preflight
from pipeline.speech.tracks import closed, readable
from pipeline.speech.vocabulary import vocabulary

VERSION = "2"

__all__ = ["VERSION", "closed", "listen", "preflight", "readable", "transcribe", "vocabulary"]
