"""What reviewers change about findings is kept, and never changed."""

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "finding_edit",
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("session_id", String(32), nullable=False),
        Column("act", String(8), nullable=False),
        Column("target", String(80), nullable=False),
        Column("body", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("acted_at", String(32), nullable=False),
    )
    op.create_index("ix_finding_edit_session_id", "finding_edit", ["session_id"])
    for act in ("UPDATE", "DELETE"):
        name, raised = f"finding_edit_no_{act.lower()}", "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON finding_edit {raised}")
