"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket, a new database for each workspace."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, make_url

from pipeline.store import Workspace
from pipeline.store.workspace_files import DATABASE

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
_NOBODY = "postgres"
"""A server refuses to run as root; Debian's package makes this user."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    folder: Path
    numbers: Iterator[int]

    def new_database(self, language: str = "") -> str:
        """The address of a new, empty database, which sorts by code points or by a language."""
        sorting = f" LOCALE_PROVIDER icu ICU_LOCALE '{language}'" if language else ""
        return self._created(f"TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'{sorting}")

    def copied_database(self, address: str) -> str:
        """The address of a copy of a database that nobody is connected to."""
        return self._created(f"TEMPLATE {name_of(address)}")

    def _created(self, how: str) -> str:
        name = f"offrecord_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} {how}", database="postgres")
        return f"postgresql://{_NOBODY}@/{name}?host={self.folder}"

    def run(self, statement: str, *, database: str) -> str:
        """What psql prints for a statement: as somebody writes who is not the program; raises with its errors."""
        command = [*_psql(), "-h", str(self.folder), "-U", _NOBODY, "-d", database, "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


def name_of(address: str) -> str:
    """The name of the database at an address."""
    return str(make_url(address).database)


@contextmanager
def behind(workspace: Workspace, *, triggers: bool = False) -> Iterator[Connection]:
    """The database, by default without any trigger, as somebody writes to it who is not the program."""
    url = workspace.settings.database.url
    address = url.replace("postgresql:", "postgresql+psycopg:") or f"sqlite:///{workspace.root / DATABASE}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        if url and not triggers:
            connection.exec_driver_sql("SET session_replication_role = replica")
        elif not triggers:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection


def programs() -> Path | None:
    """The folder of the server's programs; None where none is installed."""
    program = shutil.which("initdb")
    return _PLACES[0] if _PLACES else Path(program).parent if program else None


@contextmanager
def running() -> Iterator[Server]:
    """Starts a server and stops it; nothing but its socket listens."""
    binaries = programs()
    assert binaries is not None, "PostgreSQL is not installed: make setup installs it"
    # Not in pytest's folder: the path of a socket has at most 107 characters, and another user has to reach it.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        user = _own(folder)
        data = folder / "data"
        _as(user, binaries / "initdb", "-D", data, "-U", _NOBODY, "--auth=trust", "--locale=C.UTF-8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=200"
        _as(user, binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield Server(folder, count())
        finally:
            _as(user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own(folder: Path) -> str | None:
    """Gives a folder to the server's user where root runs the tests; the user, None for whoever runs them."""
    if os.geteuid():
        return None
    entry = pwd.getpwnam(_NOBODY)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return _NOBODY


def _as(user: str | None, *command: str | Path) -> None:
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(part) for part in command], user=user, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        output.seek(0)
        assert done.returncode == 0, output.read().decode()


def _psql() -> tuple[str, ...]:
    binaries = programs()
    assert binaries is not None
    return (str(binaries / "psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1")
