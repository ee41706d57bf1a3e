"""What a reviewer does, one function each: see the queue, see or reveal proposals, decide, sign off.

Each does all that belongs to the action, so that no command and no page can forget half of it: the ledger records
whoever reveals a text, and a decision about a misheard name teaches how it is misheard.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.errors import RefusedByPolicy
from pipeline.records import Audience, Proposal, Verdict
from pipeline.review import decision_log, queue
from pipeline.review.finding_edits import base_id
from pipeline.review.mishearings import learn
from pipeline.review.queue import ProposalLine, SessionLine, said_around
from pipeline.review.second_person import has_decided, others_flags
from pipeline.store import Workspace
from pipeline.workflow.names_out import consent_marks, require_keepable
from pipeline.workflow.review_leases import lease_text, running_leases

UNDONE = "undone"
TO_KEEP = "to keep: "
"""What the reason of a proposal begins with that a second person is to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCount:
    """How many proposals were decided: in the session itself, and elsewhere in how many other sessions.

    ``left_to_lead`` of those in the session wait for a second person to keep them.
    """

    decided: int
    left_to_lead: int = 0
    decided_elsewhere: int = 0
    other_sessions: int = 0


def is_lead_account(workspace: Workspace, account: str) -> bool:
    """Whether an account of this machine is a lead's, who may decide by command what is left to a lead."""
    return account in workspace.settings.review.leads


def list_sessions(workspace: Workspace, *, now: datetime, only_undecided: bool = False) -> tuple[SessionLine, ...]:
    """The sessions with proposals, the riskiest first; or only those in which something is left to decide."""
    leases = running_leases(workspace, now=now)
    return tuple(
        replace(line, leased_to=lease_text(leases.get(line.session_id)))
        for line in queue.queue(workspace, now=now)
        if line.undecided or not only_undecided
    )


def show_proposals(
    workspace: Workspace,
    session_id: str,
    *,
    reveal_to: str | None = None,
    only_undecided: bool = False,
    below: float = 2.0,
    now: datetime | None = None,
) -> tuple[ProposalLine, ...]:
    """The proposals of a session, masked; or revealed to an actor, which the ledger records first.

    ``below`` leaves those with a lower score. Raises ``UsageProblem`` where the session has no proposals.
    """
    reveal = reveal_to is not None
    marks = consent_marks(workspace, session_id, queue.proposals_of(workspace, session_id), now=now)
    lines = queue.show(workspace, session_id, reveal=reveal, undecided=only_undecided, below=below, marks=marks)
    if reveal_to is not None:
        decision_log.note_reveal(workspace.db, session_id, actor=reveal_to)
    return lines


def undecided_proposals(workspace: Workspace, session_id: str | None, *, actor: str, now: datetime) -> list[Proposal]:
    """The undecided proposals of a session, or of all that nobody else reviews now, the riskiest session first."""
    others = {each.session_id for each in running_leases(workspace, now=now).values() if each.actor != actor}
    every = (line.session_id for line in queue.queue(workspace, now=now))
    sessions = [session_id] if session_id else [each for each in every if each not in others]
    return [
        proposal
        for each in sessions
        for proposal in decision_log.undecided(
            queue.proposals_of(workspace, each), decision_log.decisions(workspace.db, each)
        )
    ]


def masked_line(workspace: Workspace, proposal: Proposal, *, now: datetime | None = None) -> ProposalLine:
    """An undecided proposal as a reviewer sees it before anything is revealed."""
    marks = consent_marks(workspace, proposal.session_id, [proposal], now=now)
    return queue.shown(proposal, None, reveal=False, marks=marks)


def transcript_lines(workspace: Workspace, proposal: Proposal) -> tuple[str, ...]:
    """The first lines of the redacted transcript that hold a proposal's label; none while nothing is published."""
    return said_around(workspace, proposal)


def reveal_proposal(workspace: Workspace, proposal: Proposal, *, actor: str) -> tuple[str, ...]:
    """The texts of one proposal, once each, after the ledger records who sees them."""
    decision_log.note_reveal(workspace.db, proposal.session_id, actor=actor)
    return tuple(dict.fromkeys(finding.text for finding in proposal.findings))


def needs_second(
    workspace: Workspace, proposals: Iterable[Proposal], verdict: Verdict, *, actor: str, is_lead: bool
) -> frozenset[str]:
    """Those of these proposals that policy wants two people to keep, where this is not a lead after somebody else."""
    categories = workspace.settings.review.second_person_for
    wanted = [each for each in proposals if verdict is Verdict.KEEP and categories and _is_of(each, categories)]
    if not wanted:
        return frozenset()
    if not is_lead:
        return frozenset(each.proposal_id for each in wanted)
    shared = workspace.settings.review.shared_account
    flags = others_flags(workspace.db, wanted[0].session_id, actor, is_account_shared=shared)
    kept_by_others = {each for each, flag in flags.items() if flag.reason.startswith(TO_KEEP)}
    return frozenset(each.proposal_id for each in wanted) - kept_by_others


def _is_of(proposal: Proposal, categories: Collection[str]) -> bool:
    """Whether a proposal is of these categories, or somebody changed its own, which is no way round a second person."""
    return any(
        finding.label in categories or base_id(finding.finding_id) != finding.finding_id
        for finding in proposal.findings
    )


def decide_proposal(
    workspace: Workspace,
    proposal: Proposal,
    verdict: Verdict,
    *,
    actor: str,
    reason: str,
    version: int | None = None,
    is_lead: bool = False,
    now: datetime | None = None,
) -> int:
    """Stores a decision about one proposal that a person looked at, and what it teaches; gives its number.

    With ``version``, the number of the last act that they saw; raises ``VersionConflict`` where somebody was quicker,
    ``FlaggedForLead`` where it is left to a lead and ``is_lead`` does not say that one decides, and ``RefusedByPolicy``
    for a keep of what consent takes out. What policy wants two people to keep is left to a lead by the first of them.
    """
    require_keepable(workspace, [proposal], verdict, now=now)
    if needs_second(workspace, [proposal], verdict, actor=actor, is_lead=is_lead):
        verdict, reason = Verdict.FLAG, f"{TO_KEEP}{reason}"
    db, proposal_ids = workspace.db, [proposal.proposal_id]
    (number,) = decision_log.decide(
        db,
        proposal.session_id,
        proposal_ids,
        verdict=verdict,
        actor=actor,
        reason=reason,
        version=version,
        is_lead=is_lead,
    )
    learn(workspace, [proposal], proposal_ids, verdict)
    return number


def version_of(workspace: Workspace, proposal: Proposal) -> int:
    """The number of the last act about a proposal, to decide against; 0 where nobody decided it."""
    return decision_log.versions(workspace.db, proposal.session_id).get(proposal.proposal_id, 0)


def undo_decision(workspace: Workspace, proposal: Proposal, *, actor: str) -> None:
    """Takes back what was decided about one proposal, and what that taught."""
    decide_proposal(workspace, proposal, Verdict.OPEN, actor=actor, reason=UNDONE)


def decide(
    workspace: Workspace,
    session_id: str,
    names: Sequence[str],
    verdict: Verdict,
    *,
    actor: str,
    reason: str,
    all_undecided: bool = False,
    all_sessions: bool = False,
    is_lead: bool = False,
    now: datetime | None = None,
) -> DecisionCount:
    """Stores decisions about the proposals with these ids or labels, or about all that are undecided.

    With ``all_sessions`` the same entities are redacted in every other session too, where nobody decided. Nothing is
    learnt from ``all_undecided``, because nobody looked at each. Raises ``UsageProblem`` for names that are none, and
    ``FlaggedForLead`` and ``RefusedByPolicy`` as ``decide_proposal`` does: then nothing is decided.
    """
    ids = queue.chosen(workspace, session_id, names, all_undecided=all_undecided, verdict=verdict)
    elsewhere = queue.alike(workspace, session_id, ids, verdict=verdict) if all_sessions else {}
    chosen = [each for each in queue.proposals_of(workspace, session_id) if each.proposal_id in ids]
    require_keepable(workspace, chosen, verdict, now=now)
    second = needs_second(workspace, chosen, verdict, actor=actor, is_lead=is_lead)
    alone = [proposal_id for proposal_id in ids if proposal_id not in second]
    act: dict[str, Any] = {"actor": actor, "is_lead": is_lead}
    left = sorted(second)  # first, since it only closes: what refuses either of the two leaves nothing open
    decision_log.decide(workspace.db, session_id, left, verdict=Verdict.FLAG, reason=f"{TO_KEEP}{reason}", **act)
    for each, proposal_ids in {session_id: alone, **elsewhere}.items():
        decision_log.decide(workspace.db, each, proposal_ids, verdict=verdict, reason=reason, **act)
    if not all_undecided:
        learn(workspace, chosen, alone, verdict)
    return DecisionCount(
        decided=len(alone),
        left_to_lead=len(left),
        decided_elsewhere=sum(map(len, elsewhere.values())),
        other_sessions=len(elsewhere),
    )


def sign_off(workspace: Workspace, session_id: str, *, audience: Audience, actor: str) -> None:
    """Stores that the review of a session is finished.

    Raises ``RefusedByPolicy`` while a proposal is undecided, and where policy wants a second person and ``actor`` is
    the first, or acts from the account of the first.
    """
    policy = workspace.settings.review
    if policy.second_person and has_decided(workspace.db, session_id, actor, is_account_shared=policy.shared_account):
        raise RefusedByPolicy(
            "a second person signs off, who decided nothing in this session, from no account either",
            action="ask a colleague to sign off; where you share an account, set review.shared_account",
        )
    decision_log.sign(
        workspace.db, session_id, queue.proposals_of(workspace, session_id), audience=audience, actor=actor
    )
