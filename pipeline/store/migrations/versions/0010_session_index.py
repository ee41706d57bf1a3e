"""What changed in the consent store is noted by the database, and sessions are found by it; runs fill the index."""

from alembic import op
from sqlalchemy import Column, Float, Integer, LargeBinary, String, Text

revision = "0010"
down_revision = "0009"

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
        statement = "INSERT INTO row_seal (name, seal) VALUES (?, seal_of(?, 1, 0, ?))"
        op.get_bind().exec_driver_sql(statement, (name, name, "0" * 64))
        _keep_sealed(name, tuple(column.name for column in columns))
    op.create_table(
        "session_words",
        Column("session_id", String(32), primary_key=True),
        Column("words", LargeBinary, nullable=False),
        Column("mac", String(64), nullable=False),
    )
    _widen_results()
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


def _widen_results() -> None:
    """Adds when a session was ruled; every row goes through its seal, so that a change behind it stays noticed."""
    before = ("session_id", "state_key", "valid_until", "attempts", "body")
    listed = ", ".join(before)
    op.execute(f"CREATE TEMP TABLE result_before AS SELECT {listed} FROM result")
    op.execute("DELETE FROM result")
    op.drop_table("result")
    op.create_table(
        "result",
        Column("session_id", String(32), primary_key=True),
        Column("state_key", String(64), nullable=False),
        Column("valid_until", Float, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("ruled_at", Float, nullable=False),
        Column("body", Text, nullable=False),
    )
    _keep_sealed("result", (*before[:-1], "ruled_at", before[-1]))
    op.execute(f"INSERT INTO result ({listed}, ruled_at) SELECT {listed}, 0 FROM result_before")
    op.execute("DROP TABLE result_before")


def _keep_sealed(name: str, columns: tuple[str, ...]) -> None:
    new, old = (f"row_mac('{name}', {', '.join(f'{row}.{column}' for column in columns)})" for row in ("NEW", "OLD"))
    for act, added, removed in (("insert", new, "''"), ("update", new, old), ("delete", "''", old)):
        op.execute(
            f"CREATE TRIGGER {name}_seal_{act} AFTER {act.upper()} ON {name} BEGIN "
            f"UPDATE row_seal SET seal = resealed(name, seal, {added}, {removed}) WHERE name = '{name}'; END"
        )
