"""The tables of what rulings stand on beside events, the notices served, and of every decision that they made."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text, event

from pipeline.store.consent_tables import refuse_changes
from pipeline.store.schema import metadata

notice_served = Table(
    "consent_notice_served",
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

for _table in (notice_served, decision):
    event.listen(_table, "after_create", refuse_changes)
