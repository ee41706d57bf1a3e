"""The tables of review: decisions, sign-offs, edits, and decisions about pictures, all append-only; and leases."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from pipeline.store.tables.schema import append_only, metadata

decision = Table(
    "decision",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False),
    Column("proposal_id", String(32), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    comment="One act of a reviewer each; the latest for a proposal holds.",
)
Index("decision_session", decision.c.session_id)

sign_off = Table(
    "sign_off",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("state", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("signed_at", String(32), nullable=False),
    comment="A person's word that a review is finished; it holds for exactly these proposals and decisions.",
)
Index("sign_off_session", sign_off.c.session_id)

picture_decision = Table(
    "picture_decision",
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

finding_edit = Table(
    "finding_edit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), nullable=False, index=True),
    Column("act", String(8), nullable=False),
    Column("target", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("acted_at", String(32), nullable=False),
    comment="One act of a reviewer about findings each: a mention added, edges moved, a category changed, one undone.",
)

lease = Table(
    "lease",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("actor", Text, nullable=False),
    Column("until", String(32), nullable=False),
    comment="Who reviews a session now, and until when: so that two people are not handed the same one.",
)

append_only(decision, sign_off, picture_decision, finding_edit)
