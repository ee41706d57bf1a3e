"""The rules that apply after the tables: minors (M2), agreements (M1), the policy (P1, P2); all but P1 only close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.consent.evaluation.explanations import reason_of
from pipeline.consent.evaluation.facts import Facts, is_internal
from pipeline.consent.evaluation.policy import Policy
from pipeline.consent.evaluation.rule_tables import ConsentStatus, Identity
from pipeline.consent.log.agreements import Agreement, forbidden
from pipeline.records import Cell, Outcome, Purpose, Session


def without_silent(cell: Cell, facts: Facts, policy: Policy) -> Cell:
    """Rule P1, where the policy has it: without somebody who was silent and never answered, where that would hold."""
    base = cell.rule_id in ("C11", "C12") and cell.outcome is Outcome.HOLD
    silent = not facts.person.spoke and facts.identity is Identity.MATCHED
    if not (policy.exclude_silent and base and silent and facts.at_speech.status is ConsentStatus.ABSENT):
        return cell
    return replace(cell, outcome=Outcome.MINUS, rule_id="P1", reason=reason_of("P1"))


def with_enabled_purposes(cell: Cell, policy: Policy) -> Cell:
    """Rule P2: a purpose that workspace, series or session do not use recordings for is refused."""
    if cell.purpose in policy.purposes or cell.outcome is Outcome.REFUSE:
        return cell
    return replace(cell, outcome=Outcome.REFUSE, rule_id="P2", reason=reason_of("P2"))


def with_guardian(cell: Cell, facts: Facts) -> Cell:
    """Rule M2, which no staff opens: a minor, or somebody who may be one, is held unless their guardian agreed.

    What a guardian may agree to stays inside the team: a minor is never published.
    """
    internal = is_internal(cell.purpose)
    floor = Outcome.HOLD if internal else Outcome.REFUSE
    if not facts.needs_guardian or cell.outcome.restrictiveness >= floor.restrictiveness:
        return cell
    agreed = internal and cell.purpose in facts.guarded and facts.identity is Identity.MATCHED
    if agreed and cell.outcome is Outcome.PROCEED:
        return replace(cell, rule_id="G1", reason=reason_of("G1"))
    return cell if agreed else replace(cell, outcome=floor, rule_id="M2", reason=reason_of("M2"))


def with_agreements(
    cells: Sequence[Cell], session: Session, agreements: Mapping[str, Sequence[Agreement]], *, now: datetime
) -> list[Cell]:
    """Rule M1: what anybody's organisation forbids is refused for the whole session; nobody's yes opens it.

    What was in force when the session began counts, and what is in force now; without recording there is no use.
    """
    clauses: dict[Purpose, Agreement] = {}
    for theirs in agreements.values():
        clauses |= {**forbidden(theirs, session.started_at, now=now), **forbidden(theirs, now, now=now)}
    return [_with_agreement(cell, clauses) for cell in cells]


def _with_agreement(cell: Cell, clauses: Mapping[Purpose, Agreement]) -> Cell:
    clause = clauses.get(Purpose.RECORD) or clauses.get(cell.purpose)
    if clause is None:
        return cell
    evidence = tuple(dict.fromkeys((*cell.evidence, clause.event_id)))
    return replace(cell, outcome=Outcome.REFUSE, rule_id="M1", reason=reason_of("M1"), evidence=evidence)
