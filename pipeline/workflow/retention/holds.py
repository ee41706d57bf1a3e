"""Legal holds as staff place, list and lift them; whom or what each keeps from being removed."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log.identity import AliasKind, Keys, is_address
from pipeline.consent.log.parties import find
from pipeline.errors import UsageProblem
from pipeline.records import Session
from pipeline.store import Workspace, legal_holds
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.legal_holds import HoldAct, StoredHold
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import party


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """A hold that stands, for a person to read: ``subject`` is a session's or a party's id."""

    hold_id: str
    subject: str
    placed_by: str
    reason: str
    placed_at: str


def place_hold(who: str, *, actor: str, reason: str, workspace: Workspace, now: datetime) -> list[LegalHold]:
    """Places a hold on a session, by its id, or on everybody known by an address or party id.

    Raises ``UsageProblem`` where there is no such session or person, or actor or reason is blank.
    """
    _require(actor, reason)
    keys = Keys(workspace.key("identity"))
    placed: list[str] = []
    for subject in subjects_of(who, workspace):
        hold_id = f"hold_{secrets.token_hex(8)}"
        with workspace.db.begin() as connection:
            sealed = keys.seal(reason, hold_id)
            legal_holds.record(connection, hold_id, HoldAct.PLACE, subject=subject, actor=actor, reason=sealed, now=now)
        placed.append(hold_id)
    return [hold for hold in list_holds(workspace) if hold.hold_id in placed]


def lift_hold(hold_id: str, *, actor: str, reason: str, workspace: Workspace, now: datetime) -> LegalHold:
    """Lifts a hold, and gives it as it stood; raises ``UsageProblem`` where none of that id stands."""
    _require(actor, reason)
    lifted = next((hold for hold in list_holds(workspace) if hold.hold_id == hold_id), None)
    if lifted is None:
        raise UsageProblem("no legal hold with that id is in force", action="`offrecord retention holds` lists them")
    sealed = Keys(workspace.key("identity")).seal(reason, hold_id)
    with workspace.db.begin() as connection:
        legal_holds.record(
            connection, hold_id, HoldAct.LIFT, subject=lifted.subject, actor=actor, reason=sealed, now=now
        )
    return lifted


def list_holds(workspace: Workspace) -> list[LegalHold]:
    """Every hold that stands, in the order they were placed."""
    keys = Keys(workspace.key("identity"))
    return [
        LegalHold(
            hold_id=hold.hold_id,
            subject=hold.subject,
            placed_by=hold.actor,
            reason=keys.open(hold.reason, hold.hold_id),
            placed_at=hold.placed_at,
        )
        for hold in legal_holds.standing(workspace.db)
    ]


def holding(session: Session, standing: Collection[StoredHold], *, workspace: Workspace) -> tuple[str, ...]:
    """The ids of the holds on a session, or on anybody who is or may be one of its participants."""
    on_people = {hold.subject for hold in standing} - {session.session_id}
    there: set[str] = set()
    if on_people:
        matches = read_snapshot(session, workspace=workspace).matches.values()
        there = {party_id for match in matches for party_id in match.party_ids}
    return holding_any({session.session_id, *there}, standing)


def holding_any(subjects: Collection[str], standing: Iterable[StoredHold]) -> tuple[str, ...]:
    """The ids of the holds on any of these sessions and parties."""
    return tuple(hold.hold_id for hold in standing if hold.subject in subjects)


def subjects_of(who: str, workspace: Workspace) -> list[str]:
    """The id of a session or party, or the ids of everybody known by an address; raises ``UsageProblem`` if none is."""
    keys = Keys(workspace.key("identity"))
    if not is_address(who):
        with unreadable_is_closed(), reading(workspace.db) as connection:
            if connection.execute(select(party.c.party_id).where(party.c.party_id == who)).first():
                return [who]
        return [Registry(workspace.db).session(who).session_id]
    hashed = keys.hashed(AliasKind.EMAIL, who)
    with unreadable_is_closed(), reading(workspace.db) as connection:
        people = sorted({alias.party_id for alias in find(connection, keys, [hashed]).get(hashed, ())})
    if not people:
        raise UsageProblem("nobody is on file under that address", action="give the ids of the sessions they were in")
    return people


def _require(actor: str, reason: str) -> None:
    if not actor.strip() or not reason.strip():
        raise UsageProblem("a hold needs an actor and a reason", action="give --by and --reason")
