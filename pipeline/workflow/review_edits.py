"""What a reviewer changes about findings, one function each; every command and page sees it before the next run."""

from __future__ import annotations

from datetime import datetime

from pipeline.errors import FlaggedForLead, RefusedByPolicy, UsageProblem
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import Proposal, SoundPlace, Verdict
from pipeline.review import decision_log
from pipeline.review import finding_edits as log
from pipeline.review.finding_edits import EditAct, FindingEdit
from pipeline.store import Workspace
from pipeline.workflow.review_actions import needs_second
from pipeline.workflow.review_material import ReviewMaterial, ReviewSession, open_review, store_proposals

SUBMITTED = "submitted without a decision"


def count_same_words(opened: ReviewSession, track_id: str, start_s: float, end_s: float) -> int:
    """In how many places the words of a span are said, that span included."""
    return len(log.same_words(opened.transcript, track_id, start_s, end_s))


def add_finding(
    workspace: Workspace,
    opened: ReviewSession,
    *,
    track_id: str,
    start_s: float,
    end_s: float,
    label: str,
    actor: str,
    reason: str,
    now: datetime,
) -> ReviewSession:
    """Marks what nothing found, everywhere that the same words are said, and decides to redact it.

    Raises ``UsageProblem`` for a span that is not in the session or a track that it does not have.
    """
    _check_span(opened, track_id, start_s, end_s)
    edit = FindingEdit(act=EditAct.ADD, label=label, track_id=track_id, start_s=start_s, end_s=end_s)
    number = log.record(workspace.db, opened.session.session_id, edit, actor=actor, reason=reason)
    again = opened_again(workspace, opened, now)
    added = [proposal for proposal in again.proposals if _holds(proposal, f"-e{number}.")]
    session_id = opened.session.session_id
    flagged = decision_log.flags(workspace.db, session_id)
    ids = [proposal.proposal_id for proposal in added if proposal.proposal_id not in flagged]
    decision_log.decide(workspace.db, session_id, ids, verdict=Verdict.REDACT, actor=actor, reason=reason)
    return again


def move_edges(
    workspace: Workspace,
    opened: ReviewSession,
    finding_id: str,
    *,
    start_s: float,
    end_s: float,
    actor: str,
    version: int,
    now: datetime,
) -> ReviewSession:
    """Sets the edges of one mention in the sound by ear; raises ``VersionConflict`` where somebody was quicker."""
    places = [
        finding.place
        for proposal in opened.proposals
        if not proposal.is_heard_again
        for finding in proposal.findings
        if log.base_id(finding.finding_id) == finding_id and isinstance(finding.place, SoundPlace)
    ]
    if not places:
        raise UsageProblem("there is no such mention in the sound", action="load the page again")
    _check_span(opened, places[0].track_id, start_s, end_s)
    edit = FindingEdit(act=EditAct.MOVE, target=finding_id, start_s=start_s, end_s=end_s)
    db, session_id = workspace.db, opened.session.session_id
    log.record(db, session_id, edit, actor=actor, reason="set by ear", version=version)
    return opened_again(workspace, opened, now)


def change_category(
    workspace: Workspace,
    opened: ReviewSession,
    proposal_id: str,
    label: str,
    *,
    actor: str,
    version: int,
    now: datetime,
) -> ReviewSession:
    """Gives all mentions of a proposal another category, and so another label in their place."""
    proposal = proposal_of(opened, proposal_id)
    if proposal.is_heard_again:
        raise UsageProblem("what a proof heard again has no other category", action="redact it, or keep it")
    target = log.category_target(proposal)
    edit = FindingEdit(act=EditAct.RELABEL, target=target, label=label)
    db, session_id = workspace.db, opened.session.session_id
    log.record(db, session_id, edit, actor=actor, reason="another category", version=version)
    return opened_again(workspace, opened, now)


def undo_edit(
    workspace: Workspace, opened: ReviewSession, number: int, *, actor: str, now: datetime, is_lead: bool = False
) -> ReviewSession:
    """Takes back one edit; what it changed is as detection found it.

    Everybody takes back their own, a lead anybody's. Raises ``RefusedByPolicy`` for what somebody else did, and where
    it is about what this person could not keep alone: somebody else's mention, or change, of a category that two people
    keep; ``FlaggedForLead`` where that is left to a lead.
    """
    _require_right(workspace, opened, number, actor=actor, is_lead=is_lead)
    edit = FindingEdit(act=EditAct.UNDO, target=str(number))
    log.record(workspace.db, opened.session.session_id, edit, actor=actor, reason="undone")
    return opened_again(workspace, opened, now)


def _require_right(workspace: Workspace, opened: ReviewSession, number: int, *, actor: str, is_lead: bool) -> None:
    db, session_id = workspace.db, opened.session.session_id
    about = [proposal for proposal in opened.proposals if _is_of_edit(proposal, number)]
    flags = decision_log.flags(db, session_id)
    flagged = [flags[proposal.proposal_id] for proposal in about if proposal.proposal_id in flags]
    if flagged and not is_lead:
        raise FlaggedForLead(flagged[0].actor)
    if log.maker_of(db, session_id, number) in ("", actor):
        return
    if needs_second(workspace, about, Verdict.KEEP, actor=actor, is_lead=is_lead):
        raise RefusedByPolicy(
            "somebody else marked or changed this, so it takes two people to keep it",
            action="keep it: a lead then decides",
        )
    if not is_lead:
        raise RefusedByPolicy("somebody else did this", action="change it yourself, in your name, or ask a lead")


def submit(workspace: Workspace, opened: ReviewSession, *, undecided: int, actor: str, is_lead: bool = False) -> int:
    """Decides to redact what nobody decided, and gives how many that were; nothing is learnt of it.

    What is left to a lead stays undecided, and so redacted, unless a lead submits. ``undecided`` is the number that a
    person confirmed: raises ``UsageProblem`` where it is another by now.
    """
    db, session_id = workspace.db, opened.session.session_id
    flagged = {} if is_lead else decision_log.flags(db, session_id)
    open_ones = decision_log.undecided(opened.proposals, decision_log.decisions(db, session_id))
    left = [proposal for proposal in open_ones if proposal.proposal_id not in flagged]
    if len(left) != undecided:
        now = f"{counted(len(left), 'proposal')} {is_or_are(len(left))} undecided"
        raise UsageProblem(f"{now}, not {undecided}", action="confirm again")
    ids = [proposal.proposal_id for proposal in left]
    decision_log.decide(db, session_id, ids, verdict=Verdict.REDACT, actor=actor, reason=SUBMITTED, is_lead=is_lead)
    return len(ids)


def proposal_of(opened: ReviewSession, proposal_id: str) -> Proposal:
    """The proposal of this id; raises ``UsageProblem`` where the session has none."""
    for proposal in opened.proposals:
        if proposal.proposal_id == proposal_id:
            return proposal
    raise UsageProblem("the session has no such proposal", action="load the page again")


def _check_span(opened: ReviewSession, track_id: str, start_s: float, end_s: float) -> None:
    if track_id not in {track.track_id for track in opened.session.tracks}:
        raise UsageProblem("the session has no such track", action="load the page again")
    if not 0 <= start_s < end_s <= opened.session.duration_s:
        raise UsageProblem("the span is not within the session", action="correct its start and end")


def _holds(proposal: Proposal, part: str) -> bool:
    return any(part in finding.finding_id for finding in proposal.findings)


def _is_of_edit(proposal: Proposal, number: int) -> bool:
    """Whether an edit added a mention of this proposal, or changed one."""
    return _holds(proposal, f"-e{number}.") or any(
        number in log.edits_of(finding.finding_id) for finding in proposal.findings
    )


def opened_again(workspace: Workspace, opened: ReviewSession, now: datetime) -> ReviewSession:
    """The session after an edit, stored so that every command sees it before the next run."""
    material: ReviewMaterial = opened.material
    again = open_review(workspace, opened.session.session_id, now=now, material=material)
    store_proposals(workspace, again, now=now)
    return again
