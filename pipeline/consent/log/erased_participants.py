"""Who was erased from a session: what the record said of them is kept encrypted, and used only to close.

Their names and company keep out of what others say; company, place and role decide no more openly than before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log.identity import Keys
from pipeline.records import ERASED_NAME, Participant, Role, Session
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.tables.erasures import erased_participant
from pipeline.store.upsert import insert

PLACEHOLDER = ERASED_NAME
_NAMED = ("name", "aliases", "email", "platform_id", "company", "location", "role")


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """An erased participant: the party they were, and what the record said of them, encrypted."""

    party_id: str
    sealed: bytes


def of_session(connection: Connection, session_id: str) -> Mapping[str, ErasedRow]:
    """The erased participants of a session by their ids."""
    query = select(erased_participant).where(erased_participant.c.session_id == session_id)
    return {row.participant_id: ErasedRow(row.party_id, row.sealed) for row in connection.execute(query)}


def with_erased(session: Session, *, workspace: Workspace) -> Session:
    """The session as it is worked in memory: with the names that must stay out of what others say."""
    with unreadable_is_closed(), reading(workspace.db) as connection:
        erased = of_session(connection, session.session_id)
    return restored(session, erased, Keys(workspace.key("identity")))


def restored(session: Session, erased: Mapping[str, ErasedRow], keys: Keys) -> Session:
    """The session with what the record said of these participants before they were erased."""
    if not erased:
        return session
    people = tuple(_named(session, person, erased, keys) for person in session.participants)
    return replace(session, participants=people)


def put(connection: Connection, session: Session, person: Participant, party_id: str, keys: Keys) -> None:
    """Keeps a participant's names encrypted; the first time counts."""
    identity = {name: getattr(person, name) for name in _NAMED}
    values = {
        "session_id": session.session_id,
        "participant_id": person.participant_id,
        "party_id": party_id,
        "sealed": keys.seal(json.dumps(identity), _bound(session.session_id, person.participant_id)),
    }
    connection.execute(insert(connection, erased_participant).values(values).on_conflict_do_nothing())


def nameless(person: Participant) -> Participant:
    """A participant without anything that says who they are."""
    return replace(
        person,
        name=PLACEHOLDER,
        aliases=(),
        email=None,
        platform_id=None,
        company=None,
        location=None,
        role=Role.UNKNOWN,
    )


def _named(session: Session, person: Participant, gone: Mapping[str, ErasedRow], keys: Keys) -> Participant:
    if person.participant_id not in gone:
        return person
    sealed = gone[person.participant_id].sealed
    identity: dict[str, Any] = json.loads(keys.open(sealed, _bound(session.session_id, person.participant_id)))
    known = {**identity, "aliases": tuple(identity["aliases"]), "role": Role(identity.get("role", person.role))}
    return replace(person, **known)


def _bound(session_id: str, participant_id: str) -> str:
    return f"{session_id}\n{participant_id}"
