"""What people decided about cells that were held: an append-only chain of acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.records import Purpose
from pipeline.store.chains import Chain
from pipeline.store.tables.rulings import manual_decision


class ManualAction(StrEnum):
    """What a person decided about a held cell."""

    ALLOW = "allow"
    KEEP_OUT = "keep_out"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualDecision:
    """One act as the chain holds it; ``bases`` are the grounds of the holds that it speaks of.

    ``account`` is the mark of the account that its maker decided from by command; None on a page, and where several
    people share it, so that only names tell them apart.
    """

    seq: int
    participant_id: str
    purpose: Purpose
    act: ManualAction
    bases: frozenset[str]
    actor: str
    at: datetime
    account: str | None = None


def of_session(connection: Connection, session_id: str) -> tuple[ManualDecision, ...]:
    """The acts about a session that were not undone, in order; raises ``ConsentUnreadable`` for a changed one."""
    query = select(manual_decision).where(manual_decision.c.session_id == session_id).order_by(manual_decision.c.seq)
    in_force: list[ManualDecision] = []
    for act in (_read(row) for row in connection.execute(query)):
        about = (act.participant_id, act.purpose)
        if act.act is ManualAction.UNDO:
            in_force = [each for each in in_force if (each.participant_id, each.purpose) != about]
        else:
            in_force.append(act)
    return tuple(in_force)


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first act that does not hold."""
    CHAIN.verify(connection, _read)


def append(connection: Connection, body: Mapping[str, Any], session_id: str) -> int:
    """Adds an act within a transaction of the caller's; returns its number."""
    with CHAIN.appending(connection) as add:
        return add({**body, "session_id": session_id}).seq


def _read(row: Any) -> ManualDecision:
    body = CHAIN.body(row)
    return ManualDecision(
        seq=row.seq,
        participant_id=body["participant_id"],
        purpose=Purpose(body["purpose"]),
        act=ManualAction(body["act"]),
        bases=frozenset(body["bases"]),
        actor=body["actor"],
        at=datetime.fromisoformat(body["at"]),
        account=None if body.get("account_is_shared") else body.get("account"),
    )


def _broken(seq: object) -> ConsentUnreadable:
    return unreadable(f"what people decided about holds is not as it was written, at act {seq}")


CHAIN = Chain(manual_decision, repeats=("session_id",), changed=_broken)
