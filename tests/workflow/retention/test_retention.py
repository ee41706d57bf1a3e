"""What is kept no longer goes with a receipt, evidence last; a hold keeps it there and opens nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import nightly
from pipeline.cli import main
from pipeline.consent.answers import answer_rows
from pipeline.consent.log.identity import Keys
from pipeline.errors import InputRefused, UsageProblem
from pipeline.executors import EXECUTORS
from pipeline.records import Audience, Session
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace, run_clock
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.workflow import retention
from pipeline.workflow.retention.material import is_any_left, rendition_folders, transcripts_of
from pipeline.workflow.retention.periods import RetainedKind
from tests.vault_files import stored
from tests.workflow.erasure.conftest import GUEST, LATER, NOW, inbox, kept, leave_with, night, workspace

__all__ = ["inbox", "kept", "workspace"]

BASE = '[run]\nstable_for_s = 0\n[speech]\nengine = "sphinx"\n[export]\nmin_customers = 1\n[retention]\n'
AFTER = NOW + timedelta(days=20)
REMOVAL = import_module("pipeline.workflow.retention.carry_out")


def keeping(workspace: Workspace, **days: int) -> Workspace:
    """The workspace with these periods."""
    lines = "".join(f"{kind} = {count}\n" for kind, count in days.items())
    (workspace.root / "offrecord.toml").write_text(BASE + lines, "utf-8")
    return Workspace.open(workspace.root)


def only_session(workspace: Workspace) -> Session:
    (session,) = Registry(workspace.db).sessions()
    return session


def is_published(workspace: Workspace) -> bool:
    return (workspace.out / only_session(workspace).session_id / Audience.INTERNAL).is_dir()


def rows_there(workspace: Workspace) -> int:
    with reading(workspace.db) as connection:
        rows = list(answer_rows.read(connection, Keys(workspace.key("identity"))))
    return sum(row.written is not None for row in rows)


def assert_whole(workspace: Workspace) -> None:
    assert [check for check in verify_workspace(workspace) if not check.ok] == []


def later(workspace: Workspace, now: datetime = AFTER) -> None:
    night(workspace, now=now)


def test_without_periods_nothing_is_ever_removed(workspace: Workspace) -> None:
    before = sorted(workspace.vault.digests())
    assert retention.due(workspace, now=NOW + timedelta(days=36500)) == []
    assert retention.carry_out(workspace, now=NOW + timedelta(days=36500)) == []
    assert sorted(workspace.vault.digests()) == before


def test_the_dry_run_lists_what_a_run_then_removes_with_a_receipt(workspace: Workspace) -> None:
    workspace = keeping(workspace, original_days=10, transcript_days=30)
    session = only_session(workspace)
    assert retention.due(workspace, now=NOW) == []
    (item,) = retention.due(workspace, now=AFTER)
    assert (item.subject, item.kind, item.files) == (session.session_id, "original", len(session.sealed))
    assert item.size == sum(file.size for file in session.sealed) > 0
    assert list(workspace.vault.digests()), "a dry run removes nothing"
    later(workspace)
    assert list(workspace.vault.digests()) == []
    (receipt,) = retention.receipts(workspace)
    assert (receipt.files, receipt.size, receipt.days) == (item.files, item.size, 10)
    assert retention.due(workspace, now=AFTER) == []
    assert_whole(workspace)


def test_what_is_published_stays_without_its_original_as_long_as_consent_lasts(workspace: Workspace) -> None:
    workspace = keeping(workspace, original_days=10, transcript_days=10)
    before = {path.name: path.read_bytes() for path in workspace.out.rglob("*") if path.is_file()}
    later(workspace)
    session = only_session(workspace)
    assert (session.captions, session.chat, session.sealed) == ((), (), ())
    assert all(not (workspace.root / each.location).exists() for each in transcripts_of(workspace, session.session_id))
    assert is_published(workspace)
    after = {path.name: path.read_bytes() for path in workspace.out.rglob("*") if path.is_file()}
    assert {name: after[name] for name in ("transcript.txt", "proof.json")} == {
        name: before[name] for name in ("transcript.txt", "proof.json")
    }
    later(workspace, AFTER + timedelta(days=1))
    assert is_published(workspace)
    state = Registry(workspace.db).state(session.session_id)
    assert state is not None and "past its retention" in state.result.reason
    assert_whole(workspace)


def test_a_withdrawal_takes_out_what_cannot_be_made_again_and_a_hold_does_not_delay_it(workspace: Workspace) -> None:
    workspace = keeping(workspace, original_days=10)
    later(workspace)
    retention.place_hold(GUEST, actor="ann", reason="a claim", workspace=workspace, now=AFTER)
    assert is_published(workspace)
    leave_with(workspace, now=AFTER)
    assert not is_published(workspace)
    later(workspace, AFTER + timedelta(days=1))
    assert not is_published(workspace)


def test_a_term_that_is_listed_later_takes_out_what_cannot_be_made_again(workspace: Workspace) -> None:
    workspace = keeping(workspace, original_days=10)
    later(workspace)
    folder = workspace.out / only_session(workspace).session_id / Audience.INTERNAL
    word = max((folder / "transcript.txt").read_text("utf-8").replace("[", " ").replace("]", " ").split(), key=len)
    (workspace.root / "terms.toml").write_text(f"[[terms]]\ntext = '{word.strip('.,?!')}'\n", "utf-8")
    later(workspace, AFTER + timedelta(days=1))
    assert not is_published(workspace)


def test_a_rendition_is_kept_for_its_own_time_and_never_published_again(workspace: Workspace) -> None:
    workspace = keeping(workspace, internal_days=10)
    session_id = only_session(workspace).session_id
    assert is_published(workspace)
    later(workspace)
    assert rendition_folders(workspace, session_id, RetainedKind.INTERNAL) == []
    later(workspace, AFTER + timedelta(days=2))
    assert rendition_folders(workspace, session_id, RetainedKind.INTERNAL) == []
    assert list(workspace.vault.digests()), "the original is kept for its own time"
    assert [receipt.kind for receipt in retention.receipts(workspace, session_id)] == ["internal"]


@pytest.mark.parametrize("who", [GUEST, "the session"])
def test_a_hold_keeps_everything_and_opens_nothing(workspace: Workspace, who: str) -> None:
    workspace = keeping(workspace, original_days=10, transcript_days=10, internal_days=10)
    session = only_session(workspace)
    subject = session.session_id if who == "the session" else who
    (hold,) = retention.place_hold(subject, actor="ann", reason="a claim of Cedar", workspace=workspace, now=NOW)
    later(workspace)
    assert retention.receipts(workspace) == []
    assert {item.held_by for item in retention.due(workspace, now=AFTER)} == {(hold.hold_id,)}
    assert is_any_left(workspace, session) and list(workspace.vault.digests())
    assert not is_published(workspace), "a hold does not keep anything published"
    assert rendition_folders(workspace, session.session_id, RetainedKind.INTERNAL), "it is kept, withdrawn"
    retention.lift_hold(hold.hold_id, actor="ann", reason="settled", workspace=workspace, now=AFTER)
    assert retention.list_holds(workspace) == []
    later(workspace, AFTER + timedelta(days=1))
    assert not is_any_left(workspace, only_session(workspace))
    assert_whole(workspace)


def test_consent_evidence_outlives_the_recording(workspace: Workspace) -> None:
    workspace = keeping(workspace, original_days=10, transcript_days=10, internal_days=15, evidence_days=1)
    rows = rows_there(workspace)
    assert rows > 0
    later(workspace, NOW + timedelta(days=9))
    assert list(workspace.vault.digests()) == []
    in_session = {"martin.keller@cedar.example"}
    assert in_session <= {cell for row in read_rows(workspace) for _, cell in row}, "a rendition stands on it"
    later(workspace)
    assert not is_any_left(workspace, only_session(workspace))
    later(workspace, AFTER + timedelta(days=1))
    assert rows_there(workspace) < rows
    assert not in_session & {cell for row in read_rows(workspace) for _, cell in row}
    assert {receipt.kind for receipt in retention.receipts(workspace)} == {
        "original",
        "transcript",
        "internal",
        "evidence",
    }
    assert_whole(workspace)


def read_rows(workspace: Workspace) -> list[tuple[tuple[str, str], ...]]:
    with reading(workspace.db) as connection:
        rows = list(answer_rows.read(connection, Keys(workspace.key("identity"))))
    return [row.written for row in rows if row.written is not None]


def test_what_was_removed_is_refused_when_it_comes_again_and_removed_when_a_backup_brings_it_back(
    workspace: Workspace, inbox: Path
) -> None:
    workspace = keeping(workspace, original_days=10)
    (digest, *_) = sorted(workspace.vault.digests())
    place = stored(workspace.vault, digest)
    content = place.read_bytes()
    later(workspace)
    with pytest.raises(InputRefused, match="past its retention"):
        workspace.vault.path(digest)
    place.write_bytes(content)
    next(inbox.iterdir()).rename(inbox / "again")
    options = nightly.RunOptions(executor=EXECUTORS["inline"], accept_clock=True)
    nightly.run_night(workspace, inbox=inbox, options=options, now=AFTER, progress=lambda *_: None)
    assert list(workspace.vault.digests()) == []


def then_killed(step: Callable[..., object]) -> Callable[..., None]:
    """A step after which the process ends."""

    def stopped(*arguments: object, **options: object) -> None:
        step(*arguments, **options)
        raise KeyboardInterrupt

    return stopped


def test_a_kill_between_any_two_steps_ends_the_same(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = keeping(workspace, original_days=10, transcript_days=10, internal_days=10)
    wanted = {(item.kind, item.files, item.size) for item in retention.due(workspace, now=AFTER)}
    assert len(wanted) == 3

    for name in ("_begin", "_refuse_again", "_remove_originals", "_say_erased", "_finish", "_withdraw"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(REMOVAL, name, then_killed(getattr(REMOVAL, name)))
            retention.carry_out(workspace, now=AFTER)
    retention.carry_out(workspace, now=AFTER)
    assert {(receipt.kind, receipt.files, receipt.size) for receipt in retention.receipts(workspace)} == wanted
    assert not is_any_left(workspace, only_session(workspace))


def test_a_hold_needs_somebody_on_file_and_a_reason(workspace: Workspace) -> None:
    for who, reason in (("nobody@x.example", "a claim"), ("2026-01-01-00000000", "a claim"), (GUEST, " ")):
        with pytest.raises(UsageProblem):
            retention.place_hold(who, actor="ann", reason=reason, workspace=workspace, now=NOW)
    with pytest.raises(UsageProblem):
        retention.lift_hold("hold_x", actor="ann", reason="x", workspace=workspace, now=NOW)


def test_the_reason_of_a_hold_is_in_the_database_in_no_readable_form(workspace: Workspace) -> None:
    retention.place_hold(GUEST, actor="ann", reason="quarrel about Zephyrine", workspace=workspace, now=LATER)
    workspace.db.dispose()
    stored = b"".join(path.read_bytes() for path in workspace.root.glob("offrecord.db*"))
    assert b"Zephyrine" not in stored
    assert retention.list_holds(workspace)[0].reason == "quarrel about Zephyrine"


def test_the_commands_list_hold_and_lift(workspace: Workspace) -> None:
    workspace = keeping(workspace, original_days=1)
    session_id = only_session(workspace).session_id

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(main, ["retention", *arguments, "-w", str(workspace.root), "--json"])
        assert done.exit_code == 0, done.stderr
        return done.stdout

    by = ("--by", "ann", "--reason", "a claim")
    (hold,) = json.loads(run("hold", session_id, *by))
    assert json.loads(run("holds")) == [hold]
    assert [item["held_by"] for item in json.loads(run("due"))] == [[hold["hold_id"]]]
    run("lift", hold["hold_id"], *by)
    assert json.loads(run("holds")) == [] and json.loads(run("receipts")) == []


def test_the_first_run_after_days_off_removes_nothing_for_good_and_withdraws_all_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restart lies between the runs, so only the clock says that so much time passed."""
    workspace = keeping(workspace, original_days=9, internal_days=9)
    originals = set(workspace.vault.digests())
    monkeypatch.setattr(run_clock, "_uptime", lambda: run_clock.Uptime("restarted", 60.0))
    options = nightly.RunOptions(executor=EXECUTORS["inline"])
    at = NOW + timedelta(days=5)
    for again in (at, at + timedelta(minutes=5)):
        report = nightly.run_night(workspace, inbox=None, options=options, now=again, progress=lambda *_: None)
        assert any("nothing is removed for good by time" in line for line in report.warnings)
        assert set(workspace.vault.digests()) == originals
        assert not is_published(workspace)
    nightly.run_night(workspace, inbox=None, options=options, now=at + timedelta(days=1), progress=lambda *_: None)
    assert set(workspace.vault.digests()) == set()
