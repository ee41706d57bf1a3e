"""What changed in the consent store is noted by the database, and sessions are found by it; runs fill the index."""

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0010"
down_revision = "0008"

_TABLES = {
    "session_index": (
        Column("session_id", String(32), primary_key=True),
        Column("digest", String(64), nullable=False),
        Column("names", Text, nullable=False),
        Column("lookups", Text, nullable=False),
        Column("mark", Integer, nullable=False),
    ),
    "consent_change": (
        Column("kind", String(8), primary_key=True),
        Column("subject", String(64), primary_key=True),
    ),
}
_ANY = ("insert", "update", "delete")
_WATCHED = (
    ("consent_alias", "hash", "value_hash", _ANY, ""),
    ("consent_event", "party", "party_id", ("insert",), ""),
    ("consent_notice", "notice", "digest", ("insert",), ""),
    ("consent_notice_delivery", "party", "party_id", ("insert",), "party_id IS NOT NULL"),
    ("consent_identity_match", "match", "seq", ("insert",), ""),
    ("manual_decision", "session", "session_id", ("insert",), ""),
    ("erased_participant", "session", "session_id", _ANY, ""),
    ("erased_mark", "hash", "mark", _ANY, "kind = 'known'"),
)


def upgrade() -> None:
    for name, columns in _TABLES.items():
        op.create_table(name, *columns)
        _seal(name, tuple(column.name for column in columns))
    for name, kind, column, acts, where in _WATCHED:
        for act in acts:
            rows = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[act]
            when = f" WHEN {rows[-1]}.{where}" if where else ""
            notes = (
                f"INSERT OR IGNORE INTO consent_change (kind, subject) VALUES ('{kind}', {row}.{column});"
                for row in rows
            )
            op.execute(
                f"CREATE TRIGGER {name}_change_{act} AFTER {act.upper()} ON {name}{when} BEGIN {' '.join(notes)} END"
            )


def _seal(name: str, columns: tuple[str, ...]) -> None:
    statement = "INSERT INTO row_seal (name, seal) VALUES (?, seal_of(?, 1, 0, ?))"
    op.get_bind().exec_driver_sql(statement, (name, name, "0" * 64))
    new, old = (f"row_mac('{name}', {', '.join(f'{row}.{column}' for column in columns)})" for row in ("NEW", "OLD"))
    for act, added, removed in (("insert", new, "''"), ("update", new, old), ("delete", "''", old)):
        op.execute(
            f"CREATE TRIGGER {name}_seal_{act} AFTER {act.upper()} ON {name} BEGIN "
            f"UPDATE row_seal SET seal = resealed(name, seal, {added}, {removed}) WHERE name = '{name}'; END"
        )
