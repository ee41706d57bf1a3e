"""Requests to publish code, their answers, and who may answer for an organisation, as events of the consent log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log.agreements import agreements_of, forbidden, known_as
from pipeline.consent.log.events import Draft, EventState, Method, canonical, checked_body
from pipeline.consent.log.identity import AliasKind, Keys, Verified, is_address
from pipeline.consent.log.log import events_under, writing
from pipeline.consent.log.parties import Claim, Directory, find
from pipeline.consent.staff.code_rules import ApprovalStatus, Permission
from pipeline.consent.staff.organisations import claim, sealed
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.tables.consent import consent_event

_ANSWERS = {
    EventState.GIVEN: ApprovalStatus.YES,
    EventState.REFUSED: ApprovalStatus.NO,
    EventState.WITHDRAWN: ApprovalStatus.WITHDRAWN,
    EventState.REQUESTED: ApprovalStatus.PENDING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Where code is to go, under which SPDX licence, and who is named for it."""

    destination: str
    licence: str
    attribution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CodeEvent:
    """One event about code: a request, an answer or a delegation."""

    kind: str
    state: EventState
    digest: str
    terms: Terms
    approver: str
    at: datetime
    until: datetime | None


def ask(organisation: str, digest: str, terms: Terms, *, actor: str, workspace: Workspace, now: datetime) -> None:
    """Files that an organisation was asked about these bytes; the caller has scanned them."""
    _file(organisation, None, "request", digest, terms, EventState.REQUESTED, None, actor, "", workspace, now)


def answer(
    organisation: str,
    digest: str,
    terms: Terms,
    *,
    state: EventState,
    approver: str,
    until: datetime | None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> None:
    """Files what somebody (by address) answered for the organisation; whether they may is decided when it is used."""
    _file(organisation, approver, "answer", digest, terms, state, until, actor, evidence, workspace, now)


def delegate(
    organisation: str,
    person: str,
    *,
    until: datetime | None,
    ends: bool,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> None:
    """Files that somebody (by address) may speak for the organisation about code, or no longer may."""
    state = EventState.REVOKED if ends else EventState.GIVEN
    nothing = Terms(destination="", licence="")
    _file(organisation, person, "delegation", "", nothing, state, until, actor, evidence, workspace, now)


def permission(organisation: str, digest: str, terms: Terms, *, workspace: Workspace, now: datetime) -> Permission:
    """What is on file about publishing these bytes there under that licence; nothing is ever assumed."""
    keys = Keys(workspace.key("identity"))
    with unreadable_is_closed(), reading(workspace.db) as connection:
        aliases = find(connection, keys, [keys.hashed(AliasKind.ORGANISATION, name) for name in known_as(organisation)])
        org_ids = {alias.party_id for hits in aliases.values() for alias in hits}
        events = (
            [event for org_id in org_ids for event in _code_events(connection, org_id)] if len(org_ids) == 1 else []
        )
        events = [event for event in events if event.at <= now or event.state is not EventState.GIVEN]
        clauses = [clause for hits in agreements_of(connection, org_ids).values() for clause in hits]
    deadline = timedelta(days=workspace.settings.consent.hold_deadline_days)
    permission_now = _standing(events, digest, terms, now, deadline)
    return replace(permission_now, forbidden=Purpose.CODE_PUBLISH in forbidden(clauses, now, now=now))


def _standing(
    events: Sequence[_CodeEvent], digest: str, terms: Terms, now: datetime, deadline: timedelta
) -> Permission:
    """The latest word about these bytes; else an approval of other bytes for that place, which does not carry over."""
    about = [event for event in events if event.kind in ("request", "answer")]
    exact = [event for event in about if event.digest == digest and event.terms == terms]
    latest = exact[-1] if exact else None
    if latest is None:
        near = [event for event in about if event.digest == digest or event.terms.destination == terms.destination]
        latest = near[-1] if near else None
    if latest is None:
        return Permission()
    if latest not in exact and latest.state is not EventState.GIVEN:
        own = [
            event
            for event in about
            if event.digest == digest and event.state in (EventState.REFUSED, EventState.WITHDRAWN)
        ]
        return Permission(status=_ANSWERS[own[-1].state]) if own else Permission()
    status = _ANSWERS[latest.state]
    if status is ApprovalStatus.PENDING and now > latest.at + deadline:
        status = ApprovalStatus.NEVER
    return Permission(
        status=status,
        same_bytes=latest.digest == digest,
        same_terms=latest.terms == terms,
        authorised=_may_speak(events, latest, latest.at) and _may_speak(events, latest, now),
        in_time=latest.until is None or now < latest.until,
    )


def _may_speak(events: Sequence[_CodeEvent], answered: _CodeEvent, at: datetime) -> bool:
    """Whether the approver's latest delegation of before a moment was in force at it."""
    theirs = [
        event
        for event in events
        if event.kind == "delegation" and event.approver == answered.approver and event.at <= at
    ]
    if not theirs:
        return False
    latest = theirs[-1]
    return latest.state is EventState.GIVEN and (latest.until is None or at < latest.until)


def _code_events(connection: Connection, org_id: str) -> list[_CodeEvent]:
    query = select(consent_event).where(consent_event.c.party_id == org_id).order_by(consent_event.c.seq)
    events = []
    for row in connection.execute(query):
        body = checked_body(row)
        if body["method"] != Method.CODE:
            continue
        kind, content = body["evidence"]
        values: dict[str, Any] = json.loads(content)
        events.append(
            _CodeEvent(
                kind=kind,
                state=EventState(body["state"]),
                digest=values["sha256"],
                terms=Terms(**values["terms"]),
                approver=values["approver"],
                at=datetime.fromisoformat(body["indicated_at"]),
                until=body["valid_until"] and datetime.fromisoformat(body["valid_until"]),
            )
        )
    return events


def _file(
    organisation: str,
    person: str | None,
    kind: str,
    digest: str,
    terms: Terms,
    state: EventState,
    until: datetime | None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> None:
    if person is not None and not is_address(person):
        raise UsageProblem(
            "that is not an e-mail address", action="give the address of the person who speaks for the organisation"
        )
    keys = Keys(workspace.key("identity"))
    who: Claim | None = (AliasKind.EMAIL, person, Verified.STAFF) if person else None
    with writing(workspace, now=now) as log:
        directory = Directory(log.connection, keys, [claim(organisation), *([who] if who else [])], now=now)
        org_id = directory.settle([claim(organisation)])
        approver = directory.settle([who]) if who else ""
        directory.save(log.connection)
        content = {
            "sha256": digest,
            "terms": {"destination": terms.destination, "licence": terms.licence, "attribution": terms.attribution},
            "approver": approver,
        }
        draft = Draft(
            party_id=org_id,
            purpose=Purpose.CODE_PUBLISH,
            scope=f"content:{digest}" if digest else "any",
            state=state,
            indicated_at=now,
            effective_from=now,
            valid_until=until,
            method=Method.CODE,
            subject=canonical([kind, content]),
            evidence=(kind, canonical(content)),
            entered_by=actor,
            reason=sealed(keys, evidence, org_id) if evidence else "",
        )
        known = {event.event_id for event in events_under(log.connection, [draft.row_key])}
        log.append([] if draft.event_id in known else [draft])
