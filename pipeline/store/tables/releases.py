"""The tables of what was published: what each rendition hid, who released or approved what, previews; append-only."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from pipeline.store.tables.schema import append_only, metadata

publication = Table(
    "publication",
    metadata,
    Column("entry", String(64), primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("session_id", String(32), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("scope", Text, nullable=False),
    comment="What each rendition that was put out hid: spans, ids and keyed digests. The next may not hide less.",
)
Index("publication_session", publication.c.session_id)

release_act = Table(
    "release_act",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("act", String(16), nullable=False),
    Column("state", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(32), nullable=False),
    comment="A person's word that a session goes public, or that a rendition may show what an earlier one hid.",
)
Index("release_act_session", release_act.c.session_id)

preview_act = Table(
    "preview_act",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False, index=True),
    Column("participant_id", String(16), nullable=False),
    Column("act", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("acted_at", String(32), nullable=False),
    comment="A preview that was made for a participant, their answer to it, or a person's decision about an objection.",
)

append_only(publication, release_act, preview_act)
