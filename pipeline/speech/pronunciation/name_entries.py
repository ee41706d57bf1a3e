"""What a recogniser with a fixed dictionary is told about the names of a session."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.speech.engines.sphinx import KeywordPronunciation
from pipeline.speech.pronunciation.pronounce import Pronouncer
from pipeline.speech.vocabulary import Keyword

WHOLE_WEIGHT = 200.0
PART_WEIGHT = 60.0


def names(known: Iterable[Keyword], pronouncer: Pronouncer) -> list[KeywordPronunciation]:
    """Each way to say each known text, as a word of its own; whole names are made likelier than single words."""
    return [
        KeywordPronunciation(entry.text, phones, weight=WHOLE_WEIGHT if " " in entry.text else PART_WEIGHT)
        for entry in known
        for phones in pronouncer.phrase(entry.text, name=entry.name)
    ]
