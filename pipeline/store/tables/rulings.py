"""The chains that rulings stand on beside the log of events, and the chain of every decision that they made."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from pipeline.store.tables.schema import append_only, metadata

notice_delivery = Table(
    "consent_notice_delivery",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("served_id", String(40), nullable=False, unique=True),
    Column("party_id", String(32), index=True),
    Column("session_id", String(32), index=True),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    comment="Append-only, hash-chained: which notice reached whom, when, and what shows it; ids and digests only.",
)

identity_match = Table(
    "consent_identity_match",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("session_id", String(32), nullable=False, index=True),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    comment="Append-only, hash-chained: who staff say a participant is, or that they take it back; reason encrypted.",
)

manual_decision = Table(
    "manual_decision",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("session_id", String(32), nullable=False, index=True),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    comment="Append-only, hash-chained: what people decided about cells that were held.",
)

decision = Table(
    "consent_decision",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("session_id", String(32), nullable=False, index=True),
    Column("participant_id", String(16), nullable=False),
    Column("purpose", String(24), nullable=False),
    Column("of_set", String(64), nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    comment="Append-only, hash-chained: what was decided, from which inputs, by which rules; ids and digests only. "
    "of_set is the digest of everything decided at once about one participant and purpose.",
)

append_only(notice_delivery, identity_match, manual_decision, decision)
