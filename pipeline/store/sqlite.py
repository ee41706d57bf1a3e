"""SQLite as the database of a workspace: one file in WAL mode, whose every write is one immediate transaction."""

from __future__ import annotations

import atexit
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from pipeline.store.row_seals import Sealer

_PASSING = ("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR")

_KEPT = 8
"""Connections that are kept: those of the requests that are answered at a time, on a few cores."""

_engines: WeakSet[Engine] = WeakSet()
"""Every engine of this process, so that no connection outlives it or goes into a fork."""


class _Connection(sqlite3.Connection):
    """A connection that closes itself with its engine, which Python 3.13 warns of where nobody does."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # of one that could not be opened
            self.close()


def connect(path: Path, sealer: Sealer) -> Engine:
    """An engine on the database file; every write is flushed to the disk, and sealed by the file's own triggers.

    It keeps its connections: to open and close one takes longer than most of what is asked through it.
    """
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": 30, "factory": _Connection},
        poolclass=QueuePool,
        pool_size=_KEPT,
        max_overflow=-1,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "connect", lambda connection, _: sealer.prepare(connection))
    event.listen(engine, "begin", lambda connection: _begin(connection, sealer))
    _engines.add(engine)
    return engine


def close_connections() -> None:
    """Closes the connections of this process that are in no transaction; the last one empties the log of its file."""
    for engine in tuple(_engines):
        engine.dispose()


# A connection must not be carried into a fork: https://www.sqlite.org/howtocorrupt.html, section 2.6.
os.register_at_fork(before=close_connections)
atexit.register(close_connections)


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    # The triggers of the seals call functions of this program, which a database may only where its schema is trusted.
    for pragma in (
        "trusted_schema=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection, sealer: Sealer) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    if not reads_only:
        sealer.require()
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def purge_deleted(engine: Engine) -> None:
    """Writes the log of the database into it and empties it, so that nothing deleted is left there."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def triggers(connection: Connection) -> set[str]:
    """The names of the triggers that the database has."""
    query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return set(connection.execute(query).scalars())


def is_full(error: BaseException) -> bool:
    """Whether an error says that there is no space for the database."""
    return _name_of(error) == "SQLITE_FULL"


def is_passing(error: BaseException) -> bool:
    """Whether an error says nothing of what is stored: a full disk, a lock, a missing right."""
    return _name_of(error).startswith(_PASSING)


def _name_of(error: BaseException) -> str:
    """What SQLite calls an error; empty for an error of anything else."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlite_errorname", None) or "" if isinstance(cause, sqlite3.Error) else ""
