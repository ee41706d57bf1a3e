"""Names that people gave to voices are kept, sealed, and never changed: a later act takes one back."""

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0009"
down_revision = "0008"

_NAME = "voice_name"
_COLUMNS = (*("seq", "session_id", "diarization", "cluster", "act", "participant_id", "actor", "reason", "acted_at"),)


def upgrade() -> None:
    op.create_table(
        _NAME,
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("session_id", String(32), nullable=False),
        Column("diarization", String(64), nullable=False),
        Column("cluster", Integer, nullable=False),
        Column("act", String(8), nullable=False),
        Column("participant_id", String(32), nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("acted_at", String(32), nullable=False),
    )
    op.create_index(f"ix_{_NAME}_session_id", _NAME, ["session_id"])
    for act in ("UPDATE", "DELETE"):
        name, raised = f"{_NAME}_no_{act.lower()}", "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {_NAME} {raised}")
    statement = "INSERT INTO row_seal (name, seal) VALUES (?, seal_of(?, 1, 0, ?))"
    op.get_bind().exec_driver_sql(statement, (_NAME, _NAME, "0" * 64))
    new, old = (f"row_mac('{_NAME}', {', '.join(f'{row}.{column}' for column in _COLUMNS)})" for row in ("NEW", "OLD"))
    for act, added, removed in (("insert", new, "''"), ("update", new, old), ("delete", "''", old)):
        op.execute(
            f"CREATE TRIGGER {_NAME}_seal_{act} AFTER {act.upper()} ON {_NAME} BEGIN "
            f"UPDATE row_seal SET seal = resealed(name, seal, {added}, {removed}) WHERE name = '{_NAME}'; END"
        )
