"""A value that is made of one table, made again only when the table changed: its seal's version says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, Table, select

from pipeline.store.database import reading
from pipeline.store.row_seals import BROKEN
from pipeline.store.tables.row_seals import row_seal

T = TypeVar("T")


class TableCache(Generic[T]):
    """Keeps the latest value for as long as nobody writes to the table: a night asks once for each of its sessions.

    While the seal does not hold, each value is made anew.
    """

    def __init__(self, db: Engine, table: Table, make: Callable[[Connection], T]) -> None:
        self._db = db
        self._table = table
        self._make = make
        self._latest: tuple[str, T] | None = None

    def value(self) -> T:
        """What ``make`` gives of the table as it is now; seal and rows are read in one view of the database."""
        with reading(self._db) as connection:
            seal = connection.execute(select(row_seal.c.seal).where(row_seal.c.name == self._table.name)).scalar()
            if self._latest is not None and self._latest[0] == seal != BROKEN:
                return self._latest[1]
            value = self._make(connection)
        self._latest = (seal or BROKEN, value)
        return value
