"""The tables of names: how known ones were misheard, and which label stands for whom in every session."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.store.tables.schema import metadata

misheard = Table(
    "misheard",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("entity_mark", String(64), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    comment="How something known was heard, as a reviewer confirmed: keyed hashes to find it, the words encrypted.",
)

pseudonym_label = Table(
    "pseudonym_label",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("mark", String(64), nullable=False),
    UniqueConstraint("kind", "mark"),
    comment="Which number stands for whom: a keyed hash of the party or company; a freed number is never given again.",
)
