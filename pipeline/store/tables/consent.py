"""The tables of the consent store: people with their aliases, what they were told, the append-only log of events."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from pipeline.store.tables.schema import append_only, metadata

party = Table(
    "consent_party",
    metadata,
    Column("party_id", String(32), primary_key=True),
    Column("created_at", String(32), nullable=False),
    Column("vouched", String(64), nullable=False),
    comment="A person who answered; what identifies them stands in aliases alone, so that the log is pseudonymous. "
    "vouched is a keyed hash over all of their aliases, so that one that is gone is noticed.",
)

alias = Table(
    "consent_alias",
    metadata,
    Column("alias_id", String(32), primary_key=True),
    Column("party_id", String(32), ForeignKey("consent_party.party_id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("value_hash", String(64), nullable=False),
    Column("value_enc", LargeBinary, nullable=False),
    Column("verified", String(16), nullable=False),
    Column("created_at", String(32), nullable=False),
    Index("consent_alias_lookup", "value_hash", "party_id", unique=True),
    comment="What a person is known by: looked up by keyed hash, kept encrypted and bound to its party.",
)

notice = Table(
    "consent_notice",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("notice_id", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Index("consent_notice_version", "notice_id", "version", "language", unique=True),
    comment="What people were told: exact text, purposes and form mapping as canonical JSON under its SHA-256.",
)

consent_event = Table(
    "consent_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("event_id", String(40), nullable=False, unique=True),
    Column("party_id", String(32), nullable=False, index=True),
    Column("row_key", String(64), nullable=False, index=True),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    comment="Append-only: each event as canonical JSON that holds the hash of the one before it.",
)

answer_row = Table(
    "consent_answer_row",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("party_id", String(32), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("sealed", LargeBinary),
    Column("changed_by", String(32)),
    comment="Imported tables row by row, encrypted, as evidence; of an erased person the digest of the row is left.",
)

append_only(consent_event, notice)
