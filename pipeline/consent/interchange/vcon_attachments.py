"""The consent of each participant of a session as attachments of a vCon, after draft-howe-vcon-lawful-basis-00."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.consent.evaluation.consent_state import ConsentState, most_restrictive, state_now
from pipeline.consent.evaluation.evaluate import evaluate
from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.interchange.vcon_format import stamp
from pipeline.consent.interchange.vocabulary import PURPOSES
from pipeline.consent.log.events import canonical, sha256
from pipeline.records import Cell, Purpose, Session
from pipeline.store import Workspace
from pipeline.store.database import unreadable_is_closed

_DRAFT = "draft-howe-vcon-lawful-basis-00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantConsent:
    """One participant's consent as a session's vCon tells it: who they are stays out, how sure that is stays in."""

    participant_id: str
    identity: str
    states: dict[Purpose, ConsentState]
    cells: tuple[Cell, ...]


def participant_consents(session: Session, *, workspace: Workspace, now: datetime) -> tuple[ParticipantConsent, ...]:
    """The consent of everybody in a session, in the order of its participants; raises ``ConsentUnreadable``."""
    with unreadable_is_closed():
        snapshot = read_snapshot(session, workspace=workspace, now=now)
    cells = evaluate(snapshot, now=now).cells
    purposes = [purpose for purpose in Purpose if PURPOSES[purpose].vcon]
    return tuple(
        ParticipantConsent(
            participant_id=person.participant_id,
            identity=snapshot.matches[person.participant_id].identity.value,
            states={
                purpose: most_restrictive(
                    state_now(snapshot.events_for(party_id, purpose), session, now, snapshot.trusted)
                    for party_id in snapshot.matches[person.participant_id].party_ids
                )
                for purpose in purposes
            },
            cells=tuple(cell for cell in cells if cell.participant_id == person.participant_id),
        )
        for person in session.participants
    )


def attachments(
    people: Sequence[ParticipantConsent], *, vcon_uuid: str, dialog_sha256: str, now: datetime
) -> list[dict[str, Any]]:
    """One attachment for each participant, its body bound to this vCon by a hash over both."""
    return [
        {
            "purpose": "lawful_basis",
            "type": "lawful_basis",
            "start": stamp(_latest(person) or now),
            "party": index,
            "dialog": 0,
            "mediatype": "application/json",
            "encoding": "json",
            "body": _body(person, vcon_uuid, dialog_sha256, now),
        }
        for index, person in enumerate(people)
    ]


def hashes_of(people: Sequence[ParticipantConsent]) -> Iterator[str]:
    """The digests of the notices that the attachments name."""
    for person in people:
        events = (state.event for state in person.states.values() if state.event)
        yield from (event.notice for event in events if event.notice)


def content_hash(body: dict[str, Any]) -> str:
    """The SHA-256 over a body in canonical form, without the hash itself."""
    return sha256(canonical({key: value for key, value in body.items() if key != "content_hash"}))


def _body(person: ParticipantConsent, vcon_uuid: str, dialog_sha256: str, now: datetime) -> dict[str, Any]:
    granted = [state.event for state in person.states.values() if state.status is ConsentStatus.GIVEN and state.event]
    ends = min((event.valid_until for event in granted if event.valid_until), default=None)
    body: dict[str, Any] = {
        "lawful_basis": "consent",
        "expiration": stamp(ends) if ends else None,
        "status_interval": "1d",
        "purpose_grants": [grant for purpose, state in person.states.items() for grant in _grants(purpose, state, now)],
        "proof_mechanisms": _proofs(person),
        "metadata": {
            "x-oh": {
                "draft": _DRAFT,
                "vcon_uuid": vcon_uuid,
                "dialog_sha256": dialog_sha256,
                "identity": person.identity,
                "states": {purpose.value: state.status.value for purpose, state in person.states.items()},
                "decisions": [
                    {
                        "purpose": cell.purpose.value,
                        "start_ms": round(cell.interval.start_s * 1000),
                        "end_ms": round(cell.interval.end_s * 1000),
                        "outcome": cell.outcome.value,
                        "rule": cell.rule_id,
                    }
                    for cell in person.cells
                ],
            }
        },
    }
    value = content_hash(body)
    return {**body, "content_hash": {"algorithm": "sha-256", "canonicalization": "jcs", "value": value}}


def _grants(purpose: Purpose, state: ConsentState, now: datetime) -> Iterator[dict[str, Any]]:
    terms = PURPOSES[purpose]
    for name in terms.vcon:
        grant = {
            "purpose": name,
            "granted": state.status is ConsentStatus.GIVEN,
            "granted_at": stamp(state.event.indicated_at if state.event else now),
        }
        yield {**grant, "conditions": list(terms.conditions)} if terms.conditions else grant


def _proofs(person: ParticipantConsent) -> list[dict[str, Any]]:
    """The events that the states stand on: when, and on which notice; never a hash of what somebody typed."""
    events = {state.event.event_id: state.event for state in person.states.values() if state.event}
    return [
        {
            "proof_type": "external_system",
            "timestamp": stamp(event.indicated_at),
            "proof_data": {"system": "offrecord", "row_ref": event.event_id, "notice_sha256": event.notice},
        }
        for event in sorted(events.values(), key=lambda event: event.seq)
    ]


def _latest(person: ParticipantConsent) -> datetime | None:
    return max((state.event.indicated_at for state in person.states.values() if state.event), default=None)
