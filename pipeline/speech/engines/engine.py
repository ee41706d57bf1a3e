"""What a module of this package must have to be a recogniser: an ``ENGINE`` under the name that settings give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.records import Failed, Session, Track
from pipeline.settings import SpeechSettings
from pipeline.speech.audio_types import Recogniser
from pipeline.speech.vocabulary import Keyword

ForTrack = Callable[[Session, Track], Recogniser]


def no_hints(known: Sequence[Keyword]) -> list[Keyword]:
    """An engine that cannot be told names."""
    return []


def nothing_told(known: Sequence[Keyword], settings: SpeechSettings) -> list[Keyword]:
    """An engine that surely knows none of the names."""
    return []


def nothing_missing(session: Session) -> Failed | None:
    """An engine that needs nothing but sound."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One recogniser, as the stage uses it.

    ``version`` names it and its model, and raises ``ConfigurationError`` where they are missing. ``open`` makes ready
    for a session and gives the recogniser of each track. ``hints`` are the names that it may be told, of which its
    words depend; ``told`` are those of them that it surely is told. ``missing`` says what a session lacks.

    Where it was told every name, the sound is searched for them only where it was less sure of a word than
    ``sure_probability``, or heard what sounds like one, and elsewhere where it was less sure than ``doubtful`` asks
    for; None where nobody measured that this finds as much.

    ``second_listener`` hears what was rendered once more, and is told no name; None where sphinx does so.
    """

    version: Callable[[SpeechSettings], str]
    open: Callable[[Sequence[Keyword], SpeechSettings], ForTrack]
    hints: Callable[[Sequence[Keyword]], list[Keyword]] = no_hints
    told: Callable[[Sequence[Keyword], SpeechSettings], list[Keyword]] = nothing_told
    missing: Callable[[Session], Failed | None] = nothing_missing
    sure_probability: float | None = None
    second_listener: Callable[[SpeechSettings], Recogniser] | None = None


def for_all_tracks(recogniser: Recogniser) -> ForTrack:
    """The same recogniser for every track."""
    return lambda session, track: recogniser
