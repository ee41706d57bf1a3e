"""The tables that the run itself writes: sessions, entries of the inbox, results and the ledger."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table, Text, UniqueConstraint

from pipeline.store.tables.schema import metadata

session = Table(
    "session",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("source_digest", String(64), nullable=False, unique=True),
    Column("started_at", String(32), nullable=False),
    Column("ingested_at", String(32), nullable=False),
    Column("body", Text, nullable=False),
    comment="Session records as JSON; a corrected session.toml replaces one, which the ledger notes.",
)

session_outline = Table(
    "session_outline",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("names", Text, nullable=False),
    comment="Of each session record what a night asks of all of them: its digest, what people call it, who is in it.",
)

entry = Table(
    "entry",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("path", Text, nullable=False, unique=True),
    Column("fingerprint", String(64), nullable=False),
    Column("session_id", String(32)),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("action", Text, nullable=False),
    comment="What was found in an inbox, and which session it became.",
)

result = Table(
    "result",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("state_key", String(64), nullable=False),
    Column("valid_until", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("ruled_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    comment="How far each session got, and under which inputs: the same inputs need no work.",
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(128), nullable=False),
    Column("body", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("kind", "key"),
    comment="Append-only and hash-chained: what was done, by whom, and when.",
)
