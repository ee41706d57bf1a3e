"""Matches that staff entered: a chain of acts, each bound to what the participant was known by at the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log.identity import Keys
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.store.chains import Chain
from pipeline.store.tables.rulings import identity_match


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMatch:
    """One act: staff match a participant to a party, or with None undo the match.

    ``known_by`` is a hash of everything that the participant was known by then: who is known by something else is not
    the one that staff looked at.
    """

    session_id: str
    participant_id: str
    party_id: str | None
    known_by: str
    actor: str
    at: str


def current(
    connection: Connection, keys: Keys, session_id: str, *, now: datetime | None = None
) -> dict[str, StaffMatch]:
    """What holds in a session, by participant; with ``now``, without matches that a wrong clock dated after it.

    Raises ``ConsentUnreadable`` when an act was changed.
    """
    query = select(identity_match).where(identity_match.c.session_id == session_id).order_by(identity_match.c.seq)
    latest: dict[str, StaffMatch] = {}
    for row in connection.execute(query):
        keys.open(row.sealed, row.hash)
        act = _read(row)
        if now is not None and act.party_id is not None and datetime.fromisoformat(act.at) > now:
            continue
        latest[act.participant_id] = act
    return {who: act for who, act in latest.items() if act.party_id is not None}


def append(connection: Connection, keys: Keys, act: StaffMatch, reason: str) -> int:
    """Adds an act, with its reason encrypted and bound to it; returns its number."""
    fields = {name: getattr(act, name) for name in StaffMatch.__slots__}
    with CHAIN.appending(connection) as add:
        return add(fields, extra=lambda digest: {"sealed": keys.seal(reason, digest)}).seq


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first act that does not hold."""
    CHAIN.verify(connection, _read)


def _read(row: Any) -> StaffMatch:
    return StaffMatch(**CHAIN.body(row))


def _broken(seq: object) -> ConsentUnreadable:
    return unreadable(f"what staff said about who is who is not as it was written, at act {seq}")


CHAIN = Chain(identity_match, repeats=("session_id",), changed=_broken, record=StaffMatch)
