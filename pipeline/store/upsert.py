"""Inserts that say what happens where the row is there already, in the words of the database that is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An ``INSERT`` with ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # every process of a night on SQLite would import it for nothing

    return postgresql.insert(table)
