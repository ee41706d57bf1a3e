"""Explains a session's consent: for each person and purpose the outcome, its rule, the reason and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.consent.evaluation import snapshot
from pipeline.consent.evaluation.evaluate import Decided, decide_session
from pipeline.consent.log import decisions
from pipeline.consent.log.decisions import Kept
from pipeline.records import Cell, Outcome, Session
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One cell in words; ``person`` is an id unless names were asked for, the times are seconds of the session.

    ``due`` is the day by which somebody settles what is held, else empty.
    """

    person: str
    from_s: float
    to_s: float
    purpose: str
    outcome: str
    rule: str
    reason: str
    evidence: tuple[str, ...]
    due: str = ""


def explain(session: Session, *, workspace: Workspace, now: datetime, names: bool = False) -> tuple[Explained, ...]:
    """Every cell of a session, also of one that is held or refused; raises ``ConsentUnreadable``."""
    with unreadable_is_closed():
        filed = snapshot.read(session, workspace=workspace)
    found = decide_session(session, filed, now=now)
    return tuple(
        Explained(
            person=session.participant(cell.participant_id).name if names else cell.participant_id,
            from_s=cell.interval.start_s,
            to_s=cell.interval.end_s,
            purpose=cell.purpose.value,
            outcome=cell.outcome.value,
            rule=cell.rule_id,
            reason=cell.reason,
            evidence=cell.evidence,
            due=_due(cell, found),
        )
        for cell in found.cells
    )


def _due(cell: Cell, found: Decided) -> str:
    at = found.due.get((cell.participant_id, cell.purpose)) if cell.outcome is Outcome.HOLD else None
    return at.date().isoformat() if at else ""


def decided(session: Session, *, workspace: Workspace) -> tuple[Kept, ...]:
    """Every decision that was made about a session, in order, with its inputs; by ids alone."""
    with reading(workspace.db) as connection:
        return decisions.history(connection, session.session_id)
