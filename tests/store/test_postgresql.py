"""What is special about a database on a server: its address, its locks, its errors, and who may write."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import DBAPIError

from pipeline import nightly
from pipeline.cli import main
from pipeline.errors import ConfigurationError, LockHeld, OffrecordError, RunFenced, StorageUnavailable
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, database, integrity, ledger, postgresql
from pipeline.store.registry import Registry
from pipeline.store.row_seals import Sealer
from pipeline.workflow import lock_watch
from tests.clock import NIGHT
from tests.database_server import Server, behind, name_of, running
from tests.store.making import session

SEALER = Sealer(lambda: bytes(32))


@pytest.fixture
def workspace(tmp_path: Path, server: Server) -> Workspace:
    return Workspace.create(tmp_path / "ws", f'[database]\nurl = "{server.new_database()}"\n')


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("postgresql://ana:secret@localhost/offrecord", "password"),
        ("postgresql://ana@localhost/offrecord?password=secret", "password"),
        ("mysql://ana@localhost/offrecord", "another database"),
        ("sqlite:///elsewhere.db", "another database"),
        ("postgresql+psycopg2://ana@localhost/offrecord", "another database"),
        ("not an address", "cannot be read"),
        ("postgresql://ana@db.example.com/offrecord", "certificate"),
        ("postgresql://ana@db.example.com/offrecord?sslmode=require", "certificate"),
        ("postgresql://ana@/offrecord?host=db.example.com", "certificate"),
        ("postgresql://ana@localhost/offrecord?host=/run,db.example.com", "certificate"),
        ("postgresql://ana@localhost/offrecord?hostaddr=192.0.2.7", "certificate"),
    ],
)
def test_an_address_that_is_unsafe_is_refused_without_repeating_it(address: str, wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=wrong) as caught:
        postgresql.connect(address, SEALER)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana@/offrecord?host=/run/postgresql",
        "postgresql://localhost/offrecord",
        "postgresql://ana@db.example.com/offrecord?sslmode=verify-full&sslrootcert=system",
    ],
)
def test_a_safe_address_is_taken(address: str) -> None:
    assert postgresql.connect(address, SEALER).dialect.name == "postgresql"


def test_a_database_that_is_in_use_is_not_made_a_workspace(tmp_path: Path, server: Server) -> None:
    url = server.new_database()
    server.run("CREATE TABLE theirs (x int)", database=name_of(url))
    with pytest.raises(ConfigurationError, match="not empty"):
        Workspace.create(tmp_path / "ws", f'[database]\nurl = "{url}"\n')
    assert server.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database=name_of(url)) == "1"


def test_a_database_that_sorts_by_a_language_is_refused(tmp_path: Path, server: Server) -> None:
    url = server.new_database(language="de-DE")
    with pytest.raises(ConfigurationError, match="createdb"):
        Workspace.create(tmp_path / "ws", f'[database]\nurl = "{url}"\n')


def test_an_empty_database_is_no_workspace_however_the_settings_came_to_name_it(
    workspace: Workspace, server: Server
) -> None:
    path = workspace.root / FILE_NAME
    path.write_text(path.read_text("utf-8").replace(workspace.settings.database.url, server.new_database()), "utf-8")
    with pytest.raises(ConfigurationError, match="holds no workspace"):
        Workspace.open(workspace.root)


def test_a_second_database_in_the_folder_is_refused(workspace: Workspace) -> None:
    (workspace.root / "offrecord.db").touch()
    with pytest.raises(ConfigurationError, match="no erasure"):
        Workspace.open(workspace.root)


def test_another_version_of_the_schema_needs_an_upgrade_or_another_program(
    workspace: Workspace, server: Server
) -> None:
    name, newest = name_of(workspace.settings.database.url), database.newest_revision()
    for revision, wrong in (("0009", "db upgrade"), ("9999", "newer version")):
        server.run(f"UPDATE alembic_version SET version_num = '{revision}'", database=name)
        with pytest.raises(ConfigurationError, match=wrong):
            Workspace.open(workspace.root)
    server.run(f"UPDATE alembic_version SET version_num = '{newest}'", database=name)
    server.run("UPDATE alembic_version SET version_num = '0010'", database=name)
    done = CliRunner().invoke(main, ["db", "upgrade", "-w", str(workspace.root)])
    assert done.exit_code == 4 and "db copy sqlite" in done.output, "a migration after that is of SQLite alone"
    server.run(f"UPDATE alembic_version SET version_num = '{newest}'", database=name)
    done = CliRunner().invoke(main, ["db", "upgrade", "-w", str(workspace.root)])
    assert done.output == f"the database is at revision {newest}\n"


def test_one_run_at_a_time_also_of_folders_on_two_machines(workspace: Workspace, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in workspace.root.iterdir():
        if path.is_file() and path.name != "lock":
            (elsewhere / path.name).write_bytes(path.read_bytes())
    (elsewhere / "keys").symlink_to(workspace.root / "keys")
    other = Workspace.open(elsewhere)
    with workspace.locked(), pytest.raises(LockHeld), other.locked():
        pass
    with other.locked():
        pass


def test_a_run_whose_lock_broke_off_ends_as_it_would(workspace: Workspace, server: Server) -> None:
    with workspace.locked():
        held = "FROM pg_locks WHERE locktype = 'advisory'"
        server.run(f"SELECT pg_terminate_backend(pid) {held}", database="postgres")
    with workspace.locked():
        workspace.ledger.verify()


def test_a_run_whose_lock_broke_off_notices_and_writes_nothing_once_another_runs(
    workspace: Workspace, server: Server
) -> None:
    other = Workspace.open(workspace.root)
    with workspace.locked():
        workspace.require_lock()
        held = f"FROM pg_locks WHERE locktype = 'advisory' AND objid = {7_021_795_841_002 & 0xFFFFFFFF}"
        server.run(f"SELECT pg_terminate_backend(pid) {held}", database="postgres")
        for _ in range(2):
            with pytest.raises(StorageUnavailable, match="lock of this run broke off"):
                workspace.require_lock()
        workspace.ledger.append("kind", "nobody took over yet", {})
        other.fence.begin_epoch()  # as the next run on another machine does
        with pytest.raises(RunFenced):
            workspace.ledger.append("kind", "late", {})


def test_a_night_whose_lock_broke_off_stops_though_no_task_ends(
    workspace: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = f"FROM pg_locks WHERE locktype = 'advisory' AND objid = {7_021_795_841_002 & 0xFFFFFFFF}"

    def waits(tasks: Sequence[Any], work: object, *, workers: int, timeout_s: float) -> Iterator[Any]:
        server.run(f"SELECT pg_terminate_backend(pid) {held}", database="postgres")
        threading.Event().wait(120)
        yield from ()

    monkeypatch.setattr(lock_watch, "_EVERY_S", 0.05)
    Registry(workspace.db).take(Path("/inbox/one"), "f", session())
    options = nightly.RunOptions(executor=waits, accept_clock=True)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as where `nohup` or a shell's `&` started it
    try:
        with pytest.raises(StorageUnavailable, match="lock of this run broke off"):
            nightly.run_night(workspace, inbox=None, options=options, now=NIGHT, progress=lambda *_: None)
    finally:
        signal.signal(signal.SIGINT, before)
    with workspace.locked():
        pass


def test_a_server_of_the_version_before_is_upgraded(workspace: Workspace, server: Server) -> None:
    name = name_of(workspace.settings.database.url)
    server.run("DROP TABLE fence; UPDATE alembic_version SET version_num = '0012'", database=name)
    done = CliRunner().invoke(main, ["db", "upgrade", "-w", str(workspace.root)])
    assert done.output == f"the database is at revision {database.newest_revision()}\n"
    with Workspace.open(workspace.root).locked():
        pass


@pytest.mark.parametrize("writes_again", [False, True])
def test_a_write_whose_connection_broke_off_is_said_to_be_that(
    workspace: Workspace, server: Server, writes_again: bool
) -> None:
    before, held = workspace.ledger.verify(), "FROM pg_locks WHERE locktype = 'advisory'"
    with (
        pytest.raises(StorageUnavailable, match="cannot be reached"),
        database.storage_needed(),
        workspace.db.begin() as connection,
    ):
        ledger.append(connection, "kind", "lost", {})
        server.run(f"SELECT pg_terminate_backend(pid) {held}", database="postgres")
        if writes_again:
            ledger.append(connection, "kind", "lost too", {})
    workspace.ledger.append("kind", "kept", {})
    assert workspace.ledger.verify() == before + 1


def test_writers_take_turns_and_the_chain_and_the_seals_hold(workspace: Workspace) -> None:
    problems: list[BaseException] = []

    def write(number: int) -> None:
        try:
            opened = Workspace.open(workspace.root)
            for step in range(6):
                opened.ledger.append("step", f"{number}-{step}", {})
                Registry(opened.db).rewrite(session(title=f"{number}-{step}"))
        except OffrecordError as error:
            problems.append(error)

    Registry(workspace.db).take(Path("/inbox/one"), "f1", session())
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    workspace.ledger.verify()
    written = {key for key, _ in workspace.ledger.under("step", "")}
    assert written == {f"{number}-{step}" for number in range(4) for step in range(6)}
    integrity.check(workspace)


_KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.store import Workspace
from pipeline.store.tables.runs import entry
opened = Workspace.open(Path(sys.argv[1]))
with opened.db.begin() as connection:
    connection.execute(entry.delete())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_that_is_killed_changed_nothing_and_stops_nobody(workspace: Workspace) -> None:
    Registry(workspace.db).take(Path("/inbox/one"), "f1", session())
    assert subprocess.run([sys.executable, "-c", _KILLED, str(workspace.root)], check=False).returncode == -9
    assert set(Registry(workspace.db).entries()) == {"/inbox/one"}
    Registry(workspace.db).forget("/inbox/one")
    integrity.check(workspace)


def test_an_append_only_table_refuses_changes_from_anybody(workspace: Workspace, server: Server) -> None:
    name = name_of(workspace.settings.database.url)
    insert = "INSERT INTO decision VALUES (1, 's', 'r', 'keep', 'eve', 'x', '2026')"
    with behind(workspace) as connection:
        connection.exec_driver_sql(insert)
    for statement in ("UPDATE decision SET actor = 'ann'", "DELETE FROM decision"):
        with pytest.raises(RuntimeError, match="append-only"):
            server.run(statement, database=name)
        with pytest.raises(DBAPIError, match="append-only"), workspace.db.begin() as connection:
            connection.exec_driver_sql(statement)


def test_a_trigger_that_is_switched_off_is_noticed(workspace: Workspace, server: Server) -> None:
    server.run("ALTER TABLE consent_event DISABLE TRIGGER USER", database=name_of(workspace.settings.database.url))
    with database.reading(workspace.db) as connection:
        assert "consent_event_change_insert" not in database.triggers(connection)


def test_a_server_that_is_stopped_is_one_line_and_75(tmp_path: Path) -> None:
    with running() as server:
        opened = Workspace.create(tmp_path / "ws", f'[database]\nurl = "{server.new_database()}"\n')
        opened.db.dispose()
    ended = CliRunner().invoke(main, ["status", "-w", str(opened.root)])
    assert ended.exit_code == 75 and len(ended.stderr.splitlines()) == 1
    assert "cannot be reached" in ended.stderr
