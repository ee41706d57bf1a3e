"""The consent of each participant of a session as attachments of a vCon, after draft-howe-vcon-lawful-basis-00."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.consent.evaluation import snapshot
from pipeline.consent.evaluation.consent_state import Standing, standing_now, worst
from pipeline.consent.evaluation.evaluate import decide_session
from pipeline.consent.evaluation.rule_tables import State
from pipeline.consent.interchange.vcon_format import stamp
from pipeline.consent.interchange.vocabulary import PURPOSES
from pipeline.consent.log.events import canonical, sha256
from pipeline.records import Cell, Purpose, Session
from pipeline.store import Workspace
from pipeline.store.database import unreadable_is_closed

_DRAFT = "draft-howe-vcon-lawful-basis-00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """One participant's consent as a session's vCon tells it: who they are stays out, how sure that is stays in."""

    participant_id: str
    identity: str
    standings: dict[Purpose, Standing]
    cells: tuple[Cell, ...]


def stood(session: Session, *, workspace: Workspace, now: datetime) -> tuple[Stood, ...]:
    """The consent of everybody in a session, in the order of its participants; raises ``ConsentUnreadable``."""
    with unreadable_is_closed():
        filed = snapshot.read(session, workspace=workspace)
    cells = decide_session(session, filed, now=now).cells
    purposes = [purpose for purpose in Purpose if PURPOSES[purpose].vcon]
    return tuple(
        Stood(
            participant_id=person.participant_id,
            identity=filed.matches[person.participant_id].identity.value,
            standings={
                purpose: worst(
                    standing_now(filed.events_for(party_id, purpose), session, now, filed.trusted)
                    for party_id in filed.matches[person.participant_id].party_ids
                )
                for purpose in purposes
            },
            cells=tuple(cell for cell in cells if cell.participant_id == person.participant_id),
        )
        for person in session.participants
    )


def attachments(people: Sequence[Stood], *, vcon_uuid: str, dialog_sha256: str, now: datetime) -> list[dict[str, Any]]:
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


def hashes_of(people: Sequence[Stood]) -> Iterator[str]:
    """The digests of the notices that the attachments name."""
    for person in people:
        yield from (notice for standing in person.standings.values() if (notice := _notice(standing)))


def content_hash(body: dict[str, Any]) -> str:
    """The SHA-256 over a body in canonical form, without the hash itself."""
    return sha256(canonical({key: value for key, value in body.items() if key != "content_hash"}))


def _body(person: Stood, vcon_uuid: str, dialog_sha256: str, now: datetime) -> dict[str, Any]:
    given = [one.event for one in person.standings.values() if one.state is State.GIVEN and one.event]
    ends = min((event.valid_until for event in given if event.valid_until), default=None)
    body: dict[str, Any] = {
        "lawful_basis": "consent",
        "expiration": stamp(ends) if ends else None,
        "status_interval": "1d",
        "purpose_grants": [grant for purpose, one in person.standings.items() for grant in _grants(purpose, one, now)],
        "proof_mechanisms": _proofs(person),
        "metadata": {
            "x-oh": {
                "draft": _DRAFT,
                "vcon_uuid": vcon_uuid,
                "dialog_sha256": dialog_sha256,
                "identity": person.identity,
                "states": {purpose.value: one.state.value for purpose, one in person.standings.items()},
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


def _grants(purpose: Purpose, standing: Standing, now: datetime) -> Iterator[dict[str, Any]]:
    terms = PURPOSES[purpose]
    for name in terms.vcon:
        grant = {
            "purpose": name,
            "granted": standing.state is State.GIVEN,
            "granted_at": stamp(standing.event.indicated_at if standing.event else now),
        }
        yield {**grant, "conditions": list(terms.conditions)} if terms.conditions else grant


def _proofs(person: Stood) -> list[dict[str, Any]]:
    """The events that the states stand on: when, and on which notice; never a hash of what somebody typed."""
    events = {one.event.event_id: one.event for one in person.standings.values() if one.event}
    return [
        {
            "proof_type": "external_system",
            "timestamp": stamp(event.indicated_at),
            "proof_data": {"system": "offrecord", "row_ref": event.event_id, "notice_sha256": event.notice},
        }
        for event in sorted(events.values(), key=lambda event: event.seq)
    ]


def _notice(standing: Standing) -> str | None:
    return standing.event.notice if standing.event else None


def _latest(person: Stood) -> datetime | None:
    return max((one.event.indicated_at for one in person.standings.values() if one.event), default=None)
