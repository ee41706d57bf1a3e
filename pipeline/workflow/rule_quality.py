"""How each detection rule does, by what people decided of its proposals: a rule that is kept often guesses too much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pipeline.records import Verdict
from pipeline.review import decision_log
from pipeline.review.queue import proposals_by_session
from pipeline.store import Workspace
from pipeline.workflow.review_edits import SUBMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleQuality:
    """One rule: how many proposals with a mention of it people decided, and how many of these they kept."""

    rule: str
    decided: int
    kept: int
    keep_rate: float


def rule_quality(workspace: Workspace) -> tuple[RuleQuality, ...]:
    """Every rule whose proposals anybody looked at, the most often kept first; what was submitted is no look."""
    by_session = decision_log.decisions_by_session(workspace.db)
    decided, kept = Counter[str](), Counter[str]()
    for session_id, proposals in proposals_by_session(workspace, by_session).items():
        latest = {each.proposal_id: each for each in by_session[session_id]}
        for proposal in proposals:
            decision = latest.get(proposal.proposal_id)
            if decision is None or decision.reason == SUBMITTED:
                continue
            rules = {finding.rule.value for finding in proposal.findings}
            decided.update(rules)
            kept.update(rules if decision.verdict is Verdict.KEEP else ())
    rows = (
        RuleQuality(rule=rule, decided=count, kept=kept[rule], keep_rate=round(kept[rule] / count, 3))
        for rule, count in decided.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.keep_rate, -row.decided, row.rule)))
