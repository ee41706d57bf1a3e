"""Tables under the field's names: their rows, in order, with the triggers that keep the append-only ones so.

What records the rows hold is not rewritten: an append-only row is never touched, and its fields are read under the
names that they have now (``pipeline.store.earlier_names``).
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, String, Text, UniqueConstraint

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _chains()
    _names()
    _reviews()


def _chains() -> None:
    op.create_table(
        "consent_notice_delivery",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("served_id", String(40), nullable=False, unique=True),
        Column("party_id", String(32), index=True),
        Column("session_id", String(32), index=True),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
    )
    _moved("consent_notice_served", "consent_notice_delivery")
    op.create_table(
        "consent_identity_match",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("session_id", String(32), nullable=False, index=True),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )
    _moved("consent_staff_match", "consent_identity_match")
    op.create_table(
        "manual_decision",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("session_id", String(32), nullable=False, index=True),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
    )
    _moved("human_act", "manual_decision")


def _names() -> None:
    op.create_table(
        "pseudonym_label",
        Column("kind", String(16), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("mark", String(64), nullable=False),
        UniqueConstraint("kind", "mark"),
    )
    _moved("label", "pseudonym_label", append_only=False)


def _reviews() -> None:
    op.create_table(
        "picture_decision",
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("session_id", String(32), nullable=False, index=True),
        Column("act", String(8), nullable=False),
        Column("body", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("acted_at", String(32), nullable=False),
    )
    _moved("picture_act", "picture_decision")
    op.create_table(
        "publication",
        Column("entry", String(64), primary_key=True),
        Column("seq", Integer, nullable=False, unique=True),
        Column("session_id", String(32), nullable=False),
        Column("audience", String(16), nullable=False),
        Column("scope", Text, nullable=False),
    )
    op.create_index("publication_session", "publication", ["session_id"])
    _moved("released", "publication")


def _moved(earlier: str, now: str, *, append_only: bool = True) -> None:
    """Copies every row, whose columns are in the same order, and drops the table with its triggers and indexes."""
    op.execute(f"INSERT INTO {now} SELECT * FROM {earlier}")
    op.drop_table(earlier)
    for act in ("UPDATE", "DELETE") if append_only else ():
        name, raised = f"{now}_no_{act.lower()}", "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {now} {raised}")
