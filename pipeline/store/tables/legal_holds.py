"""The table of legal holds: who holds a session or a person against removal by retention, and who lifted that."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from pipeline.store.tables.schema import append_only, metadata

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("hold_id", String(32), nullable=False, index=True),
    Column("act", String(8), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("acted_at", String(32), nullable=False),
    comment="A hold placed or lifted, one act of a person each; the subject is a session's or a party's id.",
)
append_only(legal_hold)
