"""The log notices every change, gap and cut, and survives a kill between its two writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline import consent
from pipeline.errors import ConsentUnreadable, TryAgain
from pipeline.records import Ruling
from pipeline.store import Workspace
from pipeline.store.chains import GENESIS
from tests.consent.conftest import NOW, Files, person, row, session
from tests.database_server import behind


def tamper(workspace: Workspace, *statements: str, triggers: bool = False) -> None:
    """Changes the database as somebody who is not the program would, the triggers out of the way."""
    with behind(workspace, triggers=triggers) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def kept(workspace: Workspace) -> Path:
    return workspace.root / "heads"


@pytest.mark.usefixtures("each_database")
def test_an_empty_log_holds(workspace: Workspace) -> None:
    assert consent.verify_chain(workspace) == GENESIS


@pytest.mark.usefixtures("each_database")
def test_a_filled_log_holds_and_names_its_head(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"))
    assert consent.verify_chain(workspace) == consent.log_head(workspace)
    assert f"consent_event 10 {consent.log_head(workspace)}\n" in kept(workspace).read_text()


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent_event SET body = replace(body, 'refused', 'given') WHERE seq = 1",
        "UPDATE consent_event SET body = body || ' ' WHERE seq = 4",
        "UPDATE consent_event SET hash = prev_hash WHERE seq = 2",
        "UPDATE consent_event SET prev_hash = hash WHERE seq = 3",
        "UPDATE consent_event SET party_id = 'prt_other' WHERE seq = 3",
        "UPDATE consent_event SET row_key = 'x' WHERE seq = 3",
        "UPDATE consent_event SET event_id = 'evt_other' WHERE seq = 3",
        "UPDATE consent_event SET seq = 99 WHERE seq = 5",
        "UPDATE consent_event SET body = CAST(x'ff' AS TEXT) WHERE seq = 3",
        "DELETE FROM consent_event WHERE seq = 1",
        "DELETE FROM consent_event WHERE seq = 3",
        "DELETE FROM consent_event WHERE seq = 5",
        "DELETE FROM consent_event",
        "DROP TABLE consent_event",
    ],
)
def test_any_change_is_noticed(change: str, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ("No", "No", "No", "No")))
    tamper(workspace, change)
    with pytest.raises(ConsentUnreadable) as caught:
        consent.verify_chain(workspace)
    assert caught.value.code == 6


def test_one_byte_of_the_file_is_noticed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ("No", "No", "No", "No")))
    tamper(workspace, "PRAGMA wal_checkpoint(TRUNCATE)", triggers=True)
    workspace.db.dispose()
    path = workspace.root / "offrecord.db"
    content = path.read_bytes()
    place = content.index(b'"state":"refused"') + len(b'"state":"r')
    path.write_bytes(content[:place] + b"a" + content[place + 1 :])
    with pytest.raises(ConsentUnreadable):
        consent.verify_chain(workspace)


def test_a_database_that_is_none_is_unreadable(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    workspace.db.dispose()
    for name in ("offrecord.db-wal", "offrecord.db-shm"):
        (workspace.root / name).unlink(missing_ok=True)
    (workspace.root / "offrecord.db").write_bytes(b"no database" * 1000)
    with pytest.raises(ConsentUnreadable):
        consent.verify_chain(workspace)
    with pytest.raises(ConsentUnreadable):
        consent.rule(session(person(1, "ana@a.example")), workspace=workspace, now=NOW)


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("statement", ["UPDATE consent_event SET body = 'x'", "DELETE FROM consent_event"])
def test_the_database_itself_refuses_changes(statement: str, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    with pytest.raises(DBAPIError, match="append-only"), workspace.db.begin() as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(DBAPIError, match="append-only"), workspace.db.begin() as connection:
        connection.exec_driver_sql("DELETE FROM consent_notice")


@pytest.mark.usefixtures("each_database")
def test_a_kill_before_the_head_is_kept_is_repaired(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    before = kept(workspace).read_text()
    file_answers(row("bo@b.example"))
    kept(workspace).write_text(before)
    head = consent.verify_chain(workspace)
    assert f"consent_event 10 {head}\n" in kept(workspace).read_text()
    tamper(workspace, "DELETE FROM consent_event WHERE seq > 5")
    with pytest.raises(ConsentUnreadable):
        consent.verify_chain(workspace)


def test_a_kill_at_the_first_write_is_repaired(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    workspace.heads.start()
    file_answers(row("bo@b.example"))
    assert consent.verify_chain(workspace) == consent.log_head(workspace)


@pytest.mark.parametrize(
    "content", [None, "", "5", f"consent_event 5 {GENESIS}\n", f"consent_event 5 {GENESIS}\n{GENESIS}\n"]
)
def test_nothing_is_built_on_a_log_whose_head_is_lost(
    content: str | None, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"))
    kept(workspace).unlink() if content is None else kept(workspace).write_text(content)
    with pytest.raises(ConsentUnreadable):
        consent.verify_chain(workspace)
    with pytest.raises(ConsentUnreadable):
        file_answers(row("bo@b.example"))


@pytest.mark.usefixtures("each_database")
def test_an_alias_that_was_moved_to_somebody_else_is_noticed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example", ("No", "No", "No", "No")))
    tamper(
        workspace,
        "UPDATE consent_alias SET party_id = (SELECT party_id FROM consent_event WHERE seq = 1) WHERE party_id <> "
        "(SELECT party_id FROM consent_event WHERE seq = 1)",
    )
    with pytest.raises(ConsentUnreadable):
        consent.rule(session(person(1, "bo@b.example")), workspace=workspace, now=NOW)


@pytest.mark.usefixtures("each_database")
def test_an_event_changed_after_the_check_is_noticed_by_the_ruling(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ("No", "No", "No", "No")))
    tamper(workspace, "UPDATE consent_event SET body = replace(body, 'refused', 'given')")
    with pytest.raises(ConsentUnreadable):
        consent.rule(session(person(1, "ana@a.example")), workspace=workspace, now=NOW)


def test_no_address_or_name_stands_in_the_files(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana.unmistakable@a.example", name="Ana Unmistakable", discord="987654321987"))
    workspace.db.dispose()
    files = [path for path in workspace.root.rglob("*") if path.is_file()]
    assert {"offrecord.db", "heads"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes().lower()
        assert b"unmistakable" not in content
        assert b"987654321987" not in content


def test_release_stops_when_the_log_has_grown(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    ruling = consent.rule(session(person(1, "ana@a.example")), workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    with consent.release(workspace, ruling):
        workspace.ledger.append("release", "x", {})
    file_answers(row("bo@b.example"))
    with pytest.raises(TryAgain), consent.release(workspace, ruling):
        pytest.fail("let out")
