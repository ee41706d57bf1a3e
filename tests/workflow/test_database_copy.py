"""A workspace's database goes to a server and back to the last row, and works, erases and is backed up from there."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit
from click.testing import CliRunner
from sqlalchemy import Connection, select

from pipeline.cli import main
from pipeline.errors import ConfigurationError, ConsentUnreadable, LockHeld, UsageProblem, WorkspaceDamaged
from pipeline.reports.verify import verify_workspace
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, database_copy
from pipeline.store.database import reading
from pipeline.store.tables.fences import fence
from pipeline.store.tables.schema import metadata
from pipeline.workflow.backup import back_up, restore, write_key
from pipeline.workflow.consent_views import left_after_withdrawal
from pipeline.workflow.database_copy import copy_database
from tests.database_server import Server, behind, name_of
from tests.workflow.erasure.conftest import GUEST, LATER, NOW, kept, leave_with, night, workspace

__all__ = ["kept", "workspace"]
Rows = dict[str, list[str]]


def rows(workspace: Workspace) -> Rows:
    """Every row of every table, each as text, but for the epoch: each copy is made in one of its own."""
    with reading(workspace.db) as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
            if table is not fence
        }


def moved(workspace: Workspace, url: str) -> Workspace:
    """The workspace with its database at an address, or in its file again, as the command says to go on."""
    copy_database(workspace, url or "sqlite")
    workspace.db.dispose()
    path = workspace.root / FILE_NAME
    document = tomlkit.parse(path.read_text("utf-8"))
    document.pop("database", None)
    if url:
        document["database"] = {"url": url}
        (workspace.root / "offrecord.db").unlink()
    path.write_text(tomlkit.dumps(document), "utf-8")
    return Workspace.open(workspace.root)


def assert_whole(workspace: Workspace) -> None:
    assert [check for check in verify_workspace(workspace) if not check.ok] == []


def test_there_and_back_every_row_is_the_same_and_what_holds_it_together_holds(
    workspace: Workspace, server: Server
) -> None:
    before = rows(workspace)
    assert sum(map(bool, before.values())) > 15, "the night left rows in most tables"
    there = moved(workspace, server.new_database())
    assert rows(there) == before
    assert_whole(there)
    back = moved(there, "")
    assert rows(back) == before
    assert_whole(back)
    assert (back.root / "offrecord.db").stat().st_mode & 0o077 == 0


def test_a_withdrawal_and_a_night_over_a_server_erase_and_a_backup_of_it_is_a_workspace_with_a_file(
    workspace: Workspace, server: Server, tmp_path: Path
) -> None:
    there = moved(workspace, server.new_database())
    filed = leave_with(there, erase=True)
    night(there, now=LATER)
    assert left_after_withdrawal(filed.withdrawal, workspace=there) == ()
    assert_whole(there)
    dump = server.run("SELECT body FROM session", database=name_of(there.settings.database.url))
    assert "Martin Keller" not in dump
    recipient = write_key(tmp_path / "id")
    back_up(there, tmp_path / "b.age", keys=tmp_path / "k.age", recipients=[recipient], originals=True, now=LATER)
    restore(
        tmp_path / "b.age",
        tmp_path / "restored",
        identity=tmp_path / "id",
        keys=tmp_path / "k.age",
        newest_journal=None,
        now=LATER,
    )
    restored = Workspace.open(tmp_path / "restored")
    assert (restored.root / "offrecord.db").is_file() and not restored.settings.database.url
    assert rows(restored).keys() == rows(there).keys()
    assert rows(restored)["consent_event"] == rows(there)["consent_event"]
    assert_whole(restored)


def test_what_is_written_to_the_file_after_it_was_copied_is_noticed_by_the_copy(
    workspace: Workspace, server: Server
) -> None:
    url = server.new_database()
    copy_database(workspace, url)
    leave_with(workspace)
    workspace.db.dispose()
    (workspace.root / "offrecord.db").unlink()
    path = workspace.root / FILE_NAME
    path.write_text(f'{path.read_text("utf-8")}\n[database]\nurl = "{url}"\n', "utf-8")
    with pytest.raises(ConsentUnreadable, match="not as it was written"):
        night(Workspace.open(workspace.root), now=LATER)


def test_it_is_copied_by_the_command_which_says_what_is_next(workspace: Workspace, server: Server) -> None:
    url = server.new_database()
    done = CliRunner().invoke(main, ["db", "copy", url, "-w", str(workspace.root)])
    assert done.exit_code == 0 and f'url = "{url}"' in done.output and "remove offrecord.db" in done.output
    again = CliRunner().invoke(main, ["db", "copy", url, "-w", str(workspace.root)])
    assert again.exit_code == 4 and "not empty" in again.stderr


def test_it_is_not_copied_to_where_it_is_nor_while_a_run_works(workspace: Workspace, server: Server) -> None:
    with pytest.raises(UsageProblem, match="already of that kind"):
        copy_database(workspace, "sqlite")
    with workspace.locked(), pytest.raises(LockHeld):
        copy_database(Workspace.open(workspace.root), server.new_database())
    with pytest.raises(ConfigurationError, match="password"):
        copy_database(workspace, "postgresql://ana:secret@localhost/x")


def test_a_damaged_database_is_not_copied(workspace: Workspace, server: Server) -> None:
    with behind(workspace) as connection:
        connection.exec_driver_sql("DELETE FROM consent_alias")
    with pytest.raises(WorkspaceDamaged, match="consent_alias"):
        copy_database(workspace, server.new_database())


def test_a_copy_that_lacks_a_row_is_never_there(
    workspace: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_rows = database_copy._copy_rows

    def without_one(source: Connection, target: Connection) -> None:
        copy_rows(source, target)
        target.exec_driver_sql("DELETE FROM consent_alias")
        database_copy._copy_seals(source, target)

    url = server.new_database()
    with monkeypatch.context() as patched, pytest.raises(WorkspaceDamaged, match="consent_alias"):
        patched.setattr(database_copy, "_copy_rows", without_one)
        copy_database(workspace, url)
    assert server.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database=name_of(url)) == "0"
    assert copy_database(workspace, url).rows > 0, "the database is as new as it was"


def test_nobody_is_in_the_log_of_the_server(workspace: Workspace, server: Server) -> None:
    there = moved(workspace, server.new_database())
    leave_with(there)
    assert GUEST not in (server.folder / "log").read_text("utf-8")
    assert NOW.isoformat() not in (server.folder / "log").read_text("utf-8")
