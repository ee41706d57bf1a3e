"""Previews that participants were shown before a public release, what they answered, and what staff decided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, func, select

from pipeline.errors import UsageProblem
from pipeline.store import ledger
from pipeline.store.database import reading
from pipeline.store.tables.releases import preview_act

Acts = tuple["PreviewEvent", ...]


class PreviewAct(StrEnum):
    """What happened: a preview was made, its participant agreed or objected, somebody decided about an objection."""

    MADE = "made"
    AGREED = "agreed"
    OBJECTED = "objected"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewEvent:
    """One act about one participant's preview; ``body`` is what was previewed, as its maker wrote it."""

    seq: int
    participant_id: str
    act: PreviewAct
    body: str
    actor: str
    reason: str
    at: datetime


def record(
    db: Engine,
    session_id: str,
    participant_id: str,
    act: PreviewAct,
    *,
    actor: str,
    reason: str,
    now: datetime,
    body: str = "",
) -> int:
    """Keeps one act and gives its number; raises ``UsageProblem`` when actor or reason is blank."""
    if not actor.strip() or not reason.strip():
        raise UsageProblem("this needs an actor and a reason", action="give --by and --reason")
    row = {"session_id": session_id, "participant_id": participant_id, "act": act.value}
    with db.begin() as connection:
        kept = preview_act.insert().values(**row, body=body, actor=actor, reason=reason, acted_at=now.isoformat())
        seq: int = connection.execute(kept.returning(preview_act.c.seq)).scalar_one()
        mark = hashlib.sha256(actor.encode()).hexdigest()[:12]
        ledger.append(connection, f"preview {act.value}", f"{seq}", {**row, "actor": mark})
    return seq


def events(db: Engine, session_id: str) -> Acts:
    """Every act about the previews of a session, in order."""
    query = select(preview_act).where(preview_act.c.session_id == session_id).order_by(preview_act.c.seq)
    with reading(db) as connection:
        return tuple(
            PreviewEvent(
                seq=row.seq,
                participant_id=row.participant_id,
                act=PreviewAct(row.act),
                body=row.body,
                actor=row.actor,
                reason=row.reason,
                at=datetime.fromisoformat(row.acted_at),
            )
            for row in connection.execute(query)
        )


def objecting(acts: Acts) -> list[str]:
    """Whose objection stands: nobody decided about it, and they did not take it back."""
    latest = {event.participant_id: event.act for event in acts if event.act is not PreviewAct.MADE}
    return [participant_id for participant_id, act in latest.items() if act is PreviewAct.OBJECTED]


def latest_made(acts: Acts, participant_id: str) -> PreviewEvent | None:
    """The newest preview of a participant."""
    own = [event for event in acts if event.participant_id == participant_id and event.act is PreviewAct.MADE]
    return own[-1] if own else None


def heads(db: Engine) -> dict[str, str]:
    """For each session with previews a mark that changes with every act."""
    query = select(preview_act.c.session_id, func.max(preview_act.c.seq)).group_by(preview_act.c.session_id)
    with reading(db) as connection:
        return {session_id: f"preview:{seq}" for session_id, seq in connection.execute(query)}
