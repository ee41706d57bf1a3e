"""A journal of refusals and withdrawals outlives the database: an older one that is restored brings no yes back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.log import journal
from pipeline.consent.log.journal import EntryKind
from pipeline.consent.log.log import verify_chain as walk_chains
from pipeline.consent.log.replay import catch_up
from pipeline.consent.staff.withdraw import Erasure, withdraw
from pipeline.errors import ConsentUnreadable, InputRefused
from pipeline.records import Purpose, Ruling, Session, SessionResult
from pipeline.store import Workspace, database, withdrawals
from pipeline.store.registry import Registry, SessionState
from pipeline.workflow import erasure
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session
from tests.consent.tables import bodies

ALL = tuple(Purpose)
ANA, BO = "ana@a.example", "bo@b.example"
FILES = ("offrecord.db", "offrecord.db-wal", "offrecord.db-shm", "heads")


def found() -> Session:
    return session(person(1, ANA), person(2, BO))


def take_back(
    workspace: Workspace,
    email: str = ANA,
    *,
    purposes: Sequence[Purpose] = ALL,
    erasure: Erasure | None = None,
) -> str:
    done = withdraw(
        email,
        purposes=purposes,
        session_id=None,
        erasure=erasure,
        actor="sam",
        reason="mail",
        workspace=workspace,
        now=NOW,
    )
    return done.withdrawal


def back_up(workspace: Workspace, to: Path) -> None:
    """What the operator's guide says: database and heads together, nobody writing."""
    to.mkdir()
    database.purge_deleted(workspace.db)
    for name in FILES:
        if (workspace.root / name).exists():
            shutil.copy2(workspace.root / name, to / name)


def restore(workspace: Workspace, source: Path) -> Workspace:
    workspace.db.dispose()
    for name in FILES:
        (workspace.root / name).unlink(missing_ok=True)
        if (source / name).exists():
            shutil.copy2(source / name, workspace.root / name)
    return Workspace.open(workspace.root)


def states(workspace: Workspace) -> list[tuple[str, str]]:
    return [(body["event_id"], body["state"]) for body in bodies(workspace)]


def outcomes(workspace: Workspace, who: str) -> set[str]:
    return {f"{one.outcome} {one.rule}" for one in explain(found(), workspace=workspace, now=NOW) if one.person == who}


@pytest.fixture
def restored(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Workspace:
    """Both said yes, a backup was made, Ana withdrew, and the backup came back."""
    file_answers(row(ANA), row(BO))
    back_up(workspace, tmp_path / "backup")
    take_back(workspace)
    return restore(workspace, tmp_path / "backup")


def test_a_backup_from_before_a_withdrawal_brings_no_yes_back(restored: Workspace) -> None:
    ruling = consent.current_ruling(found(), workspace=restored, now=NOW)
    assert isinstance(ruling, Ruling) and "p1" in ruling.removed(Purpose.TRANSCRIBE)
    assert outcomes(restored, "p1") == {"minus U2"} and "proceed U1" in outcomes(restored, "p2")


def test_the_withdrawal_is_carried_out_again_and_the_store_says_that_it_was_older(restored: Workspace) -> None:
    assert not withdrawals.read(restored.db)
    consent.verify_chain(restored)
    (filed,) = withdrawals.read(restored.db)
    assert filed.state is withdrawals.WithdrawalState.FILED
    (line,) = consent.journal_warnings(restored, now=NOW)
    assert "older than its journal" in line and "Import again" in line
    assert consent.verify_chain(restored) == walk_chains(restored) and len(withdrawals.read(restored.db)) == 1


def test_a_night_says_it_too(restored: Workspace, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["run", "--workspace", str(restored.root), "--json"])
    assert any("older than its journal" in line for line in json.loads(done.stdout)["warnings"]), done.output


@pytest.mark.parametrize("command", [["status", "--json"], ["report", "--json"]])
def test_the_status_of_a_restored_store_is_that_of_after_the_withdrawal(
    restored: Workspace, command: list[str]
) -> None:
    Registry(restored.db).take(restored.root / "inbox", "f", found())
    internal = f"{found().session_id}/internal"
    finished = SessionResult(
        session_id=found().session_id, status="done", reason="published", action="–", renditions=(internal,)
    )
    Registry(restored.db).conclude(SessionState(state_key="", valid_until=0.0, attempts=1, result=finished))
    shown = CliRunner().invoke(main, [*command, "--workspace", str(restored.root)])
    lines = json.loads(shown.stdout)
    (line,) = lines["lines"] if isinstance(lines, dict) else lines
    assert (line["status"], line["renditions"]) == ("waiting", []) and "missing from out/" in line["reason"]
    assert withdrawals.read(restored.db)


def test_who_first_said_no_after_the_backup_is_known_again(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(BO))
    back_up(workspace, tmp_path / "backup")
    file_answers(row(ANA, ALL_NO))
    older = restore(workspace, tmp_path / "backup")
    assert outcomes(older, "p1") == {"minus U2"}
    assert walk_chains(older)


def test_a_no_from_anywhere_is_in_the_journal_and_a_yes_is_not(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA), row(BO, ("Yes", "Yes", "No", "Yes")))
    take_back(workspace, purposes=[Purpose.RECORD])
    entries = journal.read(workspace)
    kinds = [entry.kind for entry in entries]
    assert kinds.count(EntryKind.EVENT) == 2 and kinds.count(EntryKind.WITHDRAWAL) == 1
    assert {entry.body["state"] for entry in entries if entry.kind is EntryKind.EVENT} == {"refused", "withdrawn"}
    text = journal.path_of(workspace).read_text("utf-8")
    assert ANA not in text and BO not in text
    assert journal.path_of(workspace).stat().st_mode & 0o777 == 0o600


def test_what_was_filed_before_there_was_a_journal_is_added(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_NO))
    before = [entry.entry_id for entry in journal.read(workspace)]
    journal.path_of(workspace).unlink()
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DELETE FROM ledger WHERE kind = 'journal'")
    catch_up(workspace)
    assert [entry.entry_id for entry in journal.read(workspace)] == before
    catch_up(workspace)
    assert [entry.entry_id for entry in journal.read(workspace)] == before


def test_a_changed_line_stops_everything_and_says_what_to_do(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_NO), row(BO, ALL_NO))
    path = journal.path_of(workspace)
    path.write_bytes(path.read_bytes().replace(b'"refused"', b'"given"', 1))
    with pytest.raises(ConsentUnreadable, match=r"not as it was written, at line \d+.*rebuild-journal"):
        consent.verify_chain(workspace)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(lines[1:]))
    done = CliRunner().invoke(main, ["run", "--workspace", str(workspace.root)])
    assert done.exit_code == 6 and "newest backup" in done.stderr


def test_a_missing_journal_stops_everything_until_it_is_written_anew(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_NO))
    journal.path_of(workspace).unlink()
    with pytest.raises(ConsentUnreadable, match="missing"):
        consent.current_ruling(found(), workspace=workspace, now=NOW)
    done = CliRunner().invoke(main, ["run", "--workspace", str(workspace.root)])
    assert done.exit_code == 6
    arguments = ["consent", "rebuild-journal", "--json", "--workspace", str(workspace.root)]
    assert json.loads(CliRunner().invoke(main, arguments).stdout)["entries"] > 0
    assert consent.verify_chain(workspace) and outcomes(workspace, "p1") == {"minus U2"}


def test_a_line_that_a_kill_cut_off_was_never_filed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_NO))
    path, before = journal.path_of(workspace), journal.read(workspace)
    with path.open("ab") as out:
        out.write(b'{"body":{"event_')
    assert journal.read(workspace) == before
    take_back(workspace, BO)
    assert journal.read(workspace)[: len(before)] == before and len(journal.read(workspace)) > len(before)
    assert consent.verify_chain(workspace)


def test_an_import_that_is_refused_leaves_no_entry(workspace: Workspace, file_answers: Files) -> None:
    with pytest.raises(InputRefused):
        file_answers(["no time", ANA, "", "", *ALL_NO])
    assert journal.read(workspace) == ()


def test_erasure_takes_what_somebody_is_known_by_out_of_the_journal(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(ANA, name="Ana Unmistakable"), row(BO, ALL_NO))
    Registry(workspace.db).take(tmp_path / "inbox", "f", found())
    take_back(workspace, erasure=Erasure(erase=True, whole=True))
    people = {entry.entry_id for entry in journal.read(workspace) if entry.kind is EntryKind.PERSON}
    erasure.carry_out(workspace, now=NOW + timedelta(days=1))
    erased = [
        entry for entry in journal.read(workspace) if entry.kind is EntryKind.PERSON and not entry.body["aliases"]
    ]
    assert len(erased) >= 1 and {entry.entry_id for entry in erased} < people
    assert consent.verify_chain(workspace)
