"""Who may be seen is decided by consent, what is covered by people; undecided is covered; public needs a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import (
    ApprovedPlan,
    Audience,
    Context,
    Decision,
    DetectionRule,
    Finding,
    Outcome,
    PicturePlace,
    Proposal,
    RedactionBox,
    Region,
    Ruling,
    Session,
    Transcript,
    Verdict,
)
from pipeline.review import decision_log, may_be_shown, picture_review, propose, review, signed_off_by
from pipeline.review.picture import decisions
from pipeline.review.picture.plan import PictureReview
from pipeline.review.picture.queue import region_of
from pipeline.settings import RedactSettings
from pipeline.store import Workspace
from tests.review.conftest import SESSION_ID

Rule = Callable[..., Ruling]
BOX = Region(left=0.1, top=0.1, right=0.4, bottom=0.2)
COVER = RedactionBox(start_s=5.0, end_s=9.0, reason="a badge")


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def proposals(findings: tuple[Finding, ...]) -> tuple[Proposal, ...]:
    """What was found in sound and chat, and one name that was read in the picture."""
    place = PicturePlace(region=BOX, start_s=1.5, end_s=80.0)
    read = Finding(
        finding_id="f-seen",
        entity="picture:person:priya raman",
        label="PICTURE",
        text="Priya Raman",
        rule=DetectionRule.TEXT_IN_PICTURE,
        score=0.9,
        place=place,
    )
    return propose(SESSION_ID, (*findings, read))


def decision(proposal: Proposal, verdict: Verdict) -> Decision:
    from datetime import UTC, datetime

    return Decision(
        proposal_id=proposal.proposal_id, verdict=verdict, actor="ana", reason="seen", decided_at=datetime.now(UTC)
    )


def planned(
    session: Session,
    ruling: Ruling,
    transcript: Transcript,
    proposals: tuple[Proposal, ...],
    picture: PictureReview,
    *,
    decisions: tuple[Decision, ...] = (),
    audience: Audience = Audience.INTERNAL,
) -> ApprovedPlan:
    plan = review(
        session,
        ruling,
        transcript,
        proposals,
        decisions,
        audience,
        settings=RedactSettings(),
        context=Context(),
        signed_off_by="ana",
        picture=picture,
    )
    assert isinstance(plan, ApprovedPlan), plan
    return plan


def test_undecided_is_covered_and_only_a_person_uncovers(
    session: Session, ruled: Rule, transcript: Transcript, proposals: tuple[Proposal, ...]
) -> None:
    kept = PictureReview(may_be_kept=True, covers=(COVER,))
    (read,) = [proposal for proposal in proposals if proposal.is_picture]
    plan = planned(session, ruled(), transcript, proposals, kept)
    assert plan.picture is not None
    first, second = plan.picture.covers
    assert (first.start_s, first.end_s, first.region, first.proposal_ids) == (1.5, 60.0, BOX, (read.proposal_id,))
    assert second == COVER
    plan = planned(session, ruled(), transcript, proposals, kept, decisions=(decision(read, Verdict.KEEP),))
    assert plan.picture is not None
    assert plan.picture.covers == (COVER,)
    assert "Priya Raman" not in {term.text for term in plan.terms if term.replacement == read.replacement}


def test_no_picture_unread_unwanted_or_of_somebody_removed(
    session: Session, ruled: Rule, transcript: Transcript, proposals: tuple[Proposal, ...]
) -> None:
    kept = PictureReview(may_be_kept=True)
    assert planned(session, ruled(), transcript, proposals, PictureReview()).picture is None
    assert planned(replace(session, video=None), ruled(), transcript, proposals, kept).picture is None
    removed = ruled(internal_share=Outcome.MINUS)
    assert planned(session, removed, transcript, proposals, kept).picture is None
    assert may_be_shown(session, ruled(), Audience.INTERNAL)
    assert not may_be_shown(session, removed, Audience.INTERNAL)
    assert not may_be_shown(session, ruled(public_recording=Outcome.HOLD), Audience.PUBLIC)


def test_public_has_no_picture_before_a_person_approved_it(
    session: Session, ruled: Rule, transcript: Transcript, proposals: tuple[Proposal, ...]
) -> None:
    heard = tuple(decision(proposal, Verdict.REDACT) for proposal in proposals if not proposal.is_picture)
    for approved, there in ((None, False), ("ana", True)):
        kept = PictureReview(may_be_kept=True, approved_by=approved)
        plan = planned(session, ruled(), transcript, proposals, kept, decisions=heard, audience=Audience.PUBLIC)
        assert (plan.picture is not None) is there
    assert plan.picture is not None
    assert plan.picture.reviewed_by == "ana"
    assert plan.picture.covers[0].region == BOX


def test_an_approval_holds_for_exactly_these_covers(
    workspace: Workspace, session: Session, proposals: tuple[Proposal, ...]
) -> None:
    db = workspace.db
    (read,) = [proposal for proposal in proposals if proposal.is_picture]
    with pytest.raises(RefusedByPolicy, match="1 proposal about the picture is undecided"):
        decisions.approve(db, session, proposals, actor="ana", reason="looked")
    decision_log.decide(db, SESSION_ID, [read.proposal_id], verdict=Verdict.REDACT, actor="ana", reason="a name")
    before = decision_log.heads(db)
    decisions.approve(db, session, proposals, actor="ana", reason="looked")
    assert decision_log.heads(db) != before
    assert decisions.approved_by(db, session, proposals) == "ana"
    laid = decisions.cover(db, session, COVER, actor="bo")
    assert decisions.approved_by(db, session, proposals) is None
    reviewed = picture_review(db, session, proposals, may_be_kept=True)
    assert (reviewed.covers, reviewed.approved_by) == ((COVER,), None)
    decisions.lift(db, SESSION_ID, laid, actor="bo", reason="a mistake")
    assert decisions.approved_by(db, session, proposals) == "ana"
    decision_log.decide(db, SESSION_ID, [read.proposal_id], verdict=Verdict.KEEP, actor="bo", reason="ours")
    assert decisions.approved_by(db, session, proposals) is None
    assert decisions.approved_by(db, replace(session, video=None), proposals) is None
    assert picture_review(db, session, proposals, may_be_kept=False) == PictureReview()
    assert workspace.ledger.verify() == 5


def test_the_sign_off_is_about_what_is_heard_and_written(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    heard = [proposal.proposal_id for proposal in proposals if not proposal.is_picture]
    decision_log.decide(workspace.db, SESSION_ID, heard, verdict=Verdict.REDACT, actor="ana", reason="names")
    decision_log.sign(workspace.db, SESSION_ID, proposals, audience=Audience.PUBLIC, actor="ana")
    assert signed_off_by(workspace.db, SESSION_ID, proposals) == "ana"


@pytest.mark.parametrize(
    "wanted",
    [
        RedactionBox(start_s=5.0, end_s=5.0, reason="x"),
        RedactionBox(start_s=-1.0, end_s=5.0, reason="x"),
        RedactionBox(start_s=60.0, end_s=61.0, reason="x"),
        RedactionBox(start_s=1.0, end_s=2.0, region=Region(left=0.5, top=0, right=0.5, bottom=1), reason="x"),
        RedactionBox(start_s=1.0, end_s=2.0, region=Region(left=0, top=0, right=1.5, bottom=1), reason="x"),
        RedactionBox(start_s=1.0, end_s=2.0, reason=" "),
    ],
)
def test_a_cover_of_nothing_or_for_no_reason_is_refused(
    workspace: Workspace, session: Session, wanted: RedactionBox
) -> None:
    with pytest.raises(UsageProblem):
        decisions.cover(workspace.db, session, wanted, actor="ana")
    assert decisions.covers(workspace.db, SESSION_ID) == {}


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", ""])
def test_a_box_is_four_numbers(box: str) -> None:
    with pytest.raises(UsageProblem):
        region_of(box)
    assert region_of("0.1,0.1,0.4,0.2") == BOX
