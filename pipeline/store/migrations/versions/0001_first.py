"""The first schema, with the triggers that keep its append-only tables so; it never changes any more."""

from alembic import op
from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint

revision = "0001"
down_revision = None

_APPEND_ONLY = (
    "consent_decision",
    "consent_event",
    "consent_notice",
    "consent_notice_served",
    "consent_staff_match",
    "decision",
    "human_act",
    "picture_act",
    "release_act",
    "released",
    "sign_off",
)


def upgrade() -> None:
    _sessions()
    _artefacts()
    _erasures()
    _consent()
    _rulings()
    _reviews()
    _naming()
    _releases()
    for table in _APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            name, raised = f"{table}_no_{act.lower()}", "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
            op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {raised}")


def _sessions() -> None:
    op.create_table(
        "session",
        Column("session_id", String(32), primary_key=True),
        Column("source_digest", String(64), nullable=False, unique=True),
        Column("started_at", String(32), nullable=False),
        Column("ingested_at", String(32), nullable=False),
        Column("body", Text, nullable=False),
    )
    op.create_table(
        "entry",
        Column("entry_id", String(32), primary_key=True),
        Column("path", Text, nullable=False, unique=True),
        Column("fingerprint", String(64), nullable=False),
        Column("session_id", String(32)),
        Column("status", String(16), nullable=False),
        Column("reason", Text, nullable=False),
        Column("action", Text, nullable=False),
    )
    op.create_table(
        "result",
        Column("session_id", String(32), primary_key=True),
        Column("state_key", String(64), nullable=False),
        Column("valid_until", Float, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("body", Text, nullable=False),
    )
    op.create_table(
        "ledger",
        Column("seq", Integer, primary_key=True),
        Column("kind", String(32), nullable=False),
        Column("key", String(128), nullable=False),
        Column("body", Text, nullable=False),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        UniqueConstraint("kind", "key"),
    )


def _artefacts() -> None:
    op.create_table(
        "artefact",
        Column("artefact_id", String(40), primary_key=True),
        Column("kind", String(16), nullable=False),
        Column("location", String(255), nullable=False, index=True),
        Column("sha256", String(64), nullable=False),
        Column("session_id", String(32), index=True),
        Column("contributors", Text, nullable=False),
        Column("log_head", String(64), nullable=False),
        Column("state", String(12), nullable=False),
    )
    op.create_table(
        "artefact_copy",
        Column("artefact_id", String(40), primary_key=True),
        Column("went_to", String(255), primary_key=True),
        Column("noted_by", String(255), nullable=False),
        Column("noted_at", String(32), nullable=False),
    )
    op.create_table(
        "withdrawal",
        Column("withdrawal_id", String(32), primary_key=True),
        Column("party_ids", Text, nullable=False),
        Column("purposes", Text, nullable=False),
        Column("session_id", String(32)),
        Column("erase", Integer, nullable=False),
        Column("whole", Integer, nullable=False),
        Column("filed_at", String(32), nullable=False),
        Column("state", String(12), nullable=False),
    )


def _erasures() -> None:
    op.create_table(
        "tombstone",
        Column("digest", String(64), primary_key=True),
        Column("kind", String(8), primary_key=True),
        Column("withdrawal_id", String(32), nullable=False),
        Column("session_id", String(32), nullable=False),
        Column("erased_at", String(32), nullable=False),
    )
    op.create_table(
        "erased_mark",
        Column("withdrawal_id", String(32), primary_key=True),
        Column("kind", String(8), primary_key=True),
        Column("words", Integer, primary_key=True),
        Column("mark", String(64), primary_key=True),
    )
    op.create_table(
        "erased_participant",
        Column("session_id", String(32), primary_key=True),
        Column("participant_id", String(16), primary_key=True),
        Column("party_id", String(32), nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )
    op.create_table(
        "human_act",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("session_id", String(32), nullable=False, index=True),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
    )


def _consent() -> None:
    op.create_table(
        "consent_party",
        Column("party_id", String(32), primary_key=True),
        Column("created_at", String(32), nullable=False),
        Column("vouched", String(64), nullable=False),
    )
    op.create_table(
        "consent_alias",
        Column("alias_id", String(32), primary_key=True),
        Column("party_id", String(32), ForeignKey("consent_party.party_id"), nullable=False, index=True),
        Column("kind", String(16), nullable=False),
        Column("value_hash", String(64), nullable=False),
        Column("value_enc", LargeBinary, nullable=False),
        Column("verified", String(16), nullable=False),
        Column("created_at", String(32), nullable=False),
    )
    op.create_index("consent_alias_lookup", "consent_alias", ["value_hash", "party_id"], unique=True)
    op.create_table(
        "consent_notice",
        Column("digest", String(64), primary_key=True),
        Column("notice_id", String(64), nullable=False),
        Column("version", String(64), nullable=False),
        Column("language", String(16), nullable=False),
        Column("body", Text, nullable=False),
    )
    op.create_index("consent_notice_version", "consent_notice", ["notice_id", "version", "language"], unique=True)
    op.create_table(
        "consent_event",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("event_id", String(40), nullable=False, unique=True),
        Column("party_id", String(32), nullable=False, index=True),
        Column("row_key", String(64), nullable=False, index=True),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
    )
    op.create_table(
        "consent_answer_row",
        Column("source", String(64), primary_key=True),
        Column("line", Integer, primary_key=True),
        Column("party_id", String(32), nullable=False, index=True),
        Column("digest", String(64), nullable=False, index=True),
        Column("sealed", LargeBinary),
        Column("changed_by", String(32)),
    )


def _rulings() -> None:
    op.create_table(
        "consent_staff_match",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("session_id", String(32), nullable=False, index=True),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )
    op.create_table(
        "consent_notice_served",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("served_id", String(40), nullable=False, unique=True),
        Column("party_id", String(32), index=True),
        Column("session_id", String(32), index=True),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
    )
    op.create_table(
        "consent_decision",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("session_id", String(32), nullable=False, index=True),
        Column("participant_id", String(16), nullable=False),
        Column("purpose", String(24), nullable=False),
        Column("of_set", String(64), nullable=False),
        Column("prev_hash", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("body", Text, nullable=False),
    )


def _reviews() -> None:
    op.create_table(
        "decision",
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("session_id", String(32), nullable=False),
        Column("proposal_id", String(32), nullable=False),
        Column("verdict", String(8), nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("decided_at", String(32), nullable=False),
    )
    op.create_index("decision_session", "decision", ["session_id"])
    op.create_table(
        "sign_off",
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("session_id", String(32), nullable=False),
        Column("audience", String(16), nullable=False),
        Column("state", String(64), nullable=False),
        Column("actor", Text, nullable=False),
        Column("signed_at", String(32), nullable=False),
    )
    op.create_index("sign_off_session", "sign_off", ["session_id"])


def _naming() -> None:
    op.create_table(
        "misheard",
        Column("mark", String(64), primary_key=True),
        Column("entity_mark", String(64), nullable=False, index=True),
        Column("sealed", LargeBinary, nullable=False),
    )
    op.create_table(
        "label",
        Column("kind", String(16), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("mark", String(64), nullable=False),
        UniqueConstraint("kind", "mark"),
    )
    op.create_table(
        "picture_act",
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("session_id", String(32), nullable=False, index=True),
        Column("act", String(8), nullable=False),
        Column("body", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("acted_at", String(32), nullable=False),
    )


def _releases() -> None:
    op.create_table(
        "released",
        Column("entry", String(64), primary_key=True),
        Column("seq", Integer, nullable=False, unique=True),
        Column("session_id", String(32), nullable=False),
        Column("audience", String(16), nullable=False),
        Column("hidden", Text, nullable=False),
    )
    op.create_index("released_session", "released", ["session_id"])
    op.create_table(
        "release_act",
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("session_id", String(32), nullable=False),
        Column("audience", String(16), nullable=False),
        Column("act", String(16), nullable=False),
        Column("state", String(64), nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", String(32), nullable=False),
    )
    op.create_index("release_act_session", "release_act", ["session_id"])
