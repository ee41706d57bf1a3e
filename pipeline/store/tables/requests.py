"""The table of what people decided about requests, append-only."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from pipeline.store.tables.schema import append_only, metadata

request_act = Table(
    "request_act",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(32), nullable=False),
    Column("act", String(16), nullable=False),
    Column("other_id", String(32), nullable=False),
    Column("title", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("acted_at", String(32), nullable=False),
    comment="Accepted, rejected, merged, split or renamed: one act of a person each; a title is encrypted.",
)
Index("request_act_request", request_act.c.request_id)
append_only(request_act)
