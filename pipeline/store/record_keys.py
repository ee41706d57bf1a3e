"""The data keys of session records: earlier ones dropped, plain records encrypted, texts without a key given up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, update

from pipeline.errors import WorkspaceDamaged
from pipeline.records import Session
from pipeline.store import outlines, record_cipher
from pipeline.store.codec import decode
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.changes import session_index
from pipeline.store.tables.runs import session as session_table

_TOGETHER = 100
_PREFIX = func.substr(session_table.c.body, 1, record_cipher.PREFIX_CHARS)


def begin(db: Engine) -> None:
    """Makes the keys of records where an earlier version had none; raises ``WorkspaceDamaged`` where they are gone."""
    cipher = record_cipher.of(db)
    if not cipher.is_encrypted() or cipher.keys.is_there:
        return
    with reading(db) as connection:
        if any(map(record_cipher.owner_of, connection.execute(select(_PREFIX)).scalars())):
            raise WorkspaceDamaged(f"keys/{cipher.keys.path.name} is missing", action="restore keys/ from its backup")
    cipher.keys.create()


def owner(db: Engine, session_id: str) -> str:
    """Whose data key the texts of a session's record are under; raises ``WorkspaceDamaged`` where they are plain."""
    with reading(db) as connection:
        prefix = connection.execute(select(_PREFIX).where(session_table.c.session_id == session_id)).scalar() or ""
    if not (owner := record_cipher.owner_of(prefix)):
        raise WorkspaceDamaged("the record of a session is not encrypted", action="run `offrecord keys encrypt`")
    return owner


def unused(connection: Connection) -> frozenset[str]:
    """The data keys of what records were before something was erased from them."""
    keys = record_cipher.of(connection).keys
    if not keys.is_there:
        return frozenset()
    owners = keys.owners()
    return owners.difference(map(record_cipher.owner_of, connection.execute(select(_PREFIX)).scalars()))


def drop_unused(db: Engine) -> None:
    """Deletes these, in a write transaction: a record gets its key in one, so that none is taken for unused."""
    with db.begin() as connection:
        if owners := unused(connection):
            record_cipher.of(db).keys.drop(owners)


def encrypt(db: Engine) -> int:
    """Encrypts the records and outlines that an earlier version wrote; gives how many. Safe to repeat."""
    cipher = record_cipher.of(db)
    with reading(db) as connection:
        rows = connection.execute(select(session_table.c.session_id, _PREFIX.label("prefix"))).all()
    plain_ids = [row.session_id for row in rows if not record_cipher.owner_of(row.prefix)]
    for at in range(0, len(plain_ids), _TOGETHER):
        chunk = plain_ids[at : at + _TOGETHER]
        query = select(session_table.c.session_id, session_table.c.body).where(session_table.c.session_id.in_(chunk))
        with db.begin() as connection:
            plain = {row.session_id: row.body for row in connection.execute(query)}
            for session_id, sealed in cipher.seal_each(plain, before={}).items():
                of_it = session_table.c.session_id == session_id
                connection.execute(update(session_table).where(of_it).values(body=sealed))
                outlines.put(connection, decode(plain[session_id], Session), plain[session_id])
    _encrypt_index(db)
    return len(plain_ids)


def renew(db: Engine, owners: Collection[str]) -> None:
    """Encrypts the texts of the records that are under these data keys again, under new ones. Safe to repeat."""
    cipher, stale = record_cipher.of(db), frozenset(owners)
    with reading(db) as connection:
        rows = connection.execute(select(session_table.c.session_id, _PREFIX.label("prefix"))).all()
    session_ids = [row.session_id for row in rows if record_cipher.owner_of(row.prefix) in stale]
    for at in range(0, len(session_ids), _TOGETHER):
        chunk = session_ids[at : at + _TOGETHER]
        query = select(session_table.c.session_id, session_table.c.body).where(session_table.c.session_id.in_(chunk))
        with db.begin() as connection:
            plain = {row.session_id: cipher.open(row.body) for row in connection.execute(query)}
            for session_id, sealed in cipher.seal_each(plain, before={}).items():
                of_it = session_table.c.session_id == session_id
                connection.execute(update(session_table).where(of_it).values(body=sealed))
    drop_unused(db)


def not_copied(db: Engine, *, since: datetime) -> int:
    """How many records were encrypted before a time, and have their key in no copy of the keys."""
    keys = record_cipher.of(db).keys
    return keys.not_copied(since=since) if keys.is_there else 0


def without_key(db: Engine) -> list[str]:
    """The sessions whose texts no key opens."""
    keys = record_cipher.of(db).keys
    with reading(db) as connection:
        rows = connection.execute(select(session_table.c.session_id, _PREFIX.label("prefix"))).all()
    held = keys.owners() if keys.is_there else frozenset()
    owners = {row.session_id: record_cipher.owner_of(row.prefix) for row in rows}
    return [session_id for session_id, owner in owners.items() if owner and owner not in held]


def give_up_lost_texts(db: Engine) -> list[str]:
    """Empties the texts of the records that no key opens; gives the sessions.

    In a backup that is older than the keys these are the sessions from which something was erased since.
    """
    cipher, lost = record_cipher.of(db), without_key(db)
    for session_id in lost:
        with reading(db) as connection:
            of_it = session_table.c.session_id == session_id
            stored = connection.execute(select(session_table.c.body).where(of_it)).scalar_one()
        Registry(db).rewrite_erased(decode(cipher.open_without_texts(stored), Session))
    return lost


def _encrypt_index(db: Engine) -> None:
    """Encrypts the names as they were indexed: where they differ from the record's, others are looked through."""
    cipher = record_cipher.of(db)
    with db.begin() as connection:
        for session_id, names in connection.execute(select(session_index.c.session_id, session_index.c.names)).all():
            sealed = cipher.seal_names(cipher.open_names(names))
            if sealed != names:
                of_it = session_index.c.session_id == session_id
                connection.execute(update(session_index).where(of_it).values(names=sealed))
