"""Stage 3: a ``Session`` and its ``Ruling`` to a ``Transcript``; see docs/speech.md."""

from pipeline.speech.hearing import transcribe
from pipeline.speech.listen import listen
from pipeline.speech.preflight import preflight
from pipeline.speech.vocabulary import vocabulary

VERSION = "1"

__all__ = ["VERSION", "listen", "preflight", "transcribe", "vocabulary"]
