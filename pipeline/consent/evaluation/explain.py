"""Explains a session's consent: for each person and purpose the outcome, its rule, the reason and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.consent.evaluation.evaluate import Evaluation, evaluate
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log import decisions
from pipeline.consent.log.decisions import StoredDecision
from pipeline.records import Cell, Outcome, Session
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCell:
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


def explain(session: Session, *, workspace: Workspace, now: datetime, names: bool = False) -> tuple[ExplainedCell, ...]:
    """Every cell of a session, also of one that is held or refused; raises ``ConsentUnreadable``."""
    with unreadable_is_closed():
        snapshot = read_snapshot(session, workspace=workspace, now=now)
    evaluation = evaluate(snapshot, now=now)
    return tuple(
        ExplainedCell(
            person=(names and snapshot.session.participant(cell.participant_id).name) or cell.participant_id,
            from_s=cell.interval.start_s,
            to_s=cell.interval.end_s,
            purpose=cell.purpose.value,
            outcome=cell.outcome.value,
            rule=cell.rule_id,
            reason=cell.reason,
            evidence=cell.evidence,
            due=_due(cell, evaluation),
        )
        for cell in evaluation.cells
    )


def decision_history(session: Session, *, workspace: Workspace) -> tuple[StoredDecision, ...]:
    """Every decision that was made about a session, in order, with its inputs; by ids alone."""
    with reading(workspace.db) as connection:
        return decisions.history(connection, session.session_id)


def _due(cell: Cell, evaluation: Evaluation) -> str:
    at = evaluation.due.get((cell.participant_id, cell.purpose)) if cell.outcome is Outcome.HOLD else None
    return at.date().isoformat() if at else ""
