"""PostgreSQL as the database of a workspace: for a team whose reviewers use it while the night runs.

Writers take turns, as they do on SQLite, by an advisory lock that each transaction holds; readers have one consistent
view each. The seals of the tables (``row_seals``) are computed here, never by the server: its triggers note every
changed row in a temporary table that only a connection of this program has, and what it holds is sealed right before
the commit. The key does not leave this program, and whoever else writes to a table fails, or breaks its seal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import groupby
from threading import Lock
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Table,
    create_engine,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError

from pipeline.errors import ConfigurationError, StorageUnavailable
from pipeline.store.row_seals import Sealer
from pipeline.store.tables.row_seals import row_seal
from pipeline.store.tables.schema import metadata

_DRIVER = "postgresql+psycopg"
_WRITING, _COORDINATING = 7_021_795_841_001, 7_021_795_841_002
"""The keys of the two advisory locks: any numbers that nobody else takes in this database."""
_SELF = "SELECT pg_backend_pid()"
_ALONE = "AUTOCOMMIT"
"""How a statement is sent that belongs to no transaction."""
_LOCAL_HOSTS = ("", "localhost", "127.0.0.1", "::1")
# Class or code of SQLSTATE: connection, resources (disk full, too many connections), lock not had in time, deadlock,
# read-only server, stopped by an operator. A failure to connect has none.
_PASSING = ("08", "53", "55P03", "40P01", "25006", "57")
_PREPARE = (
    "SET TIME ZONE 'UTC'",
    "SET lock_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '10min'",
    "CREATE TEMPORARY TABLE unsealed_row (seq serial, name text, added json, removed json) ON COMMIT DELETE ROWS",
)


def connect(address: str, sealer: Sealer) -> Engine:
    """An engine on the database at a ``postgresql://`` address; raises ``ConfigurationError`` for one that is unsafe.

    The address has no password: libpq finds that in ``PGPASSFILE`` or ``~/.pgpass``. Beyond this machine the server's
    certificate is checked.
    """
    url = _checked(address)
    try:
        engine = create_engine(url, pool_size=5, max_overflow=20, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "PostgreSQL needs a driver that is not installed", action="pip install 'offrecord[postgresql]'"
        ) from error
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: _begin(connection, sealer))
    event.listen(engine, "commit", lambda connection: _seal(connection, sealer))
    return engine


def _checked(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise ConfigurationError(
            "the address of the database cannot be read",
            action="write postgresql://USER@HOST/DATABASE; see docs/settings.md",
        ) from error
    if url.drivername not in ("postgresql", _DRIVER):
        raise ConfigurationError(
            "the address is that of another database than PostgreSQL",
            action="write postgresql://USER@HOST/DATABASE, or leave it empty for SQLite",
        )
    if url.password is not None or "password" in url.query:
        raise ConfigurationError(
            "the address of the database holds a password",
            action="put it into ~/.pgpass, or a file that PGPASSFILE names",
        )
    for host in _hosts(url):
        if host not in _LOCAL_HOSTS and not host.startswith("/") and url.query.get("sslmode") != "verify-full":
            raise ConfigurationError(
                "the address leads to another machine without checking its certificate",
                action="add ?sslmode=verify-full&sslrootcert=system, or the file of your own certificate authority",
            )
    return url.set(drivername=_DRIVER)


def _hosts(url: URL) -> Iterator[str]:
    """Every host that libpq may try, as ``host`` and ``hostaddr`` list them."""
    yield url.host or ""
    for key in ("host", "hostaddr"):
        values = url.query.get(key, ())
        for value in (values,) if isinstance(values, str) else values:
            yield from value.split(",")


def _prepare(connection: Any, _: Any) -> None:
    connection.autocommit = True
    for statement in _PREPARE:
        connection.execute(statement)
    connection.autocommit = False


def _begin(connection: Connection, sealer: Sealer) -> None:
    if _writes(connection):
        sealer.require()
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING})")
    elif connection.get_execution_options().get("reads_only", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _seal(connection: Connection, sealer: Sealer) -> None:
    """Carries every row that a transaction changed into the seals of their tables, in the order of the changes."""
    if not _writes(connection):
        return
    query = text("SELECT name, added::text, removed::text FROM pg_temp.unsealed_row ORDER BY name, seq")
    for name, changes in groupby(connection.execute(query).all(), key=lambda change: str(change.name)):
        table = metadata.tables[name]
        seal = connection.execute(select(row_seal.c.seal).where(row_seal.c.name == name)).scalar()
        if seal is None:
            continue
        for change in changes:
            added, removed = (_mac(sealer, table, row) for row in (change.added, change.removed))
            seal = sealer.resealed(name, seal, added, removed)
        connection.execute(row_seal.update().where(row_seal.c.name == name).values(seal=seal))


def _writes(connection: Connection) -> bool:
    options = connection.get_execution_options()
    return not options.get("reads_only", False) and options.get("isolation_level") != _ALONE


def _mac(sealer: Sealer, table: Table, row: str | None) -> str:
    """The keyed hash of a row that the server wrote as JSON: the same as of the row when it is read; '' for none."""
    if row is None:
        return ""
    values: Mapping[str, Any] = json.loads(row, parse_float=str, parse_int=str)  # so that -0 stays one
    return sealer.row_mac(str(table.name), *(_value(column.type, values[column.name]) for column in table.c))


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(value.removeprefix("\\x"))
    return float(value) if isinstance(kind, Float) else int(value) if isinstance(kind, Integer) else value


def drop_unsealed(connection: Connection) -> None:
    """Forgets what this transaction has not sealed yet: a copy brings the seals of its source with it."""
    connection.exec_driver_sql("DELETE FROM pg_temp.unsealed_row")


def require_empty(connection: Connection) -> None:
    """Raises ``ConfigurationError`` where the database holds tables already, or sorts text otherwise than SQLite."""
    if connection.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").scalar():
        raise ConfigurationError("the database at that address is not empty", action="name a new database")
    if not connection.exec_driver_sql("SELECT 'B' < 'a' AND '-z' < 'A' AND 'z' < 'é'").scalar():
        raise ConfigurationError(
            "the database at that address sorts text by a language, whose order may change with the server's version",
            action="create it with `createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME`",
        )


def restart_numbers(connection: Connection) -> None:
    """Has the server number new rows after those that are there: a copy brings rows with their numbers."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "
                f"coalesce(max({column.name}), 0) + 1, false) FROM {table.name}"
            )


@contextmanager
def coordinating(engine: Engine) -> Iterator[Callable[[], None]]:
    """Holds the lock of the one run that may work, also against one on another machine; raises ``BlockingIOError``.

    Gives a check that raises ``StorageUnavailable`` once the lock is lost, which goes with the connection that took it.
    """
    with engine.connect().execution_options(isolation_level=_ALONE) as connection:
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_COORDINATING})").scalar():
            raise BlockingIOError
        held_by, asking = connection.exec_driver_sql(_SELF).scalar(), Lock()

        def require_held() -> None:
            with asking:
                try:
                    is_held = connection.exec_driver_sql(_SELF).scalar() == held_by
                except (DBAPIError, InvalidRequestError):
                    is_held = False
            if not is_held:
                raise StorageUnavailable(
                    "the connection to the database that held the lock of this run broke off, and the run stopped",
                    action="run again; nothing is lost",
                )

        try:
            yield require_held
        finally:
            with suppress(DBAPIError, InvalidRequestError):  # a connection that broke off has taken its lock with it
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_COORDINATING})")


def purge_deleted(engine: Engine) -> None:
    """Has the server reuse the room of deleted rows; its archive, replicas and dumps are kept by whoever runs it."""
    with engine.connect().execution_options(isolation_level=_ALONE) as connection:
        connection.exec_driver_sql("VACUUM")


def triggers(connection: Connection) -> set[str]:
    """The names of the triggers that the database has and that are switched on."""
    query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    return set(connection.exec_driver_sql(query).scalars())


def is_passing(error: BaseException) -> bool:
    """Whether an error says nothing of what is stored: no connection, a full disk, a lock."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if not type(cause).__module__.startswith("psycopg"):
        return False
    state = getattr(cause, "sqlstate", None)
    return state.startswith(_PASSING) if state else type(cause).__name__ == "OperationalError"
