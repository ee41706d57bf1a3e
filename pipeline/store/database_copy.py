"""Copies the database of a workspace into another, on SQLite or PostgreSQL, row by row and with its seals."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, func, select

from pipeline.errors import WorkspaceDamaged
from pipeline.store import database, row_seals
from pipeline.store.database import is_server
from pipeline.store.row_seals import Sealer
from pipeline.store.tables.changes import consent_change
from pipeline.store.tables.row_seals import row_seal
from pipeline.store.tables.schema import metadata

_ROWS_AT_ONCE = 1000


def copy(source: Connection, target: Engine, sealer: Sealer) -> Mapping[str, int]:
    """Fills a new database with every row of another, in one transaction; how many each table has.

    ``source`` is a transaction that lets nobody write meanwhile. The target is made here: raises
    ``ConfigurationError`` where it is in use, and ``WorkspaceDamaged`` where the copy is not what its seals say.
    """
    with database.creating(target, sealer) as connection:
        _copy_rows(source, connection)
        broken = row_seals.broken(connection, sealer)
        if broken:
            raise WorkspaceDamaged(
                f"the copy does not match the seals of these tables: {', '.join(broken)}",
                action="run `offrecord verify`",
            )
        return {table.name: _count(connection, table.name) for table in metadata.sorted_tables}


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in metadata.sorted_tables:
        if table in (row_seal, consent_change):
            continue
        for rows in source.execute(select(table)).mappings().partitions(_ROWS_AT_ONCE):
            target.execute(table.insert(), [dict(row) for row in rows])
    # The triggers of the target noted each row as a change; what had changed in the source comes in their place.
    target.execute(consent_change.delete())
    changes = [dict(row) for row in source.execute(select(consent_change)).mappings()]
    if changes:
        target.execute(consent_change.insert(), changes)
    _copy_seals(source, target)


def _copy_seals(source: Connection, target: Connection) -> None:
    """Seals as they are in the source: their versions are those that the file of heads knows."""
    if is_server(target.engine):
        from pipeline.store import postgresql

        postgresql.drop_unsealed(target)
        postgresql.restart_numbers(target)
    target.execute(row_seal.delete())
    target.execute(row_seal.insert(), [dict(row) for row in source.execute(select(row_seal)).mappings()])


def _count(connection: Connection, name: str) -> int:
    return connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
