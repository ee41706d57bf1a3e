"""The tables of what was made, from whom, and where copies of it went."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from pipeline.store.tables.schema import metadata

artefact = Table(
    "artefact",
    metadata,
    Column("artefact_id", String(40), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("location", String(255), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("session_id", String(32), index=True),
    Column("contributors", Text, nullable=False),
    Column("log_head", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    comment="What was made, from whom, and under which head of the consent log; its id is made from what it is.",
)

artefact_copy = Table(
    "artefact_copy",
    metadata,
    Column("artefact_id", String(40), primary_key=True),
    Column("went_to", String(255), primary_key=True),
    Column("noted_by", String(255), nullable=False),
    Column("noted_at", String(32), nullable=False),
    comment="Where a copy of an artefact went, which nobody here can call back.",
)
