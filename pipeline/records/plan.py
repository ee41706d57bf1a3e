"""What is to be taken out of one session for one audience."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pipeline.records.finding import TextPlace
from pipeline.records.picture import PicturePlan
from pipeline.records.vocabulary import Audience, Purpose

REMOVED = "[removed participant]"
"""What stands in the place of the name of somebody who is removed, in a part of the session or in all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionInterval:
    """A span of sound to take out; ``track_id`` None means every track, ``reasons`` say why it is so wide."""

    start_s: float
    end_s: float
    track_id: str | None = None
    reasons: tuple[str, ...] = ()
    proposal_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTerm:
    """A text that may appear nowhere in the output, and what stands in its place."""

    text: str
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissedPlace:
    """Where a person listened and did not hear the term that listening again hears there; ``term`` in small letters."""

    term: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEdit:
    """A span of a text of the session to replace."""

    place: TextPlace
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordEdit:
    """A half-open range of transcript words to replace."""

    words: tuple[int, int]
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedInterval:
    """A span in which one participant, or with None everybody, leaves no word, chat line or caption."""

    start_s: float
    end_s: float
    participant_id: str | None = None

    def takes(self, participant_id: str | None, start_s: float, end_s: float) -> bool:
        """Whether something said or written from ``start_s`` to ``end_s`` goes; what may be anybody's goes too."""
        theirs = self.participant_id is None or participant_id in (None, self.participant_id)
        return theirs and start_s < self.end_s and end_s > self.start_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlan(ABC):
    """What is taken out of the words of a session that are read for one purpose and shown to nobody.

    Only the review stage makes one, and no rendition is made from it. ``windows``, ``terms``, ``word_edits``,
    ``text_edits``, ``removed``, ``removed_intervals`` and ``keep_tracks`` are as in ``ApprovedPlan``.
    """

    session_id: str
    purpose: Purpose
    windows: tuple[RedactionInterval, ...]
    terms: tuple[PlannedTerm, ...]
    word_edits: tuple[WordEdit, ...]
    text_edits: tuple[TextEdit, ...]
    removed: frozenset[str]
    removed_intervals: tuple[RemovedInterval, ...]
    keep_tracks: tuple[str, ...]

    @abstractmethod
    def _made_by_review(self) -> None:
        """Implemented in the review stage alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan(ABC):
    """Everything that is to be taken out of one session for one audience; only the review stage makes one.

    ``removed`` leave no trace at all, ``removed_intervals`` says who leaves none in a part of it; ``picture``
    None is no picture.
    """

    session_id: str
    audience: Audience
    windows: tuple[RedactionInterval, ...]
    terms: tuple[PlannedTerm, ...] = ()
    text_edits: tuple[TextEdit, ...] = ()
    word_edits: tuple[WordEdit, ...] = ()
    removed: frozenset[str] = frozenset()
    removed_intervals: tuple[RemovedInterval, ...] = ()
    keep_tracks: tuple[str, ...] = ()
    picture: PicturePlan | None = None
    kept: tuple[str, ...] = ()
    """Texts that people decided to keep, or allowed: no leak although they may sound like a term."""
    dismissed: tuple[DismissedPlace, ...] = ()
    signed_off_by: str | None = None

    @abstractmethod
    def _made_by_review(self) -> None:
        """Implemented in the review stage alone."""
