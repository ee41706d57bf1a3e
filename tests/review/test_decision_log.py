from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from pipeline.cli import main
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Audience, Finding, Proposal, Session, Verdict
from pipeline.review import decisions, heads, propose, signed_off_by
from pipeline.review.decision_log import decide, sign
from pipeline.review.queue import mask
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.runs import ledger
from tests.review.conftest import SESSION_ID, finding


@pytest.fixture
def proposals(findings: tuple[Finding, ...]) -> tuple[Proposal, ...]:
    return propose(SESSION_ID, findings)


@pytest.fixture
def workspace(
    tmp_path: Path, session: Session, proposals: tuple[Proposal, ...], new_workspace: Callable[[Path], Workspace]
) -> Workspace:
    made = new_workspace(tmp_path / "ws")
    Registry(made.db).take(tmp_path / "inbox", "fingerprint", session)
    made.stages.put("proposals", SESSION_ID, proposals, tuple[Proposal, ...])
    return made


def run(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["review", *arguments, "--workspace", str(workspace.root)])


def redact_all(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    ids = [proposal.proposal_id for proposal in proposals]
    decide(workspace.db, SESSION_ID, ids, verdict=Verdict.REDACT, actor="ana", reason="all")


def test_decisions_are_kept_in_order_and_never_changed(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    first, before = proposals[0].proposal_id, workspace.ledger.verify()
    for verdict in (Verdict.KEEP, Verdict.REDACT):
        decide(workspace.db, SESSION_ID, [first], verdict=verdict, actor="ana", reason="heard it")
    assert [decision.verdict for decision in decisions(workspace.db, SESSION_ID)] == [Verdict.KEEP, Verdict.REDACT]
    assert workspace.ledger.verify() == before + 2


@pytest.mark.parametrize(("actor", "reason"), [("", "why"), ("ana", "  ")])
def test_a_decision_needs_an_actor_and_a_reason(
    workspace: Workspace, proposals: tuple[Proposal, ...], actor: str, reason: str
) -> None:
    with pytest.raises(UsageProblem):
        decide(workspace.db, SESSION_ID, [proposals[0].proposal_id], verdict=Verdict.KEEP, actor=actor, reason=reason)
    assert decisions(workspace.db, SESSION_ID) == ()


def test_nobody_signs_what_is_undecided(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    with pytest.raises(RefusedByPolicy):
        sign(workspace.db, SESSION_ID, proposals, audience=Audience.PUBLIC, actor="ana")
    assert run(workspace, "sign-off", SESSION_ID, "--by", "ana", "--audience", "public").exit_code == 7
    assert signed_off_by(workspace.db, SESSION_ID, proposals) is None


def test_a_sign_off_holds_for_exactly_what_was_seen(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    redact_all(workspace, proposals)
    sign(workspace.db, SESSION_ID, proposals, audience=Audience.PUBLIC, actor="ana")
    assert signed_off_by(workspace.db, SESSION_ID, proposals) == "ana"
    later = propose(
        SESSION_ID,
        [
            *(one for proposal in proposals for one in proposal.findings),
            finding("person:priya raman", "pri", start_s=40.0),
        ],
    )
    assert signed_off_by(workspace.db, SESSION_ID, later) is None
    ids = [proposals[0].proposal_id]
    decide(workspace.db, SESSION_ID, ids, verdict=Verdict.KEEP, actor="bo", reason="fine")
    assert signed_off_by(workspace.db, SESSION_ID, proposals) is None


def test_every_act_changes_the_head_of_its_session(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    seen = [heads(workspace.db)]
    redact_all(workspace, proposals)
    seen.append(heads(workspace.db))
    sign(workspace.db, SESSION_ID, proposals, audience=Audience.PUBLIC, actor="ana")
    seen.append(heads(workspace.db))
    assert seen[0] == {}
    assert seen[1][SESSION_ID] != seen[2][SESSION_ID]


def test_the_ledger_holds_no_name(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    redact_all(workspace, proposals)
    run(workspace, "show", SESSION_ID, "--reveal")
    with reading(workspace.db) as connection:
        rows = connection.execute(select(ledger.c.kind, ledger.c.key, ledger.c.body)).all()
    text = " ".join(" ".join(row) for row in rows).lower()
    assert [row.kind for row in rows].count("reveal") == 1
    assert not any(secret in text for secret in ("priya", "raman", "halcyon", "noel", '"ana"'))


def test_show_masks_unless_asked(workspace: Workspace) -> None:
    masked = run(workspace, "show", SESSION_ID, "--json")
    assert masked.exit_code == 0
    assert not any(secret in masked.stdout.lower() for secret in ("priya", "halcyon", "noel"))
    revealed = run(workspace, "show", SESSION_ID, "--json", "--reveal")
    assert "priya" in revealed.stdout
    assert mask("Priya R2-D2") == "••••• ••-••"


def test_the_queue_from_list_to_sign_off(workspace: Workspace, proposals: tuple[Proposal, ...]) -> None:
    (line,) = json.loads(run(workspace, "list", "--json").stdout)
    assert (line["undecided"], line["decided"], line["signed_off"]) == (len(proposals), 0, False)
    one = proposals[0].proposal_id
    act = ["--by", "ana", "--reason", "heard it"]
    assert run(workspace, "decide", SESSION_ID, one, "--keep", *act).exit_code == 0
    assert run(workspace, "decide", SESSION_ID, "--all-undecided", "--redact", *act).exit_code == 0
    assert run(workspace, "sign-off", SESSION_ID, "--by", "ana", "--audience", "public").exit_code == 0
    (line,) = json.loads(run(workspace, "list", "--json").stdout)
    assert (line["undecided"], line["decided"], line["signed_off"], line["risk"]) == (0, len(proposals), True, 0.0)
    assert {decision.verdict for decision in decisions(workspace.db, SESSION_ID)} == {Verdict.KEEP, Verdict.REDACT}


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide", SESSION_ID, "r-unknown", "--redact"],
        ["decide", SESSION_ID, "--redact"],
        ["decide", SESSION_ID, "--all-undecided", "--keep"],
        ["decide", SESSION_ID, "r-unknown", "--redact", "--keep"],
        ["decide", "other", "r-unknown", "--redact"],
    ],
)
def test_what_makes_no_sense_is_a_usage_problem(workspace: Workspace, arguments: list[str]) -> None:
    assert run(workspace, *arguments, "--by", "ana", "--reason", "x").exit_code == 2
    assert decisions(workspace.db, SESSION_ID) == ()
