"""Who reviews a session now is kept, sealed, until it ends or somebody gives it back."""

from alembic import op
from sqlalchemy import Column, String, Text

revision = "0012"
down_revision = "0010"

_NAME, _COLUMNS = "lease", ("session_id", "actor", "until")


def upgrade() -> None:
    op.create_table(
        _NAME,
        Column("session_id", String(32), primary_key=True),
        Column("actor", Text, nullable=False),
        Column("until", String(32), nullable=False),
    )
    statement = "INSERT INTO row_seal (name, seal) VALUES (?, seal_of(?, 1, 0, ?))"
    op.get_bind().exec_driver_sql(statement, (_NAME, _NAME, "0" * 64))
    new, old = (f"row_mac('{_NAME}', {', '.join(f'{row}.{column}' for column in _COLUMNS)})" for row in ("NEW", "OLD"))
    for act, added, removed in (("insert", new, "''"), ("update", new, old), ("delete", "''", old)):
        op.execute(
            f"CREATE TRIGGER {_NAME}_seal_{act} AFTER {act.upper()} ON {_NAME} BEGIN "
            f"UPDATE row_seal SET seal = resealed(name, seal, {added}, {removed}) WHERE name = '{_NAME}'; END"
        )
