"""Reviewing many sessions by keyboard: walk, undo, whole names at once, and what is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import interactive, main
from pipeline.records import Audience, Decision, Finding, Proposal, Session, Verdict
from pipeline.review import decisions, propose, signed_off_by
from pipeline.review.decision_log import decide, sign
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.runs import ledger
from tests.review.conftest import SESSION_ID, finding

OTHER = "2026-11-19-def"


@pytest.fixture
def workspace(
    tmp_path: Path, session: Session, findings: tuple[Finding, ...], new_workspace: Callable[[Path], Workspace]
) -> Workspace:
    made = new_workspace(tmp_path / "ws")
    of_other = (findings[0], finding("company:zephyr", "Zephyr", label="COMPANY"))
    for session_id, found in ((SESSION_ID, findings), (OTHER, of_other)):
        row = replace(session, session_id=session_id, source_digest=session_id)
        Registry(made.db).take(tmp_path / session_id, "fingerprint", row)
        made.stages.put("proposals", session_id, propose(session_id, found), tuple[Proposal, ...])
    return made


def run(workspace: Workspace, *arguments: str, keys: str = "") -> Result:
    return CliRunner().invoke(main, ["review", *arguments, "-w", str(workspace.root)], input="\n".join(keys))


def proposals(workspace: Workspace, session_id: str = SESSION_ID) -> tuple[Proposal, ...]:
    found = workspace.stages.get("proposals", session_id, tuple[Proposal, ...])
    assert found
    return found


def latest(made: Sequence[Decision]) -> dict[str, Verdict]:
    return {one.proposal_id: one.verdict for one in made}


def test_a_walk_keeps_each_decision_at_once_and_shows_no_text(workspace: Workspace) -> None:
    first, second, *others = proposals(workspace)
    done = run(workspace, "interactive", SESSION_ID, "--by", "ana", keys="ajq")
    assert done.exit_code == 0, done.output
    assert latest(decisions(workspace.db, SESSION_ID)) == {first.proposal_id: Verdict.REDACT}
    assert f"decided 1, {1 + len(others)} left" in done.output
    assert f"2 of {2 + len(others)}" in done.output and second.replacement in done.output
    texts = {one.text for proposal in (first, second) for one in proposal.findings}
    assert not any(text in done.output for text in texts)


def test_a_walk_goes_through_every_session_and_ends_by_itself(workspace: Workspace) -> None:
    count = len(proposals(workspace)) + len(proposals(workspace, OTHER))
    done = run(workspace, "interactive", "--by", "ana", keys="a" * count)
    assert f"decided {count}, 0 left" in done.output
    assert "0 proposals are undecided in 0 sessions" in run(workspace, "list").output
    assert run(workspace, "list", "--undecided").output == "none\n"


def test_keeping_asks_why_and_undo_goes_back(workspace: Workspace) -> None:
    first = proposals(workspace)[0]
    arguments = ["review", "interactive", SESSION_ID, "--by", "ana", "-w", str(workspace.root)]
    done = CliRunner().invoke(main, arguments, input="x\nour own\nz\nx\n\nq\n")
    assert done.exit_code == 0, done.output
    assert decisions(workspace.db, SESSION_ID) == ()
    with reading(workspace.db) as connection:
        kinds = [row.kind for row in connection.execute(ledger.select())]
    assert kinds.count("decision") == 2, "a blank reason keeps nothing, and an undo is an act of its own"
    assert done.output.count(f"1 of {len(proposals(workspace))}") == 2 and first.replacement in done.output


def test_one_may_go_back_and_decide_otherwise(workspace: Workspace) -> None:
    first, second, *others = proposals(workspace)
    done = run(workspace, "interactive", SESSION_ID, "--by", "ana", keys="akwaq")
    assert done.exit_code == 0, done.output
    held = {first.proposal_id: Verdict.KEEP, second.proposal_id: Verdict.REDACT}
    assert latest(decisions(workspace.db, SESSION_ID)) == held
    assert f"decided 2, {len(others)} left" in done.output


def test_a_key_of_the_shell_does_what_it_does_on_the_page() -> None:
    page = (Path(interactive.__file__).parents[1] / "web" / "static" / "review.js").read_text("utf-8")
    shipped = dict(re.findall(r'"(.)": \["([^"]+)"', page))
    words = {
        "quit": "this one is given back",
        "keep: not a name": "not a name: keep",
        **{does: does for does in ("redact", "keep", "flag for a lead", "next", "previous", "reveal", "undo")},
    }
    assert {key: words[does] in shipped[key] for key, does in interactive.KEYS.items()} == dict.fromkeys(
        interactive.KEYS, True
    )
    docs = (Path(interactive.__file__).parents[2] / "docs" / "reviewers.md").read_text("utf-8")
    keys = re.search(r"\*\*By keyboard\.\*\*.*?(?=\n- )", docs, re.DOTALL)
    assert keys and all(f"`{key}`" in keys[0] for key in interactive.KEYS)


def test_a_look_at_the_text_is_noted(workspace: Workspace) -> None:
    text = proposals(workspace)[0].findings[0].text
    done = run(workspace, "interactive", SESSION_ID, "--by", "ana", keys="rq")
    assert text in done.output
    with reading(workspace.db) as connection:
        assert "reveal" in {row.kind for row in connection.execute(ledger.select())}


def test_the_talk_around_is_that_of_the_redacted_transcript(workspace: Workspace) -> None:
    label = proposals(workspace)[0].replacement
    folder = workspace.out / SESSION_ID / "internal"
    folder.mkdir(parents=True)
    (folder / "transcript.txt").write_text(f"[00:00:01] staff 1: ask {label} about it\n[00:00:09] nothing\n", "utf-8")
    done = run(workspace, "interactive", SESSION_ID, "--by", "ana", keys="q")
    assert f"> [00:00:01] staff 1: ask {label} about it" in done.output
    assert "nothing" not in done.output


def test_an_undone_decision_is_open_again_and_voids_the_sign_off(workspace: Workspace) -> None:
    every = proposals(workspace)
    ids = [one.proposal_id for one in every]
    decide(workspace.db, SESSION_ID, ids, verdict=Verdict.KEEP, actor="ana", reason="ours")
    sign(workspace.db, SESSION_ID, every, audience=Audience.PUBLIC, actor="ana")
    assert run(workspace, "decide", SESSION_ID, ids[0], "--undo", "--by", "ana", "--reason", "a slip").exit_code == 0
    assert set(latest(decisions(workspace.db, SESSION_ID))) == set(ids[1:])
    assert signed_off_by(workspace.db, SESSION_ID, every) is None
    assert run(workspace, "sign-off", SESSION_ID, "--by", "ana").exit_code == 7
    decide(workspace.db, SESSION_ID, ids[:1], verdict=Verdict.REDACT, actor="ana", reason="a name")
    assert latest(decisions(workspace.db, SESSION_ID))[ids[0]] is Verdict.REDACT


def test_one_name_is_taken_out_everywhere_at_once_and_never_kept_so(workspace: Workspace) -> None:
    told = ("--by", "ana", "--reason", "a customer")
    shared = next(proposal for proposal in proposals(workspace, OTHER) if not proposal.entity.endswith("zephyr"))
    here = next(proposal for proposal in proposals(workspace) if proposal.entity == shared.entity)
    kept = run(workspace, "decide", SESSION_ID, here.proposal_id, "--keep", "--all-sessions", *told)
    assert kept.exit_code == 2 and "allow" in kept.output
    assert decisions(workspace.db, SESSION_ID) == decisions(workspace.db, OTHER) == ()
    done = run(workspace, "decide", SESSION_ID, here.replacement, "--redact", "--all-sessions", *told)
    assert "decided 1, and 1 in 1 other session;" in done.output
    assert latest(decisions(workspace.db, OTHER)) == {shared.proposal_id: Verdict.REDACT}


def test_the_list_of_proposals_can_be_narrowed(workspace: Workspace) -> None:
    first, *others = proposals(workspace)
    decide(workspace.db, SESSION_ID, [first.proposal_id], verdict=Verdict.REDACT, actor="ana", reason="a name")
    said = run(workspace, "show", SESSION_ID, "--undecided").output
    assert first.proposal_id not in said and all(alternative.proposal_id in said for alternative in others)
    assert run(workspace, "show", SESSION_ID, "--below", "0").output == "none\n"
