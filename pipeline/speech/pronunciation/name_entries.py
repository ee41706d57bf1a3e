"""What a recogniser with a fixed dictionary is told about the names of a session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.speech.pronunciation.pronounce import Phones, Pronouncer
from pipeline.speech.vocabulary import Keyword

# Ordinary words weigh 1: the highest weights at which the names of strangers were not yet heard in the sample sessions.
WHOLE_WEIGHT = 200.0
PART_WEIGHT = 60.0


@dataclass(frozen=True, slots=True)
class KeywordPronunciation:
    """A text and one way to say it; ``weight``: how much likelier than a rare word; ``least_score``: a hit needs it."""

    text: str
    phones: Phones
    weight: float = 1.0
    least_score: float = 0.0


def name_entries(known: Iterable[Keyword], pronouncer: Pronouncer) -> list[KeywordPronunciation]:
    """Each way to say each known text, as a word of its own; whole names are made likelier than single words."""
    return [
        KeywordPronunciation(keyword.text, phones, weight=WHOLE_WEIGHT if " " in keyword.text else PART_WEIGHT)
        for keyword in known
        for phones in pronouncer.phrase(keyword.text, name=keyword.name)
    ]
