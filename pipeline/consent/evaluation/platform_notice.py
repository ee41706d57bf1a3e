"""What the platform's list of participants adds to consent: its own notice's answers, and doubt about its clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pipeline.consent.evaluation.consent_state import SKEW, ConsentState, most_restrictive
from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.log.events import Event
from pipeline.consent.log.notice_deliveries import NoticeDelivery, Reach
from pipeline.records import Attendance, Interval, Participant, Purpose, Session


def answered(session: Session, person: Participant, interval: Interval) -> Attendance | None:
    """The stay with the latest answer to the platform's notice by the start of an interval, a no before a yes."""
    answers = [
        stay
        for stay in session.stays(person.participant_id)
        if stay.accepted_platform_notice is not None and stay.join_s <= interval.start_s
    ]
    return max(answers, key=lambda stay: (stay.join_s, not stay.accepted_platform_notice), default=None)


def evidence(session: Session) -> str:
    """What the platform's answers are kept in: the sealed list of participants."""
    return next((f"roster_{sealed.digest}" for sealed in session.sealed if sealed.kind == "roster"), "roster")


def delivered(session: Session) -> tuple[NoticeDelivery, ...]:
    """The platform's own notice, delivered to each who accepted it when they joined."""
    return tuple(
        NoticeDelivery(
            notice=f"platform:{session.platform}",
            session_id=session.session_id,
            participant_id=stay.participant_id,
            since=session.started_at + timedelta(seconds=stay.join_s),
            at=session.started_at + timedelta(seconds=stay.join_s),
            reach=Reach.INDIVIDUAL,
            evidence=evidence(session),
        )
        for stay in session.attendance
        if stay.accepted_platform_notice
    )


def with_answers(
    state: ConsentState, session: Session, person: Participant, interval: Interval, events: Iterable[Event]
) -> ConsentState:
    """Consent when they spoke, with the platform's list: declining its notice is a refusal; M5 for an unsure clock."""
    stay = answered(session, person, interval)
    refused = stay is not None and stay.accepted_platform_notice is False
    change = next((event for event in events if _is_unsure(event, session, person, interval)), None)
    return most_restrictive(
        [
            ConsentState(ConsentStatus.REFUSED) if refused else state,
            state,
            ConsentState(ConsentStatus.UNKNOWN, change) if change else state,
        ]
    )


def _is_unsure(event: Event, session: Session, person: Participant, interval: Interval) -> bool:
    """Rule M5: whether consent to the recording changed in a stay whose times are off by more than ``SKEW``."""
    if event.purpose is not Purpose.RECORD:
        return False
    at_s = (event.effective_from - session.started_at) / timedelta(seconds=1)
    return any(
        stay.uncertainty_s > SKEW.total_seconds()
        and stay.join_s <= interval.start_s < stay.leave_s
        and stay.join_s - stay.uncertainty_s <= at_s <= stay.leave_s + stay.uncertainty_s
        for stay in session.stays(person.participant_id)
    )
