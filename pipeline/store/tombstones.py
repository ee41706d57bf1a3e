"""What was erased on request, or removed when its retention ended: known by its digest, refused when it comes again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, select

from pipeline.store.database import reading
from pipeline.store.tables.erasures import tombstone
from pipeline.store.upsert import insert

VAULT, SOURCE = "vault", "source"
RETENTION = "retention"
"""In the place of a withdrawal's id: removed because its retention ended."""


def holds(db: Engine, digest: str) -> bool:
    """Whether this file, or this whole recording, was erased on request."""
    with reading(db) as connection:
        row = connection.execute(select(tombstone.c.kind).where(tombstone.c.digest == digest)).first()
    return row is not None


def digests(db: Engine, kind: str = VAULT) -> frozenset[str]:
    """The digests of everything of a kind that was erased."""
    with reading(db) as connection:
        return frozenset(connection.execute(select(tombstone.c.digest).where(tombstone.c.kind == kind)).scalars())


def put(
    connection: Connection, digest: str, *, kind: str, withdrawal_id: str, session_id: str, erased_at: datetime
) -> None:
    """Sets one tombstone; once is enough."""
    values = {
        "digest": digest,
        "kind": kind,
        "withdrawal_id": withdrawal_id,
        "session_id": session_id,
        "erased_at": erased_at.isoformat(timespec="seconds"),
    }
    connection.execute(insert(connection, tombstone).values(values).on_conflict_do_nothing())


def of_retention(db: Engine) -> frozenset[str]:
    """The digests of the files that were removed when their retention ended."""
    which = (tombstone.c.kind == VAULT, tombstone.c.withdrawal_id == RETENTION)
    with reading(db) as connection:
        return frozenset(connection.execute(select(tombstone.c.digest).where(*which)).scalars())
