"""What changed since sessions were last looked through for it, and by what each session is found then."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, Text, event

from pipeline.store.tables import consent, erasures, rulings
from pipeline.store.tables.schema import metadata, run_on_change

session_index = Table(
    "session_index",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("names", Text, nullable=False),
    Column("lookups", Text, nullable=False),
    Column("mark", Integer, nullable=False),
    comment="By what a session is found when consent or a name changes, as of the record with this digest: the names "
    "in it, the keyed hashes of what its people are known by; mark is the number of the last change that concerns it.",
)

consent_change = Table(
    "consent_change",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("subject", String(64), primary_key=True),
    comment="What changed in the consent store and no run has looked through the sessions for yet.",
)

session_words = Table(
    "session_words",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("words", LargeBinary, nullable=False),
    Column("mac", String(64), nullable=False),
    comment="The words of a session as sorted keyed hashes of four bytes, with a keyed hash of the row, which proves "
    "itself: it is made again, and where it is not there, the session is looked through.",
)


class _Watched(NamedTuple):
    """Which writes to a table are noted: as what kind of change, about which column of the row, and only ``where``."""

    table: Table
    kind: str
    column: str
    acts: tuple[str, ...] = ("insert",)
    where: str = ""


_ANY = ("insert", "update", "delete")
_WATCHED = (
    _Watched(consent.alias, "hash", "value_hash", _ANY),
    _Watched(consent.consent_event, "party", "party_id"),
    _Watched(consent.notice, "notice", "digest"),
    _Watched(rulings.notice_delivery, "party", "party_id", where="party_id IS NOT NULL"),
    _Watched(rulings.identity_match, "match", "seq"),
    _Watched(rulings.manual_decision, "session", "session_id"),
    _Watched(erasures.erased_participant, "session", "session_id", _ANY),
    _Watched(erasures.erased_mark, "hash", "mark", _ANY, where="kind = 'known'"),
)


def change_triggers() -> frozenset[str]:
    """The names of the triggers that note every write to the consent store, whoever makes it."""
    return frozenset(f"{watched.table.name}_change_{act}" for watched in _WATCHED for act in watched.acts)


def _note_changes(target: Table, connection: Connection, **_: object) -> None:
    add = _add_to_sqlite if connection.dialect.name == "sqlite" else _add_to_postgresql
    for watched in _WATCHED:
        if watched.table is target:
            for act in watched.acts:
                add(connection, watched, act)


def _add_to_sqlite(connection: Connection, watched: _Watched, act: str) -> None:
    name, rows = watched.table.name, _rows(act)
    when = f" WHEN {rows[-1]}.{watched.where}" if watched.where else ""
    notes = (
        f"INSERT OR IGNORE INTO consent_change (kind, subject) VALUES ('{watched.kind}', {row}.{watched.column});"
        for row in rows
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name}_change_{act} AFTER {act.upper()} ON {name}{when} BEGIN {' '.join(notes)} END"
    )


def _add_to_postgresql(connection: Connection, watched: _Watched, act: str) -> None:
    name, rows = f"{watched.table.name}_change_{act}", _rows(act)
    when = f" WHEN ({rows[-1]}.{watched.where})" if watched.where else ""
    notes = (
        f"INSERT INTO consent_change (kind, subject) VALUES ('{watched.kind}', {row}.{watched.column}::text) "
        "ON CONFLICT DO NOTHING;"
        for row in rows
    )
    after = f"CREATE TRIGGER {name} AFTER {act.upper()} ON {watched.table.name}"
    run_on_change(connection, after, name, " ".join(notes), when)


def _rows(act: str) -> tuple[str, ...]:
    return {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[act]


for _table in {watched.table for watched in _WATCHED}:
    event.listen(_table, "after_create", _note_changes)
