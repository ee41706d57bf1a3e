"""A name that consent takes out is kept by nobody, and every surface of the review says so."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.staff.withdraw import Erasure
from pipeline.errors import RefusedByPolicy
from pipeline.records import DetectionRule, Finding, Proposal, Purpose, Verdict
from pipeline.review import decision_log
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.web.roles import WebRole
from pipeline.workflow import names_out, review_actions
from pipeline.workflow.consent_actions import withdraw_consent
from pipeline.workflow.review_material import ReviewSession, open_review
from pipeline.workflow.review_views import Decided, proposal_views, taken_out, turn_views
from tests.clock import now
from tests.web.conftest import analysed
from tests.web.making import IN_PICTURE, analyse_by_hand, session_id_of
from tests.web.test_reviewer_quality import client_of

__all__ = ["analysed"]
HANNAH = "person:hannah berg"
SAID_NO = "p1 said no"


@pytest.fixture
def workspace(analysed: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(shutil.copytree(analysed, tmp_path / "ws"))


def refuse(workspace: Workspace, *purposes: Purpose) -> None:
    """Hannah Berg, p1, withdraws what she agreed to of these."""
    about: dict[str, Any] = {
        "session_id": None,
        "erasure": Erasure(),
        "actor": "dpo",
        "reason": "by mail",
        "now": now(),
    }
    withdraw_consent("hannah.berg@lumenlabs.example", purposes=purposes, workspace=workspace, **about)


def opened(workspace: Workspace) -> ReviewSession:
    return open_review(workspace, session_id_of(workspace), now=now())


def decided(workspace: Workspace) -> Decided:
    decisions = decision_log.decisions(workspace.db, session_id_of(workspace))
    return Decided(decisions=decisions, flags={}, versions={}, edit_versions={})


def proposal_of(workspace: Workspace, entity: str = HANNAH) -> Proposal:
    return next(each for each in proposals_of(workspace, session_id_of(workspace)) if each.entity == entity)


def keep(workspace: Workspace, proposal: Proposal) -> None:
    review_actions.decide_proposal(workspace, proposal, Verdict.KEEP, actor="ana", reason="ours", now=now())


def shown(workspace: Workspace) -> str:
    return " ".join(text for turn in turn_views(opened(workspace), decided(workspace)) for text in turn.texts)


def test_nobody_keeps_the_name_of_who_refused(workspace: Workspace) -> None:
    refuse(workspace, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    proposal = proposal_of(workspace)
    with pytest.raises(RefusedByPolicy, match=f"cannot be kept: {SAID_NO}"):
        keep(workspace, proposal)
    both = [proposal.replacement, proposal_of(workspace, "term:project falcon").replacement]
    with pytest.raises(RefusedByPolicy, match=SAID_NO):
        review_actions.decide(workspace, proposal.session_id, both, Verdict.KEEP, actor="ana", reason="ours", now=now())
    assert decision_log.decisions(workspace.db, proposal.session_id) == (), "nothing of it is stored"
    shown_lines = review_actions.show_proposals(workspace, proposal.session_id, now=now())
    lines = {each.replacement: each for each in shown_lines}
    assert lines[proposal.replacement].cannot_be_kept == SAID_NO
    assert lines[both[1]].cannot_be_kept == ""


def test_a_keep_before_the_refusal_shows_no_name(workspace: Workspace) -> None:
    proposal = proposal_of(workspace)
    keep(workspace, proposal)
    assert "hannah" in shown(workspace)
    refuse(workspace, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    assert "hannah" not in shown(workspace)
    settings = workspace.settings.redact
    views = proposal_views(opened(workspace), decided(workspace), taken_out(opened(workspace), settings))
    view = next(each for each in views if each.proposal_id == proposal.proposal_id)
    assert (view.decision, view.closed) == ("redact", SAID_NO)
    (line,) = (
        each
        for each in review_actions.show_proposals(workspace, proposal.session_id, now=now())
        if each.proposal_id == proposal.proposal_id
    )
    assert (line.decision, line.cannot_be_kept) == ("redact", SAID_NO)


def test_a_later_redact_shows_no_name_on_the_page(workspace: Workspace) -> None:
    proposal = proposal_of(workspace)
    keep(workspace, proposal)
    review_actions.decide_proposal(workspace, proposal, Verdict.REDACT, actor="ben", reason="theirs", now=now())
    assert "hannah" not in shown(workspace)


def test_who_refused_the_public_alone_may_be_kept_for_the_team(workspace: Workspace) -> None:
    refuse(workspace, Purpose.PUBLIC_RECORDING)
    keep(workspace, proposal_of(workspace))
    assert "hannah" in shown(workspace)


@pytest.mark.parametrize(
    "entity", ["picture:person:hannah berg", "picture:person:hannah", "marked:hannah", "company:berg"]
)
def test_whatever_it_was_taken_for(workspace: Workspace, entity: str) -> None:
    session = opened(workspace).session
    more: Finding = replace(IN_PICTURE, finding_id="f-more", entity=entity)
    analyse_by_hand(workspace, session, more=(more,))
    refuse(workspace, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    with pytest.raises(RefusedByPolicy, match=SAID_NO):
        keep(workspace, proposal_of(workspace, entity))


def test_the_shell_says_it(workspace: Workspace) -> None:
    refuse(workspace, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    proposal, at = proposal_of(workspace), ("--workspace", str(workspace.root))
    by = ("--by", "ana", "--reason", "ours")
    result = CliRunner().invoke(
        main, ["review", "decide", proposal.session_id, proposal.replacement, "--keep", *by, *at]
    )
    assert result.exit_code == 7 and SAID_NO in result.output
    assert SAID_NO in CliRunner().invoke(main, ["review", "show", proposal.session_id, *at]).output
    walked = CliRunner().invoke(
        main, ["review", "interactive", proposal.session_id, "--by", "ana", *at], input="x\nours\n" * 9
    )
    assert f"cannot be kept: {SAID_NO}" in walked.output and "1 mentions" not in walked.output


def test_the_page_and_its_api_say_it(workspace: Workspace) -> None:
    refuse(workspace, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    proposal, ana = proposal_of(workspace), client_of(workspace, "ana", WebRole.REVIEWER)
    path = f"/sessions/{proposal.session_id}"
    views = {each["proposal_id"]: each for each in ana.get(f"{path}/review.json").json()["proposals"]}
    assert views[proposal.proposal_id]["closed"] == SAID_NO
    body = {"verdict": "keep", "reason": "ours"}
    answer = ana.post(f"{path}/proposals/{proposal.proposal_id}/decision", json=body, headers={"if-match": '"0"'})
    assert answer.status_code == 403 and SAID_NO in answer.json()["error"]


def with_concerns(workspace: Workspace) -> dict[str, str]:
    """Priya Raman, p2, refuses; her company, what is reported of her and names like hers are found; marks by entity."""
    session = opened(workspace).session
    place = IN_PICTURE.place
    heard = replace(IN_PICTURE, label="PERSON", text="Priya Rayman", rule=DetectionRule.NAME_MODEL, place=place)
    reported = replace(
        IN_PICTURE, label="REPORTED_SPEECH", text="Priya said", rule=DetectionRule.REPORTED_SPEECH, place=place
    )
    more = (
        replace(heard, finding_id="f-1", entity="person:~priya rayman"),
        replace(heard, finding_id="f-2", entity="person:~rahmin", text="Rahmin"),
        replace(reported, finding_id="f-3", entity="speech of:p2"),
    )
    analyse_by_hand(workspace, session, more=more)
    about: dict[str, Any] = {"erasure": Erasure(), "actor": "dpo", "reason": "by mail", "now": now()}
    purposes = (Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    withdraw_consent("priya.raman@halcyon.example", session_id=None, purposes=purposes, workspace=workspace, **about)
    return {
        "company:halcyon freight": "the company of p2, who said no",
        "person:~rahmin": "may be the name of p2, who said no",
        "speech of:p2": "what p2 is reported to have said; p2 said no",
    }


def test_what_concerns_who_refused_is_marked_everywhere(workspace: Workspace) -> None:
    expected = with_concerns(workspace)
    session_id, at = session_id_of(workspace), ("--workspace", str(workspace.root))
    proposals = {each.entity: each for each in proposals_of(workspace, session_id)}
    by_id = {proposals[entity].proposal_id: mark for entity, mark in expected.items()}
    listed = {each.proposal_id: each for each in review_actions.show_proposals(workspace, session_id, now=now())}
    assert {each: line.concerns for each, line in listed.items() if line.concerns} == {
        each: (mark,) for each, mark in by_id.items()
    }
    as_json = json.loads(CliRunner().invoke(main, ["review", "show", session_id, "--json", *at]).output)
    assert {each["proposal_id"]: each["concerns"] for each in as_json if each["concerns"]} == {
        each: [mark] for each, mark in by_id.items()
    }
    ana = client_of(workspace, "ana", WebRole.REVIEWER)
    views = ana.get(f"/sessions/{session_id}/review.json").json()["proposals"]
    assert {each["proposal_id"]: each["concerns"] for each in views if each["concerns"]} == {
        each: [mark] for each, mark in by_id.items()
    }
    walked = CliRunner().invoke(main, ["review", "interactive", session_id, "--by", "ana", *at], input="j\n" * 12)
    assert all(f"concerns: {mark}" in walked.output for mark in expected.values())
    misheard = proposals["person:~priya rayman"]
    with pytest.raises(RefusedByPolicy, match="cannot be kept: may be the name of p2, who said no"):
        keep(workspace, misheard)
    keep(workspace, proposals["company:halcyon freight"])
    assert all("Priya" not in str(line.concerns) and "Raman" not in str(line.concerns) for line in listed.values())


def test_who_is_only_spoken_of_and_said_no_is_kept_by_nobody(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = proposal_of(workspace)
    other = replace(
        proposal,
        entity="person:otto quint",
        findings=tuple(replace(each, text="Otto Quint") for each in proposal.findings),
    )
    asked = list[set[str]]()

    def refusing(names: set[str], *_: object, **__: object) -> frozenset[str]:
        asked.append(set(names))
        return frozenset({"Otto Quint"})

    names_out.require_keepable(workspace, [other], Verdict.KEEP, now=now())
    monkeypatch.setattr(consent, "named_refusers", refusing)
    with pytest.raises(RefusedByPolicy, match="cannot be kept: somebody on file with that name said no"):
        names_out.require_keepable(workspace, [other], Verdict.KEEP, now=now())
    names_out.require_keepable(workspace, [other], Verdict.REDACT, now=now())
    assert asked == [{"Otto Quint"}]
