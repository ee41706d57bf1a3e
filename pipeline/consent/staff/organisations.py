"""Files what agreements with organisations say, and what an organisation is known by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipeline.consent.log.agreements import PUBLICATION, Clause, Kind, known_as
from pipeline.consent.log.events import Draft, EventState, Method, canonical
from pipeline.consent.log.identity import AliasKind, Keys, Verified
from pipeline.consent.log.log import events_under, writing
from pipeline.consent.log.parties import Claim, Directory
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace


def claim(name: str) -> Claim:
    """How an organisation is known: by its name alone, as staff entered it."""
    return (AliasKind.ORGANISATION, name, Verified.STAFF)


def names_of(name: str, aliases: Iterable[str] = (), domains: Iterable[str] = ()) -> list[Claim]:
    """Everything that an organisation is known by, its name first."""
    named = [claim(form) for each in (name, *aliases) for form in known_as(each)]
    held = [(AliasKind.DOMAIN, domain.strip().lstrip("@"), Verified.STAFF) for domain in domains]
    return [*named, *held]


def agree(
    name: str,
    *,
    aliases: Iterable[str] = (),
    domains: Iterable[str] = (),
    kind: Kind,
    recording: Clause | None,
    publication: Clause | None,
    valid_from: datetime,
    valid_until: datetime | None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> int:
    """Files what an agreement with an organisation says; a later one of its kind replaces it. Returns the clauses."""
    clauses = [(Purpose.RECORD, recording), *((purpose, publication) for purpose in PUBLICATION)]
    keys, claims = Keys(workspace.key("identity")), names_of(name, aliases, domains)
    if any("." not in value or "@" in value for kind, value, _ in claims if kind is AliasKind.DOMAIN):
        raise UsageProblem("that is no domain of mail addresses", action="give it as granite.example")
    with writing(workspace, now=now) as log:
        directory = Directory(log.connection, keys, claims, now=now)
        there = [each for each in claims if directory.holders(each[0], each[1])]
        org_id = directory.settle([*there[:1], *claims])
        directory.save(log.connection)
        drafts = [
            Draft(
                party_id=org_id,
                purpose=purpose,
                scope="any",
                state=EventState.REFUSED if says is Clause.FORBIDDEN else EventState.REQUESTED,
                indicated_at=now,
                effective_from=valid_from,
                valid_until=valid_until,
                method=Method.AGREEMENT,
                subject=f"{kind}:{says}",
                evidence=("agreement", canonical({"kind": kind, "says": says})),
                entered_by=actor,
                reason=sealed(keys, evidence, org_id),
            )
            for purpose, says in clauses
            if says is not None
        ]
        known = {event.event_id for event in events_under(log.connection, (draft.row_key for draft in drafts))}
        return log.append(draft for draft in drafts if draft.event_id not in known)


def sealed(keys: Keys, text: str, party_id: str) -> str:
    """A text that staff wrote, encrypted and bound to whom it is about."""
    return keys.seal(text, party_id).hex()
