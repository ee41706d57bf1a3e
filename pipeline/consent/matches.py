"""What staff said about who a participant is: a chain of acts, each bound to the very participant that it speaks of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.events import canonical, sha256
from pipeline.consent.identity import Keys
from pipeline.errors import ConsentUnreadable
from pipeline.store.match_tables import staff_match

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMatch:
    """One act: staff say that a participant is a party, or with None that they take it back.

    ``known_by`` is a hash of everything that the participant was known by then: who is known by something else is not
    the one that staff looked at.
    """

    session_id: str
    participant_id: str
    party_id: str | None
    known_by: str
    actor: str
    at: str


def standing(connection: Connection, keys: Keys, session_id: str) -> dict[str, StaffMatch]:
    """What holds in a session, by participant; raises ``ConsentUnreadable`` when an act was changed."""
    query = select(staff_match).where(staff_match.c.session_id == session_id).order_by(staff_match.c.seq)
    latest: dict[str, StaffMatch] = {}
    for row in connection.execute(query):
        keys.open(row.sealed, row.hash)
        act = _read(row)
        latest[act.participant_id] = act
    return {who: act for who, act in latest.items() if act.party_id is not None}


def append(connection: Connection, keys: Keys, act: StaffMatch, reason: str) -> int:
    """Adds an act, with its reason encrypted and bound to it; returns its number."""
    seq, previous = head(connection)
    fields = {name: getattr(act, name) for name in StaffMatch.__slots__}
    body = canonical({**fields, "seq": seq + 1, "prev_hash": previous})
    digest = sha256(body)
    row = {
        "seq": seq + 1,
        "session_id": act.session_id,
        "prev_hash": previous,
        "hash": digest,
        "body": body,
        "sealed": keys.seal(reason, digest),
    }
    connection.execute(staff_match.insert(), [row])
    return seq + 1


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last act."""
    query = select(staff_match.c.seq, staff_match.c.hash).order_by(staff_match.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first act that does not hold."""
    last = (0, GENESIS)
    for row in connection.execute(select(staff_match).order_by(staff_match.c.seq)):
        _read(row)
        if (row.seq - 1, row.prev_hash) != last:
            raise _broken(row.seq)
        last = (row.seq, row.hash)


def _read(row: Any) -> StaffMatch:
    if sha256(str(row.body)) != row.hash:
        raise _broken(row.seq)
    body = json.loads(row.body)
    if (body.pop("seq"), body.pop("prev_hash"), body["session_id"]) != (row.seq, row.prev_hash, row.session_id):
        raise _broken(row.seq)
    return StaffMatch(**body)


def _broken(seq: object) -> ConsentUnreadable:
    return ConsentUnreadable(
        f"what staff said about who is who is not as it was written, at act {seq}",
        action="nothing was processed; restore offrecord.db and heads from one backup",
    )
