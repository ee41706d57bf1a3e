"""What people decide about feature requests is kept, and never changed."""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, String, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "request_act",
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("request_id", String(32), nullable=False),
        Column("act", String(16), nullable=False),
        Column("other_id", String(32), nullable=False),
        Column("title", LargeBinary, nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("acted_at", String(32), nullable=False),
    )
    op.create_index("request_act_request", "request_act", ["request_id"])
    for act in ("UPDATE", "DELETE"):
        name, raised = f"request_act_no_{act.lower()}", "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON request_act {raised}")
