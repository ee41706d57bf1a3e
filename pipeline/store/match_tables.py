"""The table of staff's word on who a participant is."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text, event

from pipeline.store.consent_tables import refuse_changes
from pipeline.store.schema import metadata

staff_match = Table(
    "consent_staff_match",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("session_id", String(32), nullable=False, index=True),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    comment="Append-only, hash-chained: who staff say a participant is, or that they take it back; reason encrypted.",
)

event.listen(staff_match, "after_create", refuse_changes)
