"""The table of what people decided about pictures, append-only."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text, event

from pipeline.store.consent_tables import refuse_changes
from pipeline.store.schema import metadata

picture_act = Table(
    "picture_act",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False, index=True),
    Column("act", String(8), nullable=False),
    Column("body", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("acted_at", String(32), nullable=False),
    comment="One act about a session's picture each: a cover laid or lifted, or the picture approved for the public.",
)
event.listen(picture_act, "after_create", refuse_changes)
