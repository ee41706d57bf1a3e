"""The database, whichever it is, brought up to date by the numbered migrations before anything reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, inspect, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from pipeline.errors import ConfigurationError, ConsentUnreadable, StorageUnavailable, WorkspaceDamaged
from pipeline.files import is_full
from pipeline.store import sqlite
from pipeline.store.row_seals import Sealer
from pipeline.store.tables.row_seals import SEALED, row_seal
from pipeline.store.tables.schema import metadata

RESTORE = (
    "nothing was processed; restore offrecord.db and heads from one backup, and import again what came in since; "
    "refusals and withdrawals are filed again from withdrawals.journal, so leave that as it is"
)
"""What to do about a consent store that is not as it was written."""
_MIGRATIONS = Path(__file__).with_name("migrations")
_FIRST_ON_SERVERS = "0012"
"""The revision from which on migrations are made on servers too; the ones to it are written for SQLite alone."""


def connect(place: Path | str, sealer: Sealer) -> Engine:
    """An engine on the SQLite file at a path, or on the PostgreSQL database at an address; every write is sealed."""
    if isinstance(place, Path):
        return sqlite.connect(place, sealer)
    engine: Engine = _postgresql().connect(place, sealer)
    return engine


def is_server(engine: Engine) -> bool:
    """Whether the database is a server of its own and not a file of the workspace."""
    return engine.dialect.name != "sqlite"


def _postgresql() -> ModuleType:
    # Imported where it is used: hardly any workspace does.
    from pipeline.store import postgresql

    return postgresql


def close_connections() -> None:
    """Closes the connections of this process to files that are in no transaction, as before a file is moved."""
    sqlite.close_connections()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database that takes no write lock."""
    with engine.connect().execution_options(reads_only=True) as connection, connection.begin():
        yield connection


def streamed(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a query, fetched a thousand at a time: quicker than each by itself, and never all of them held."""
    for rows in connection.execute(query, execution_options={"stream_results": True}).partitions(1000):
        yield from rows


def purge_deleted(engine: Engine) -> None:
    """Sees to it that nothing deleted is left in the database's own files, as far as it lets a client."""
    (_postgresql() if is_server(engine) else sqlite).purge_deleted(engine)


def triggers(connection: Connection) -> set[str]:
    """The names of the triggers that the database has."""
    names: set[str] = (sqlite if connection.dialect.name == "sqlite" else _postgresql()).triggers(connection)
    return names


@contextmanager
def coordinating(engine: Engine) -> Iterator[Callable[[], None]]:
    """Holds a server's lock for the one run that may work; a file has the lock of its workspace for that.

    Gives a check that raises ``StorageUnavailable`` once the lock is lost. Raises ``BlockingIOError`` where another run
    has it.
    """
    with _postgresql().coordinating(engine) if is_server(engine) else nullcontext(lambda: None) as require_held:
        yield require_held


@contextmanager
def creating(engine: Engine, sealer: Sealer) -> Iterator[Connection]:
    """A transaction on a new database, which makes the tables of a workspace in it, or none at all.

    Raises ``ConfigurationError`` where a server's database is in use.
    """
    with storage_needed(), engine.begin() as connection:
        if is_server(engine):
            _postgresql().require_empty(connection)
        _make_tables(connection, sealer)
        yield connection


def _make_tables(connection: Connection, sealer: Sealer) -> None:
    """What all migrations together make, in a quarter of their processor time and without what they import."""
    metadata.create_all(connection, checkfirst=False)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": newest_revision()})
    connection.execute(row_seal.insert(), [{"name": table.name, "seal": sealer.first(table.name)} for table in SEALED])


def newest_revision() -> str:
    """The number of the newest migration."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def migrate(engine: Engine, *, also_server: bool = False) -> None:
    """Brings the schema up to date; raises ``WorkspaceDamaged`` for a database that cannot be read.

    A server's only where ``also_server`` says so, since others may be using it: ``ConfigurationError`` otherwise.
    """
    try:
        with reading(engine) as connection:
            current = _revision(connection)
        if current == newest_revision():
            return
        if is_server(engine):
            _require_upgrade(current, also_server)
        with engine.begin() as connection:
            _upgrade(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise unavailable(error) or WorkspaceDamaged(
            "the database cannot be read", action="restore it from a backup, then run `offrecord verify`"
        ) from error


def _require_upgrade(current: str | None, wanted: bool) -> None:
    if current is None:
        raise ConfigurationError(
            "the database at database.url holds no workspace",
            action="copy this workspace into it with `offrecord db copy`, or correct the address",
        )
    if current > newest_revision():
        raise ConfigurationError(
            "the database at database.url was upgraded by a newer version of Offrecord", action="install that version"
        )
    if not wanted:
        raise ConfigurationError(
            "the database at database.url is of an earlier version of Offrecord",
            action="stop what uses it, then run `offrecord db upgrade`",
        )
    if current < _FIRST_ON_SERVERS:
        raise ConfigurationError(
            "the database at database.url is of a version that only a file can be upgraded from; nothing was changed",
            action="with that version run `offrecord db copy sqlite`; with this one any command, then `db copy` again",
        )


def _revision(connection: Connection) -> str | None:
    """The number of the last migration that a database went through; None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
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
    if is_full(error) or sqlite.is_full(error):
        return StorageUnavailable()
    if not sqlite.is_passing(error) and not _postgresql().is_passing(error):
        return None
    return StorageUnavailable(
        "the database cannot be used now: it cannot be reached, no space is left, another command holds it, or a right "
        "is missing",
        action="check these, then try again",
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
