"""The commands for withdrawals and holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline import nightly
from pipeline.cli import main
from pipeline.executors import EXECUTORS
from pipeline.store import Workspace, withdrawals
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import WithdrawalState
from tests.consent.conftest import ALL_YES, NOW, Files, file_answers, person, row, session, workspace

__all__ = ["file_answers", "workspace"]

ANA = "ana@a.example"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def root(workspace: Workspace, file_answers: Files) -> Path:
    """A workspace with one session of somebody who answered and somebody who did not."""
    file_answers(row(ANA, ALL_YES))
    meeting = session(person(1, ANA), person(2, "bo@b.example"), started_at=NOW)
    Registry(workspace.db).take(workspace.root.parent / "folder", "f", meeting)
    return workspace.root


def test_from_the_withdrawal_to_the_receipt(root: Path) -> None:
    who = ("--email", ANA, "--by", "ann", "--reason", "mail", "-w", root)
    assert run("consent", "withdraw", *who, "--erase", "--purpose", "record").exit_code == 2
    assert run("consent", "withdraw", *who, "--everything", "--whole-recordings").exit_code == 2
    assert run("consent", "verify-withdrawal", ANA, "-w", root).exit_code == 2
    filed = json.loads(run("consent", "withdraw", *who, "--everything", "--erase", "--json").stdout)
    left = run("consent", "verify-withdrawal", filed["withdrawal"], "-w", root)
    assert left.exit_code == 8 and "the next `offrecord run` does it" in left.stdout
    opened = Workspace.open(root)
    options = nightly.RunOptions(executor=EXECUTORS["inline"], accept_clock=True)
    nightly.run_night(opened, inbox=None, options=options, now=NOW, progress=lambda *_: None)
    assert run("consent", "verify-withdrawal", ANA, "-w", root).stdout.strip() == "no leftovers"
    (opened.logs / "note.txt").write_text(f"call {ANA}", "utf-8")
    left = run("consent", "verify-withdrawal", ANA, "-w", root, "--json")
    assert left.exit_code == 8
    assert json.loads(left.stdout) == [{"store": "log", "place": "note.txt", "what": "alias"}]
    shown = run("consent", "receipt", "--email", ANA, "--withdrawal", "-w", root)
    assert "Cannot be called back" in shown.stdout
    (receipt,) = json.loads(run("consent", "receipt", "--email", ANA, "--withdrawal", "--json", "-w", root).stdout)
    assert receipt["withdrawal"] == filed["withdrawal"]
    assert ANA not in shown.stdout


def test_what_was_withdrawn_and_is_kept_is_named(root: Path) -> None:
    """Without erasure a rendition goes from out/ to withdrawn/: whoever verifies learns that it is there."""
    opened = Workspace.open(root)
    (session_id,) = Registry(opened.db).digests()
    (opened.withdrawn / f"{session_id}-internal-1").mkdir(parents=True)
    who = ("--email", ANA, "--by", "ann", "--reason", "mail", "-w", root)
    filed = json.loads(run("consent", "withdraw", *who, "--everything", "--json").stdout)
    withdrawals.set_state(opened.db, filed["withdrawal"], WithdrawalState.DONE)
    shown = run("consent", "verify-withdrawal", ANA, "-w", root)
    assert shown.exit_code == 0 and f"withdrawn/{session_id}-internal-1" in shown.stdout
    withdrawals.set_state(opened.db, filed["withdrawal"], WithdrawalState.WAITING)
    waiting = run("consent", "verify-withdrawal", ANA, "-w", root)
    assert waiting.exit_code == 8 and "erased whole after 20" in waiting.stdout.replace("\n", " ")


def test_a_receipt_without_a_withdrawal_is_of_the_record(root: Path) -> None:
    page = run("consent", "receipt", "--email", ANA, "-w", root)
    assert page.exit_code == 0, page.output
    assert page.stdout.startswith("<!")


@pytest.mark.parametrize(
    "words",
    [
        ("consent", "artefacts", "--session", "2026-11-18-nothing"),
        ("retention", "receipts", "2026-11-18-nothing"),
        ("retention", "receipts", "nobody@none.example"),
    ],
)
def test_a_session_or_person_that_never_was_is_no_empty_list(root: Path, words: tuple[str, ...]) -> None:
    done = run(*words, "-w", root)
    assert done.exit_code == 2
    assert "there is no session" in done.output or "nobody is on file" in done.output


def test_a_session_and_a_person_without_a_removal_have_an_empty_list(root: Path) -> None:
    name = next(iter(Registry(Workspace.open(root).db).digests()))
    for subject in (name, ANA):
        assert run("retention", "receipts", subject, "-w", root).exit_code == 0


def test_a_copy_is_noted(root: Path) -> None:
    opened = Workspace.open(root)
    (opened.out / "x").mkdir()
    (opened.out / "x" / "a.txt").write_text("a", "utf-8")
    noted = opened.artefacts.note("rendition", opened.out / "x", session_id="s", contributors=None, log_head="h")
    (listed,) = json.loads(run("consent", "artefacts", "-w", root, "--json").stdout)
    assert (listed["artefact_id"], listed["state"], listed["contributors"]) == (noted, "live", None)
    assert run("consent", "record-copy", "art_none", "--to", "x", "--by", "ann", "-w", root).exit_code == 2
    assert run("consent", "record-copy", noted, "--to", "the wiki", "--by", "ann", "-w", root).exit_code == 0
    assert [copy.went_to for copy in opened.artefacts.copies()] == ["the wiki"]


def test_a_hold_is_settled_and_a_yes_is_not_one(root: Path) -> None:
    name = next(iter(Registry(Workspace.open(root).db).digests()))
    why = ("--by", "ann", "--reason", "she wrote", "--evidence", "mail", "-w", root)
    assert run("consent", "resolve", name, "p2", "record", *why).exit_code == 2
    assert run("consent", "resolve", name, "p9", "record", "--allow", *why).exit_code == 2
    assert run("consent", "resolve", name, "p1", "record", "--allow", *why).exit_code == 7
    done = run("consent", "resolve", name, "p2", "record", "--allow", *why, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rules"] == ["H1"]
    shown = json.loads(run("consent", "show", name, "-w", root, "--json").stdout)
    record = next(cell for cell in shown if (cell["person"], cell["purpose"]) == ("p2", "record"))
    assert (record["outcome"], record["rule"]) == ("proceed", "H1")
    assert run("consent", "resolve", name, "p2", "record", "--undo", *why).exit_code == 0
