"""Stage 3: a ``Session`` and its ``Ruling`` to a ``Transcript``; see docs/speech.md."""

from pipeline.speech.caption_timing import CueTime, caption_times, measures_captions, with_caption_times
from pipeline.speech.doubtful import doubtful
from pipeline.speech.engines import hints, preflight, sure_probability
from pipeline.speech.excerpt import excerpt
from pipeline.speech.keyword_search import keyword_search
from pipeline.speech.language import language_stop
from pipeline.speech.relisten import relisten
from pipeline.speech.tracks import closed, readable
from pipeline.speech.transcribe import transcribe, with_speakers
from pipeline.speech.vocabulary import vocabulary

VERSION = "20"

__all__ = [
    "VERSION",
    "CueTime",
    "caption_times",
    "closed",
    "doubtful",
    "excerpt",
    "hints",
    "keyword_search",
    "language_stop",
    "measures_captions",
    "preflight",
    "readable",
    "relisten",
    "sure_probability",
    "transcribe",
    "vocabulary",
    "with_caption_times",
    "with_speakers",
]
