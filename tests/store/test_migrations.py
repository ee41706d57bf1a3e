"""The migrations make the tables that the code has, to the letter, triggers included."""

from __future__ import annotations

import pkgutil
from pathlib import Path

from sqlalchemy import Engine, text

from pipeline.store import database, tables
from pipeline.store.row_seals import Sealer

SEALER = Sealer(lambda: bytes(32))
_NOT_OURS = "alembic_version"


def made(engine: Engine) -> dict[str, str]:
    """Every table, index and trigger with its statement, spaces apart."""
    query = "SELECT type || ' ' || name AS what, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != :not_ours"
    with database.reading(engine) as connection:
        rows = connection.execute(text(query), {"not_ours": _NOT_OURS}).all()
    return {row.what: " ".join(row.sql.split()) for row in rows}


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in order."""
    with database.reading(engine) as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}")))) for name in tables}


def test_the_migrated_schema_is_the_one_that_the_code_has(tmp_path: Path) -> None:
    for module in pkgutil.iter_modules(tables.__path__):
        assert module.name in {*tables.__all__, "schema"}, "a module that nobody imports makes no tables"
    migrated, declared = (database.connect(tmp_path / name, SEALER) for name in ("migrated.db", "declared.db"))
    database.migrate(migrated)
    with database.creating(declared, SEALER):
        pass
    assert made(migrated) == made(declared), "a changed table needs a migration of its own; 0001 is never edited"
    assert rows(migrated) == rows(declared), "a new workspace is made without the migrations, and has what they leave"
    assert rows(declared)[_NOT_OURS] == [(database.newest_revision(),)] and rows(declared)["row_seal"]
    assert any(what.startswith("trigger consent_event_no_") for what in made(migrated))


def test_a_migrated_database_is_left_as_it_is(tmp_path: Path) -> None:
    engine = database.connect(tmp_path / "offrecord.db", SEALER)
    database.migrate(engine)
    before = made(engine)
    database.migrate(engine)
    assert made(engine) == before and "table ledger" in before
