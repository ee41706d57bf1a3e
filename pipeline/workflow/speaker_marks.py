"""Whom reviewers' assignments of speakers are to, in the list of participants as it is now."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline import review
from pipeline.consent.evaluation.participant_match import known_marks
from pipeline.consent.log.identity import Keys
from pipeline.records import Ruling, Session, Transcript
from pipeline.review.finding_edits import FindingEdit
from pipeline.review.speaker_edits import AttributedTranscript
from pipeline.store import Workspace


def people_marks(workspace: Workspace, session: Session) -> Mapping[str, frozenset[str]]:
    """By id the marks of what each participant of a session is known by."""
    return known_marks(session, Keys(workspace.key("identity")))


def attributed(
    workspace: Workspace,
    session: Session,
    transcript: Transcript,
    ruling: Ruling,
    current: Mapping[int, FindingEdit],
) -> AttributedTranscript:
    """A transcript under the assignments of a session that hold, for its participants as they are now."""
    return review.attributed(transcript, current, ruling, people_marks(workspace, session))
