"""Connections to the file of a database are kept, but in no fork and not beyond their process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text

from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from tests.store.making import session


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


def kept(workspace: Workspace) -> int:
    assert isinstance(workspace.db.pool, QueuePool)
    return workspace.db.pool.checkedin()


def test_no_connection_is_carried_into_a_fork(workspace: Workspace) -> None:
    with reading(workspace.db) as connection:
        connection.execute(text("SELECT 1"))
    assert kept(workspace) == 1
    child = os.fork()
    if child == 0:
        os._exit(kept(workspace))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with reading(workspace.db) as connection:
        assert connection.execute(text("SELECT 2")).scalar() == 2


def test_two_reads_in_a_row_use_one_connection_and_see_what_others_write(workspace: Workspace) -> None:
    query, other = text("SELECT count(*) FROM session"), Workspace.open(workspace.root)
    with reading(workspace.db) as connection:
        assert connection.execute(query).scalar() == 0
    Registry(other.db).take(Path("/inbox/1"), "1", session("2026-11-18-00000001", "1" * 64))
    with reading(workspace.db) as connection:
        assert connection.execute(query).scalar() == 1
    assert kept(workspace) == 1


def test_a_database_that_cannot_be_opened_is_an_error_and_nothing_else_on_stderr(tmp_path: Path) -> None:
    program = (
        "import gc, sys; from pathlib import Path; from sqlalchemy.exc import OperationalError\n"
        "from pipeline.store import sqlite; from pipeline.store.row_seals import Sealer\n"
        "engine = sqlite.connect(Path(sys.argv[1]), Sealer(lambda: b''))\n"
        "try: engine.connect()\n"
        "except OperationalError as error: sys.stdout.write(str(error.orig))\n"
        "del engine; gc.collect()"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "nowhere" / "offrecord.db")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("unable to open database file", "")


def test_a_process_that_ends_leaves_no_log_beside_the_database(workspace: Workspace) -> None:
    program = (
        "import sys; from pathlib import Path; from pipeline.store import Workspace; "
        "workspace = Workspace.open(Path(sys.argv[1])); "
        "assert (workspace.root / 'offrecord.db-wal').exists()"
    )
    workspace.db.dispose()
    subprocess.run([sys.executable, "-c", program, str(workspace.root)], check=True)
    assert [path.name for path in workspace.root.glob("offrecord.db*")] == ["offrecord.db"]
