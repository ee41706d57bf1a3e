"""Matches that staff entered: a chain of acts, each bound to what the participant was known by at the time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log.events import canonical, sha256
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.store.heads import head_of, walk
from pipeline.store.match_tables import staff_match


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
    query = select(staff_match).where(staff_match.c.session_id == session_id).order_by(staff_match.c.seq)
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
    last = head_of(connection, staff_match)
    seq = last.seq + 1
    fields = {name: getattr(act, name) for name in StaffMatch.__slots__}
    body = canonical({**fields, "seq": seq, "prev_hash": last.hash})
    digest = sha256(body)
    row = {
        "seq": seq,
        "session_id": act.session_id,
        "prev_hash": last.hash,
        "hash": digest,
        "body": body,
        "sealed": keys.seal(reason, digest),
    }
    connection.execute(staff_match.insert(), [row])
    return seq


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first act that does not hold."""
    walk(connection, staff_match, read=_read, broken=_broken)


def _read(row: Any) -> StaffMatch:
    if sha256(str(row.body)) != row.hash:
        raise _broken(row.seq)
    body = json.loads(row.body)
    if (body.pop("seq"), body.pop("prev_hash"), body["session_id"]) != (row.seq, row.prev_hash, row.session_id):
        raise _broken(row.seq)
    return StaffMatch(**body)


def _broken(seq: object) -> ConsentUnreadable:
    return unreadable(f"what staff said about who is who is not as it was written, at act {seq}")
