"""Stage 3: a ``Session`` and its ``Ruling`` to a ``Transcript``; see docs/speech.md."""

from pipeline.speech.engines import hints
from pipeline.speech.keyword_search import search
from pipeline.speech.language import language_stop
from pipeline.speech.preflight import preflight
from pipeline.speech.relisten import listen
from pipeline.speech.tracks import closed, readable
from pipeline.speech.transcribe import transcribe
from pipeline.speech.vocabulary import vocabulary

VERSION = "5"

__all__ = [
    "VERSION",
    "closed",
    "hints",
    "language_stop",
    "listen",
    "preflight",
    "readable",
    "search",
    "transcribe",
    "vocabulary",
]
