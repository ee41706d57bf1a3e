"""What consent says of each participant of a session under review, in one word for each use."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.records import Outcome, Purpose
from pipeline.workflow.review_material import ReviewSession

_IN_PART = "in part"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentBadge:
    """One participant: what holds of them in internal and in public renditions, or that it differs by time."""

    participant_id: str
    role: str
    internal: str
    public: str


def consent_badges(opened: ReviewSession) -> tuple[ConsentBadge, ...]:
    """Every participant of a session, with the outcomes of the ruling that its review stands on."""
    return tuple(
        ConsentBadge(
            participant_id=person.participant_id,
            role=person.role.value,
            internal=_outcome(opened, Purpose.INTERNAL_SHARE, person.participant_id),
            public=_outcome(opened, Purpose.PUBLIC_RECORDING, person.participant_id),
        )
        for person in opened.session.participants
    )


def _outcome(opened: ReviewSession, purpose: Purpose, participant_id: str) -> str:
    outcomes: set[Outcome] = {outcome for _, outcome in opened.ruling.spans(purpose, participant_id)}
    return outcomes.pop().value if len(outcomes) == 1 else _IN_PART
