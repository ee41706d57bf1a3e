"""Leases of sessions: who reviews one now, and until when, so that two people are not handed the same.

A lease is a courtesy and no lock: it says nothing of what somebody may decide, and ends by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, select

from pipeline.errors import UsageProblem
from pipeline.store import ledger
from pipeline.store.database import reading
from pipeline.store.tables.review import lease
from pipeline.store.upsert import insert

LEASE = timedelta(minutes=15)
"""How long a session is somebody's after the last thing that they did in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Whose a session is, until when."""

    session_id: str
    actor: str
    until: datetime


class LeasedByOther(UsageProblem):
    """The session is somebody else's for now."""

    def __init__(self, held: Lease) -> None:
        super().__init__(
            f"{held.actor} reviews this session until {held.until:%H:%M} UTC", action="take another session"
        )
        self.held = held

    def __reduce__(self) -> tuple[object, ...]:
        return (LeasedByOther, (self.held,))


def running(db: Engine, *, now: datetime) -> dict[str, Lease]:
    """Every lease that is not over, by session."""
    with reading(db) as connection:
        rows = connection.execute(select(lease))
        leases = (_lease(*row) for row in rows)
        return {each.session_id: each for each in leases if each.until > now}


def take(db: Engine, session_id: str, *, actor: str, now: datetime, take_over: bool = False) -> Lease:
    """Makes a session somebody's for a quarter of an hour from now; raises ``LeasedByOther`` where it is another's.

    With ``take_over`` it is taken from them, which the ledger notes.
    """
    with db.begin() as connection:
        held = _held(connection, session_id, now)
        if held is not None and held.actor != actor:
            if not take_over:
                raise LeasedByOther(held)
            marks = {"actor": _mark(actor), "before": _mark(held.actor)}
            ledger.append(connection, "lease taken over", f"{session_id} {now.isoformat()}", marks)
        return _keep(connection, session_id, actor, now)


def take_first(db: Engine, session_ids: Iterable[str], *, actor: str, now: datetime) -> Lease | None:
    """Makes the first of these sessions that is nobody else's somebody's; None where each is. Never one for two."""
    with db.begin() as connection:
        for session_id in session_ids:
            held = _held(connection, session_id, now)
            if held is None or held.actor == actor:
                return _keep(connection, session_id, actor, now)
    return None


def give_back(db: Engine, session_id: str, *, actor: str) -> None:
    """Ends somebody's lease of a session; nothing where it is not theirs."""
    with db.begin() as connection:
        connection.execute(delete(lease).where(lease.c.session_id == session_id, lease.c.actor == actor))


def _held(connection: Connection, session_id: str, now: datetime) -> Lease | None:
    row = connection.execute(select(lease).where(lease.c.session_id == session_id)).first()
    held = _lease(*row) if row else None
    return held if held is not None and held.until > now else None


def _keep(connection: Connection, session_id: str, actor: str, now: datetime) -> Lease:
    until = now + LEASE
    values = {"session_id": session_id, "actor": actor, "until": until.isoformat()}
    statement = insert(connection, lease).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))
    return Lease(session_id=session_id, actor=actor, until=until)


def _lease(session_id: str, actor: str, until: str) -> Lease:
    return Lease(session_id=session_id, actor=actor, until=datetime.fromisoformat(until))


def _mark(actor: str) -> str:
    return hashlib.sha256(actor.encode()).hexdigest()[:12]
