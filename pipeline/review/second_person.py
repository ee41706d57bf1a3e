"""Whether somebody is the second of two people: by name, and by the account of the machine for acts by command."""

from __future__ import annotations

from sqlalchemy import Engine

from pipeline.records import Decision, Verdict
from pipeline.review import decision_log
from pipeline.review.actors import account_marks, is_same_person
from pipeline.store.database import reading


def has_decided(db: Engine, session_id: str, actor: str, *, is_account_shared: bool) -> bool:
    """Whether somebody ever decided anything in a session, under this name or from their account."""
    decided = decision_log.acts(db, session_id)
    with reading(db) as connection:
        accounts = account_marks(connection, "decision", [str(seq) for seq, _ in decided])
    return any(
        is_same_person(actor, act.actor, accounts.get(str(seq)), is_account_shared=is_account_shared)
        for seq, act in decided
    )


def others_flags(db: Engine, session_id: str, actor: str, *, is_account_shared: bool) -> dict[str, Decision]:
    """By proposal the acts of other people that leave it to a lead."""
    latest = {act.proposal_id: (seq, act) for seq, act in decision_log.acts(db, session_id)}
    flagged = {each: (seq, act) for each, (seq, act) in latest.items() if act.verdict is Verdict.FLAG}
    with reading(db) as connection:
        accounts = account_marks(connection, "decision", [str(seq) for seq, _ in flagged.values()])
    return {
        proposal_id: act
        for proposal_id, (seq, act) in flagged.items()
        if not is_same_person(actor, act.actor, accounts.get(str(seq)), is_account_shared=is_account_shared)
    }
