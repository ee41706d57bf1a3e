"""Explains a session's consent: for each person and purpose the outcome, its rule, the reason and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.consent import on_file
from pipeline.consent.matrix import decide_session
from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.database import unreadable_is_closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One cell in words; ``person`` is an id unless names were asked for, the times are seconds of the session."""

    person: str
    from_s: float
    to_s: float
    purpose: str
    outcome: str
    rule: str
    reason: str
    evidence: tuple[str, ...]


def explain(session: Session, *, workspace: Workspace, now: datetime, names: bool = False) -> tuple[Explained, ...]:
    """Every cell of a session, also of one that is held or refused; raises ``ConsentUnreadable``."""
    with unreadable_is_closed():
        filed = on_file.read(session, workspace=workspace)
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
        )
        for cell in decide_session(session, filed, now=now).cells
    )
