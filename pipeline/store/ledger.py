"""The ledger: append-only and hash-chained, so that what was done cannot be changed unnoticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, select, true

from pipeline.errors import WorkspaceDamaged
from pipeline.store.chains import Chain, ChainTruncated, Head, Heads, HeadsLost, text_digest
from pipeline.store.database import reading
from pipeline.store.tables.runs import ledger

_LAST = "\U0010ffff"
_DAMAGED = "restore offrecord.db and heads from one backup, and compare what is there with it"


class Ledger:
    """The chain of what was done; ids, hashes and counts only."""

    def __init__(self, db: Engine, heads: Heads) -> None:
        self._db = db
        self._heads = heads

    def append(self, kind: str, key: str, body: Mapping[str, object]) -> bool:
        """Adds one entry in its own transaction; the same kind and key twice is one entry. True when it was new."""
        with self._db.begin() as connection:
            return append(connection, kind, key, body)

    def has(self, kind: str, key: str) -> bool:
        """Whether there is an entry of this kind and key."""
        with reading(self._db) as connection:
            query = select(ledger.c.seq).where(ledger.c.kind == kind, ledger.c.key == key)
            return connection.execute(query).first() is not None

    def under(self, kind: str, prefix: str) -> list[tuple[str, str]]:
        """Key and body of the entries of a kind whose keys begin so, in order."""
        with reading(self._db) as connection:
            query = select(ledger.c.key, ledger.c.body).where(ledger.c.kind == kind, _begins(prefix))
            return [(row.key, row.body) for row in connection.execute(query.order_by(ledger.c.seq))]

    def numbered(self, kind: str) -> list[tuple[int, str]]:
        """Number and key of every entry of a kind, in order."""
        with reading(self._db) as connection:
            query = select(ledger.c.seq, ledger.c.key).where(ledger.c.kind == kind).order_by(ledger.c.seq)
            return [(row.seq, row.key) for row in connection.execute(query)]

    def last(self, kind: str, prefix: str) -> int:
        """The number of the last entry of a kind whose key begins so; 0 where there is none."""
        with reading(self._db) as connection:
            query = select(ledger.c.seq).where(ledger.c.kind == kind, _begins(prefix))
            return connection.execute(query.order_by(ledger.c.seq.desc()).limit(1)).scalar() or 0

    def body(self, kind: str, key: str) -> str | None:
        """What an entry holds, as JSON; None where there is none."""
        with reading(self._db) as connection:
            query = select(ledger.c.body).where(ledger.c.kind == kind, ledger.c.key == key)
            return connection.execute(query).scalar()

    def check(self) -> None:
        """Raises ``WorkspaceDamaged`` where entries at the end are gone, without a walk over them all."""
        try:
            with reading(self._db) as connection:
                self._heads.check(connection, [ledger])
        except ChainTruncated as cut:
            raise WorkspaceDamaged(f"the ledger ends before entry {cut.args[0]}", action=_DAMAGED) from cut
        except HeadsLost as lost:
            raise WorkspaceDamaged("the file heads is not as it was written", action=_DAMAGED) from lost

    def verify(self) -> int:
        """Walks the chain and returns its length; raises ``WorkspaceDamaged`` at the first entry that does not hold."""
        self.check()
        with reading(self._db) as connection:
            return CHAIN.verify(connection).seq


def _begins(prefix: str) -> ColumnElement[bool]:
    """Whether a key begins so, as a range that the index holds: LIKE would walk every entry of the kind."""
    return and_(ledger.c.key >= prefix, ledger.c.key < f"{prefix}{_LAST}") if prefix else true()


def append(connection: Connection, kind: str, key: str, body: Mapping[str, object]) -> bool:
    """Adds one entry within a transaction of the caller's; the same kind and key twice is one entry."""
    if connection.execute(select(ledger.c.seq).where(ledger.c.kind == kind, ledger.c.key == key)).first():
        return False
    stamped = {**body, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    with CHAIN.appending(connection) as add:
        add({"kind": kind, "key": key, "body": stamped})
    return True


def _changed(seq: int) -> WorkspaceDamaged:
    return WorkspaceDamaged(f"ledger: entry {seq} was changed", action="compare it with a backup")


class _LedgerChain(Chain):
    """The ledger's form of a row, the oldest: kind, key and body under one hash, and the place in the columns alone."""

    def body(self, row: Any, *, placed: bool = False) -> dict[str, Any]:
        """What an entry holds, which never repeats its place; raises ``WorkspaceDamaged`` where it was changed."""
        if row.hash != _hash(row.prev_hash, row.kind, row.key, row.body):
            raise _changed(row.seq)
        content: dict[str, Any] = json.loads(row.body)
        return content

    def _row(self, last: Head, entry: Mapping[str, object]) -> dict[str, object]:
        kind, key, text = str(entry["kind"]), str(entry["key"]), json.dumps(entry["body"], sort_keys=True)
        place = {"seq": last.seq + 1, "prev_hash": last.hash}
        return {**place, "kind": kind, "key": key, "body": text, "hash": _hash(last.hash, kind, key, text)}


def _hash(previous: str, kind: str, key: str, body: str) -> str:
    return text_digest("\n".join((previous, kind, key, body)))


CHAIN = _LedgerChain(ledger, changed=_changed)
