"""The table of the fence: which run may write now, and which of its attempts may not any more."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from pipeline.store.tables.schema import metadata

fence = Table(
    "fence",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", String(32), nullable=False),
    comment="The epoch of the run that holds the lock, and each attempt of it that was given up: it may not write.",
)
