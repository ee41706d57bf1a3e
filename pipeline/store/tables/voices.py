"""The table of names that people gave to voices of mixed sound by ear."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from pipeline.store.tables.schema import append_only, metadata

voice_name = Table(
    "voice_name",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False, index=True),
    Column("diarization", String(64), nullable=False),
    Column("cluster", Integer, nullable=False),
    Column("act", String(8), nullable=False),
    Column("participant_id", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("acted_at", String(32), nullable=False),
    comment="Who a voice of a session is, one act of a person each; void where voices or people are others by now.",
)
append_only(voice_name)
