"""Organisations: what their agreements forbid, and who may speak for them; an organisation can only take away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from pipeline.consent.events import Draft, EventState, Method, canonical, checked_body
from pipeline.consent.identity import AliasKind, Keys, Verified
from pipeline.consent.log import events_under, writing
from pipeline.consent.parties import Claim, Directory, chunks, find
from pipeline.consent.reasons import reason_of
from pipeline.records import Cell, Outcome, Participant, Purpose, Role, Session
from pipeline.store import Workspace
from pipeline.store.consent_tables import consent_event

PUBLICATION = (Purpose.PUBLIC_RECORDING, Purpose.PUBLIC_QUOTE, Purpose.CODE_PUBLISH)


class Kind(StrEnum):
    """What sort of paper an agreement is: of each kind the latest in force counts, over all kinds the strictest."""

    NDA = "nda"
    MSA = "msa"
    DPA = "dpa"
    RECORDING_POLICY = "recording_policy"
    PUBLICATION_CLAUSE = "publication_clause"


class Says(StrEnum):
    """What an agreement says of recording or of publication; all but ``forbidden`` leave it to each person."""

    ALLOWED = "allowed"
    NOTICE = "notice"
    PER_ITEM_APPROVAL = "per_item_approval"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One clause as it was filed: what it forbids, from when, until when."""

    event_id: str
    kind: Kind
    purpose: Purpose
    says: Says
    valid_from: datetime
    valid_until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


def claim(name: str) -> Claim:
    """How an organisation is known: by its name alone, as staff entered it."""
    return (AliasKind.ORGANISATION, name, Verified.STAFF)


def agree(
    name: str,
    *,
    kind: Kind,
    recording: Says | None,
    publication: Says | None,
    valid_from: datetime,
    valid_until: datetime | None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> int:
    """Files what an agreement with an organisation says; a later one of its kind replaces it. Returns the clauses."""
    said = [(Purpose.RECORD, recording), *((purpose, publication) for purpose in PUBLICATION)]
    keys = Keys(workspace.key("identity"))
    with writing(workspace, now=now) as log:
        directory = Directory(log.connection, keys, [claim(name)], now=now)
        org_id = directory.settle([claim(name)])
        directory.save(log.connection)
        drafts = [
            Draft(
                party_id=org_id,
                purpose=purpose,
                scope="any",
                state=EventState.REFUSED if says is Says.FORBIDDEN else EventState.REQUESTED,
                indicated_at=now,
                effective_from=valid_from,
                valid_until=valid_until,
                method=Method.AGREEMENT,
                subject=f"{kind}:{says}",
                evidence=("agreement", canonical({"kind": kind, "says": says})),
                entered_by=actor,
                reason=sealed(keys, evidence, org_id),
            )
            for purpose, says in said
            if says is not None
        ]
        known = {event.event_id for event in events_under(log.connection, (draft.row_key for draft in drafts))}
        return log.append(draft for draft in drafts if draft.event_id not in known)


def sealed(keys: Keys, text: str, party_id: str) -> str:
    """A text that staff wrote, encrypted and bound to whom it is about."""
    return keys.seal(text, party_id).hex()


def read(connection: Connection, keys: Keys, session: Session) -> Mapping[str, tuple[Agreement, ...]]:
    """The agreements that each participant's organisation has, by participant id."""
    names = {person.participant_id: _organisation(person, session) for person in session.participants}
    hashes = {who: keys.hashed(AliasKind.ORGANISATION, name) for who, name in names.items() if name}
    found = find(connection, keys, hashes.values())
    parties = {who: [alias.party_id for alias in found.get(value, ())] for who, value in hashes.items()}
    agreements = agreements_of(connection, [one for some in parties.values() for one in some])
    return {
        who: tuple(agreement for one in ids for agreement in agreements.get(one, ())) for who, ids in parties.items()
    }


def agreements_of(connection: Connection, org_ids: Iterable[str]) -> dict[str, list[Agreement]]:
    """The agreements of these organisations, in the order in which they were filed."""
    found: dict[str, list[Agreement]] = {}
    for some in chunks(sorted(set(org_ids))):
        query = select(consent_event).where(consent_event.c.party_id.in_(some)).order_by(consent_event.c.seq)
        for row in connection.execute(query):
            body = checked_body(row)
            if body["method"] != Method.AGREEMENT:
                continue
            says = json.loads(body["evidence"][1])
            agreement = Agreement(
                event_id=row.event_id,
                kind=Kind(says["kind"]),
                purpose=Purpose(body["purpose"]),
                says=Says(says["says"]),
                valid_from=datetime.fromisoformat(body["effective_from"]),
                valid_until=body["valid_until"] and datetime.fromisoformat(body["valid_until"]),
            )
            found.setdefault(row.party_id, []).append(agreement)
    return found


def forbidden(agreements: Iterable[Agreement], at: datetime) -> dict[Purpose, Agreement]:
    """What is forbidden at a moment, with the clause that forbids it: of each kind the latest in force counts."""
    latest: dict[tuple[Kind, Purpose], Agreement] = {}
    for one in agreements:
        if one.holds(at):
            latest[one.kind, one.purpose] = one
    return {one.purpose: one for one in latest.values() if one.says is Says.FORBIDDEN}


def closed(
    cells: Sequence[Cell], session: Session, agreements: Mapping[str, Sequence[Agreement]], *, now: datetime
) -> list[Cell]:
    """Rule M1: what anybody's organisation forbids is refused for the whole session; nobody's yes opens it.

    What was in force when the session began counts, and what is in force now; without recording there is no use.
    """
    found: dict[Purpose, Agreement] = {}
    for some in agreements.values():
        found |= {**forbidden(some, session.started_at), **forbidden(some, now)}
    return [_closed(cell, found) for cell in cells]


def _closed(cell: Cell, found: Mapping[Purpose, Agreement]) -> Cell:
    clause = found.get(Purpose.RECORD) or found.get(cell.purpose)
    if clause is None:
        return cell
    evidence = tuple(dict.fromkeys((*cell.evidence, clause.event_id)))
    return replace(cell, outcome=Outcome.REFUSE, rule_id="M1", reason=reason_of("M1"), evidence=evidence)


def _organisation(person: Participant, session: Session) -> str | None:
    own = person.role is Role.STAFF and person.company is None
    name = session.host if own else person.company
    return name if name and name.strip() else None
