"""The database: SQLite in WAL mode, brought up to date by the numbered migrations before anything reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, SQLAlchemyError

from pipeline.errors import ConsentUnreadable, StorageUnavailable, WorkspaceDamaged
from pipeline.files import is_full
from pipeline.store.row_seals import Sealer

_PASSING = ("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR")
RESTORE = (
    "nothing was processed; restore offrecord.db and heads from one backup, and import again what came in since; "
    "refusals and withdrawals are filed again from withdrawals.journal, so leave that as it is"
)
"""What to do about a consent store that is not as it was written."""
_MIGRATIONS = Path(__file__).with_name("migrations")


_KEPT = 8
"""Connections that a server keeps: those of the requests that it answers at a time, on a few cores."""


def connect(path: Path, sealer: Sealer, *, keep_connections: bool = False) -> Engine:
    """An engine on the database file; every write is one immediate transaction, flushed to the disk, and sealed.

    ``keep_connections`` is for a process that answers many requests and starts no others by forking: to open and close
    a connection takes longer than most of what is asked through it.
    """
    pool: dict[str, Any] = {"poolclass": NullPool}
    if keep_connections:
        pool = {"poolclass": QueuePool, "pool_size": _KEPT, "max_overflow": -1}
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30}, **pool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "connect", lambda connection, _: sealer.prepare(connection))
    event.listen(engine, "begin", lambda connection: _begin(connection, sealer))
    return engine


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


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database that takes no write lock."""
    with engine.connect().execution_options(reads_only=True) as connection, connection.begin():
        yield connection


def settle(engine: Engine) -> None:
    """Writes the log of the database into it and empties it, so that nothing deleted is left there."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def migrate(engine: Engine) -> None:
    """Brings the schema up to date; raises ``WorkspaceDamaged`` for a database that cannot be read."""
    newest = max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
    try:
        with reading(engine) as connection:
            current = _revision(connection)
        if current != newest:
            with engine.begin() as connection:
                _upgrade(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise unavailable(error) or WorkspaceDamaged(
            "the database cannot be read", action="restore it from a backup, then run `offrecord verify`"
        ) from error


def _revision(connection: Connection) -> str | None:
    """The number of the last migration that a database went through; None for a new one."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first():
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _upgrade(connection: Connection) -> None:
    # Imported here: it takes 0.3 s, and hardly any command finds a database that is not up to date.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def unavailable(error: BaseException) -> StorageUnavailable | None:
    """What a full disk, a lock or a missing right means for who reads it; None for anything else.

    That says nothing of what is stored.
    """
    if is_full(error):
        return StorageUnavailable()
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not (getattr(cause, "sqlite_errorname", None) or "").startswith(_PASSING):
        return None
    return StorageUnavailable(
        "the database cannot be used now: no space is left, another command holds it, or a right is missing",
        action="see to that, then try again",
    )


@contextmanager
def storage_needed() -> Iterator[None]:
    """Turns what a full disk or a held database raises into ``StorageUnavailable``."""
    try:
        yield
    except (OSError, SQLAlchemyError, sqlite3.Error) as error:
        known = unavailable(error)
        if known is None:
            raise
        raise known from error


@contextmanager
def unreadable_is_closed() -> Iterator[None]:
    """Turns a database error met while consent is read into ``ConsentUnreadable``: nothing may be processed.

    A full disk or a held database is no damage: ``StorageUnavailable``.
    """
    try:
        yield
    except (DatabaseError, sqlite3.Error) as error:
        raise unavailable(error) or ConsentUnreadable(
            "the consent store cannot be read",
            action=RESTORE,
        ) from error
