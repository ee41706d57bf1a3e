"""What all tables stand on: the one metadata, and the triggers of those that are append-only."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, event

metadata = MetaData()


def append_only(*tables: Table) -> None:
    """Has the database itself refuse to change or delete a row of these tables."""
    for table in tables:
        event.listen(table, "after_create", _refuse_changes)


def _refuse_changes(target: Table, connection: Connection, **_: object) -> None:
    """Adds the triggers that keep a table append-only, on SQLite and on PostgreSQL."""
    for act in ("UPDATE", "DELETE"):
        trigger = f"{target.name}_no_{act.lower()}"
        before = f"CREATE TRIGGER {trigger} BEFORE {act} ON {target.name}"
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"{before} BEGIN SELECT RAISE(ABORT, 'append-only'); END")
        else:
            run_on_change(connection, before, trigger, "RAISE EXCEPTION 'append-only';")


def run_on_change(connection: Connection, trigger: str, function: str, body: str, when: str = "") -> None:
    """Adds a trigger to PostgreSQL that runs ``body``, in PL/pgSQL, for each row that a statement changes."""
    connection.exec_driver_sql(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
    )
    connection.exec_driver_sql(f"{trigger} FOR EACH ROW{when} EXECUTE FUNCTION {function}()")
