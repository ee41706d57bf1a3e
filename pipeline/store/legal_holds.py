"""Legal holds: each is placed by a person with a reason, and ends when somebody lifts it; both stay on file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, select

from pipeline.store import ledger
from pipeline.store.database import reading
from pipeline.store.tables.legal_holds import legal_hold

_KIND = "legal_hold"


class HoldAct(StrEnum):
    """What a person does about a hold."""

    PLACE = "place"
    LIFT = "lift"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHold:
    """A hold that stands: its id, the session's or party's id, who placed it, why (sealed), and when."""

    hold_id: str
    subject: str
    actor: str
    reason: bytes
    placed_at: str


def record(
    connection: Connection, hold_id: str, act: HoldAct, *, subject: str, actor: str, reason: bytes, now: datetime
) -> None:
    """Keeps one act within a transaction of the caller's, and notes it in the ledger without the reason."""
    row = {"hold_id": hold_id, "act": act.value, "subject": subject, "actor": actor, "reason": reason}
    connection.execute(legal_hold.insert().values(**row, acted_at=now.isoformat(timespec="seconds")))
    said_by = hashlib.sha256(actor.encode()).hexdigest()[:12]
    ledger.append(connection, _KIND, f"{hold_id}/{act}", {"subject": subject, "actor": said_by})


def standing(db: Engine) -> list[StoredHold]:
    """The holds that nobody lifted, in the order they were placed."""
    with reading(db) as connection:
        rows = connection.execute(select(legal_hold).order_by(legal_hold.c.seq)).all()
    lifted = {row.hold_id for row in rows if row.act == HoldAct.LIFT}
    return [
        StoredHold(hold_id=row.hold_id, subject=row.subject, actor=row.actor, reason=row.reason, placed_at=row.acted_at)
        for row in rows
        if row.act == HoldAct.PLACE and row.hold_id not in lifted
    ]
