"""Which run may write now, and which of its attempts were given up, is kept; SQLite and PostgreSQL alike."""

from alembic import op
from sqlalchemy import Column, String

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "fence",
        Column("name", String(80), primary_key=True),
        Column("value", String(32), nullable=False),
    )
