"""The tables of withdrawals, and of what was erased on request."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from pipeline.store.tables.schema import metadata

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("withdrawal_id", String(32), primary_key=True),
    Column("party_ids", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("session_id", String(32)),
    Column("erase", Integer, nullable=False),
    Column("whole", Integer, nullable=False),
    Column("filed_at", String(32), nullable=False),
    Column("state", String(12), nullable=False),
    comment="A withdrawal and how far it came: filed, waiting, done, verified; its steps stand in the ledger.",
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("withdrawal_id", String(32), nullable=False),
    Column("session_id", String(32), nullable=False),
    Column("erased_at", String(32), nullable=False),
    comment="What was erased on request: it is refused when it comes again, and deleted when a backup brings it back.",
)

erased_mark = Table(
    "erased_mark",
    metadata,
    Column("withdrawal_id", String(32), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("words", Integer, primary_key=True),
    Column("mark", String(64), primary_key=True),
    comment="Keyed hashes of what an erased person was known by and said, to search for it without keeping it.",
)

erased_participant = Table(
    "erased_participant",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("participant_id", String(16), primary_key=True),
    Column("party_id", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    comment="Who was erased from a session: what to keep out of others' speech, encrypted, and used for that alone.",
)
