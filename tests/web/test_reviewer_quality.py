"""Known names are shown as guesses at the rate of policy; what a reviewer keeps of them is a miss that a lead sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from pipeline.cli import main
from pipeline.records import Decision, Verdict
from pipeline.review import decision_log
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.web.app import staff_app
from pipeline.web.logins import Logins, WebUser
from pipeline.web.roles import WebRole
from pipeline.web.site import Access
from pipeline.workflow import reviewer_quality
from pipeline.workflow.review_actions import decide_proposal
from pipeline.workflow.review_edits import SUBMITTED
from pipeline.workflow.reviewer_quality import blind_ids
from pipeline.workflow.rule_quality import rule_quality
from tests.clock import now
from tests.web.making import analyse_more, session_id_of

RATE = 0.5


@pytest.fixture
def checked(with_settings: Callable[[str], Workspace]) -> Workspace:
    return with_settings(f"\n[review]\nblind_rate = {RATE}\n")


def client_of(workspace: Workspace, actor: str, *roles: WebRole) -> TestClient:
    logins = Logins()
    app = staff_app(workspace, Access.by_links(logins), hosts=(), now=now)
    client = TestClient(app, headers={"sec-fetch-site": "same-origin"})
    client.get(f"/login/{logins.link(WebUser(actor=actor, roles=frozenset(roles)))}", follow_redirects=False)
    return client


def some_blind(workspace: Workspace) -> tuple[str, set[str], frozenset[str]]:
    """A session in which the key's chance made some of what is known blind, with what is known and what is blind."""
    for session_id in (session_id_of(workspace), *analyse_more(workspace, 8)):
        proposals = proposals_of(workspace, session_id)
        known = {each.proposal_id for each in proposals if any(f.rule.spec.listed for f in each.findings)}
        blind = blind_ids(workspace, proposals)
        assert blind <= known, "never a guess"
        if blind and blind < known:
            return session_id, known, blind
    raise AssertionError("in nine sessions at a rate of a half some is blind, and some is not")


def test_a_share_of_what_is_known_looks_like_a_guess_and_decides_like_any(checked: Workspace) -> None:
    session_id, known, blind = some_blind(checked)
    ana = client_of(checked, "ana", WebRole.REVIEWER)
    shown = {each["proposal_id"]: each for each in ana.get(f"/sessions/{session_id}/review.json").json()["proposals"]}
    labels = [each["replacement"] for each in shown.values()]
    assert len(set(labels)) == len(labels), "no label stands for two"
    for proposal_id in blind:
        each = shown[proposal_id]
        assert {mention["rule"] for mention in each["mentions"]} == {"name model"} and 0.45 <= each["score"] <= 0.75
        assert each["category"] in ("PERSON", "COMPANY", "OTHER")
    numbers = [int(label.strip("[]").rpartition(" ")[2]) for label in labels if label.startswith("[person ")]
    assert numbers == sorted(numbers), "a guess out of its order would give itself away"
    listed = ana.post(f"/sessions/{session_id}/search", json={"text": "known company"}).json()["proposals"]
    assert not blind & set(listed), "nor does search"
    verdicts = dict(zip(sorted(blind), ["keep", "redact"] * len(blind), strict=False))
    for proposal_id, verdict in verdicts.items():
        path = f"/sessions/{session_id}/proposals/{proposal_id}"
        first, again = (
            ana.post(f"{path}/decision", json={"verdict": verdict, "reason": "x"}, headers={"if-match": '"0"'})
            for _ in range(2)
        )
        ana.post(f"{path}/reveal")
        if verdict == "redact":
            assert first.status_code == again.status_code == 200, "sent again, kept once"
            continue
        assert first.status_code == again.status_code == 409, "a missed one is kept by no repeated request"
        told = first.json()
        assert told["was_blind"] and told["proposal"]["decision"] == "undecided"
        assert {each["rule"] for each in told["proposal"]["mentions"]} != {"name model"}, "now it is shown as it is"
        turned = {"verdict": "redact", "reason": "better"}
        seen = {"if-match": f'"{told["version"]}"'}
        assert ana.post(f"{path}/decision", json=turned, headers=seen).status_code == 200
    guess = next(iter(shown.keys() - known))
    ana.post(
        f"/sessions/{session_id}/proposals/{guess}/decision",
        json={"verdict": "keep", "reason": "not a name"},
        headers={"if-match": '"0"'},
    )
    missed = sum(verdict == "keep" for verdict in verdicts.values())
    (row,) = reviewer_quality.reviewer_quality(checked)
    assert (row.reviewer, row.blind, row.missed) == ("ana", len(blind), missed), "the first look counts"
    assert row.reveals == len(blind) and row.miss_rate == round(missed / len(blind), 3)
    page = client_of(checked, "lea", WebRole.LEAD).get("/quality").text
    assert "50 %" in page and ">ana<" in page
    shell = CliRunner().invoke(main, ["review", "quality", "--json", "-w", str(checked.root)])
    assert json.loads(shell.output)[0]["missed"] == missed
    decided = {each.proposal_id: each.verdict for each in decision_log.decisions(checked.db, session_id)}
    assert decided[guess] is Verdict.KEEP, "it holds as ever"


def test_a_lead_to_whom_something_blind_is_left_sees_what_it_is(checked: Workspace) -> None:
    session_id, _, blind = some_blind(checked)
    proposal_id, ana, lea = (
        min(blind),
        client_of(checked, "ana", WebRole.REVIEWER),
        client_of(checked, "lea", WebRole.LEAD),
    )

    def decided(who: TestClient, verdict: str, version: int) -> int:
        path, seen = f"/sessions/{session_id}/proposals/{proposal_id}/decision", {"if-match": f'"{version}"'}
        return who.post(path, json={"verdict": verdict, "reason": "x"}, headers=seen).status_code

    assert decided(ana, "flag", 0) == 200
    shown = {each["proposal_id"]: each for each in lea.get(f"/sessions/{session_id}/review.json").json()["proposals"]}
    assert {each["rule"] for each in shown[proposal_id]["mentions"]} != {"name model"}, "nobody keeps it unknowing"
    assert decided(lea, "keep", 0) == 409, "against a page from before the flag, where it was a guess"
    assert decided(lea, "keep", shown[proposal_id]["version"]) == 200
    assert not reviewer_quality.reviewer_quality(checked)[0].missed, "it was no blind look"


def test_without_a_rate_nothing_is_blind(workspace: Workspace) -> None:
    assert blind_ids(workspace, proposals_of(workspace, session_id_of(workspace))) == frozenset()


def test_the_rate_is_kept_over_many(checked: Workspace) -> None:
    proposals = proposals_of(checked, session_id_of(checked))
    listed = next(each for each in proposals if each.findings[0].rule.spec.listed)
    many = [replace(listed, proposal_id=f"r-{number:012x}") for number in range(2_000)]
    assert 0.45 < len(blind_ids(checked, many)) / len(many) < 0.55


def test_time_counts_without_pauses_and_what_was_submitted_counts_for_nobody(workspace: Workspace) -> None:
    at = [now() + timedelta(seconds=seconds) for seconds in (0, 10, 20, 4_000, 4_010)]
    made = [
        Decision(proposal_id=f"r-{number}", verdict=Verdict.REDACT, actor="ana", reason="x", decided_at=time)
        for number, time in enumerate(at)
    ]
    assert reviewer_quality._per_minute(made) == 6.0
    assert reviewer_quality._per_minute(made[:1]) is None
    session_id = session_id_of(workspace)
    decision_log.decide(workspace.db, session_id, ["r-1"], verdict=Verdict.REDACT, actor="ana", reason=SUBMITTED)
    assert reviewer_quality.reviewer_quality(workspace) == ()


def test_a_rule_is_measured_by_what_people_looked_at_and_kept(workspace: Workspace) -> None:
    session_id = session_id_of(workspace)
    guess, term = (
        next(each for each in proposals_of(workspace, session_id) if each.entity == entity)
        for entity in ("person:~cache", "term:project falcon")
    )
    decide_proposal(workspace, guess, Verdict.KEEP, actor="ana", reason="not a name")
    decide_proposal(workspace, term, Verdict.REDACT, actor="ana", reason="accepted")
    others = [each.proposal_id for each in proposals_of(workspace, session_id) if each not in (guess, term)]
    decision_log.decide(workspace.db, session_id, others, verdict=Verdict.REDACT, actor="ana", reason=SUBMITTED)
    rows = rule_quality(workspace)
    assert [(row.rule, row.decided, row.kept, row.keep_rate) for row in rows] == [
        ("name model", 1, 1, 1.0),
        ("term list", 1, 0, 0.0),
    ]
    page = client_of(workspace, "lea", WebRole.LEAD).get("/quality").text
    assert "name model" in page and "100.0 %" in page
    shell = CliRunner().invoke(main, ["review", "quality", "--rules", "--json", "-w", str(workspace.root)])
    assert json.loads(shell.output)[0] == {"rule": "name model", "decided": 1, "kept": 1, "keep_rate": 1.0}
