"""Append-only, hash-chained tables, and the heads of all of them kept beside the database.

Each row holds the hash of the row before it, and its own hash covers all that it says, so a row that was changed,
moved or taken out is noticed. What is cut off the end is noticed by the heads, which lie outside the database under
a keyed hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, ExceptionContext, Select, Table, event, literal, select, union_all

from pipeline.files import locked, write_bytes
from pipeline.store.database import reading
from pipeline.store.earlier_names import now_called
from pipeline.store.tables.row_seals import row_seal
from pipeline.store.tables.schema import metadata

FILE_NAME = "heads"
_ROWS, _KEY = "rows:", "key:"
"""How the lines of the file of heads begin that are about a table's seal, and about a key."""
_EARLIER_TABLES = {
    "consent_notice_served": "consent_notice_delivery",
    "consent_staff_match": "consent_identity_match",
    "human_act": "manual_decision",
}
"""What the tables of chains were called in the file of heads before they had today's names."""
GENESIS = "0" * 64
_PLACE = ("seq", "prev_hash")
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: its number and its hash."""

    seq: int = 0
    hash: str = GENESIS


class ChainTruncated(Exception):
    """A chain lacks entries that it had, or holds others: ``args[0]`` is the first number that does not hold."""


class HeadsLost(Exception):
    """The file of heads is not there, or not as it was written."""


class Append(Protocol):
    """How an entry is added to a chain."""

    def __call__(self, body: Mapping[str, object], extra: Callable[[str], Mapping[str, object]] = ...) -> Head:
        """Adds one entry and gives the new head; ``beside`` makes further columns of the entry's hash."""


def canonical(value: object) -> str:
    """A value as JSON in one fixed form: sorted keys, no spaces."""
    return _ENCODER.encode(value)


def text_digest(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class Chain:
    """One table whose rows are a chain.

    A row's body is canonical JSON that repeats the row's place in the chain and the columns in ``repeats``, so that
    neither can be changed without the other. ``changed`` makes the error for the number of a row that does not hold;
    ``record`` is the record that a body becomes, whose fields may have had other names in earlier versions.
    """

    def __init__(
        self,
        table: Table,
        *,
        repeats: Sequence[str] = (),
        changed: Callable[[int], Exception],
        record: type | None = None,
    ) -> None:
        self.table = table
        self._repeats = tuple(repeats)
        self._changed = changed
        self._record = record.__name__ if record else ""

    def head(self, connection: Connection) -> Head:
        """The last entry, as the database has it."""
        return head_of(connection, self.table)

    @contextmanager
    def appending(self, connection: Connection) -> Iterator[Append]:
        """Adds entries at the end within a transaction of the caller's; they are there once the block has ended."""
        last, rows = self.head(connection), list[dict[str, object]]()

        def append(body: Mapping[str, object], extra: Callable[[str], Mapping[str, object]] = _nothing) -> Head:
            nonlocal last
            row = self._row(last, body)
            last = Head(last.seq + 1, str(row["hash"]))
            rows.append({**row, **extra(last.hash)})
            return last

        yield append
        if rows:
            connection.execute(self.table.insert(), rows)

    def body(self, row: Any, *, placed: bool = False) -> dict[str, Any]:
        """What a row says, with ``placed`` its place in the chain too; raises ``changed`` where it was changed."""
        if not isinstance(row.body, str) or text_digest(row.body) != row.hash:
            raise self._changed(row.seq)
        body: dict[str, Any] = json.loads(row.body)
        if any(name not in body or body[name] != getattr(row, name) for name in (*_PLACE, *self._repeats)):
            raise self._changed(row.seq)
        if placed:
            return body
        return now_called(self._record, {name: value for name, value in body.items() if name not in _PLACE})

    def verify(self, connection: Connection, check: Callable[[Any], object] | None = None) -> Head:
        """Reads every entry in order, each with ``check`` too, and gives the last.

        Raises ``changed`` with the number of the first entry that does not hold.
        """
        last = Head()
        for row in connection.execute(select(self.table).order_by(self.table.c.seq)):
            (check or self.body)(row)
            if row.seq != last.seq + 1 or row.prev_hash != last.hash:
                raise self._changed(last.seq + 1)
            last = Head(row.seq, row.hash)
        return last

    def _row(self, last: Head, body: Mapping[str, object]) -> dict[str, object]:
        place = {"seq": last.seq + 1, "prev_hash": last.hash}
        text = canonical({**body, **place})
        return {**{name: body[name] for name in self._repeats}, **place, "hash": text_digest(text), "body": text}


def chained_tables() -> list[Table]:
    """Every table that is a chain."""
    return [table for table in metadata.sorted_tables if set(table.c.keys()) >= {*_PLACE, "hash"}]


def head_of(connection: Connection, table: Table) -> Head:
    """The last entry of a chain, as the database has it."""
    row = connection.execute(select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).first()
    return Head(row.seq, row.hash) if row else Head()


def _nothing(_: str) -> Mapping[str, object]:
    return {}


class Heads:
    """The heads of one workspace; a commit that adds to any chain keeps them.

    A kill between the two leaves a kept head behind its chain, which the check accepts and the next commit repairs.
    """

    def __init__(self, root: Path, secret: Callable[[], bytes]) -> None:
        self._place = root / FILE_NAME
        self._secret = secret

    def start(self) -> None:
        """Writes the file of a new workspace, whose chains are empty."""
        self._write({})

    def follow(self, engine: Engine) -> None:
        """Keeps the heads after every commit on this engine that adds to a chain."""
        event.listen(engine, "commit", _note_heads)
        event.listen(engine, "rollback", _drop_noted)
        event.listen(engine, "handle_error", _drop_failed)
        event.listen(engine, "checkin", self._keep_noted)

    def check(self, connection: Connection, tables: Iterable[Table]) -> None:
        """Compares these chains with what was kept of them.

        Raises ``ChainTruncated`` where one does not hold it, and ``HeadsLost`` where what was kept is not known.
        """
        kept = self._read()
        for table in tables:
            before, last = kept.get(table.name, Head()), head_of(connection, table)
            if last.seq < before.seq:
                raise ChainTruncated(last.seq + 1)
            there = connection.execute(select(table.c.hash).where(table.c.seq == before.seq)).scalar()
            if before.seq and there != before.hash:
                raise ChainTruncated(before.seq)

    def kept_seals(self) -> dict[str, Head]:
        """The version and the sum of each table's seal as they were last kept; raises ``HeadsLost``."""
        return {name.removeprefix(_ROWS): head for name, head in self._read().items() if name.startswith(_ROWS)}

    def knows_key(self, name: str, secret: bytes) -> bool:
        """Whether this is the key of that name that was kept here first; raises ``HeadsLost``."""
        head = self._read().get(f"{_KEY}{name}")
        return head is not None and hmac.compare_digest(head.hash, key_mark(secret))

    def keep_keys(self, secrets: Mapping[str, bytes]) -> None:
        """Keeps the marks of the workspace's keys, where they are not kept yet."""
        with suppress(HeadsLost, OSError):
            self.keep({f"{_KEY}{name}": Head(1, key_mark(secret)) for name, secret in secrets.items()})

    def keep_all(self, engine: Engine) -> None:
        """Keeps every head as the database has it now, those of tables too that no chain moved on with."""
        with reading(engine) as connection:
            newest = _heads_of(connection)
        with suppress(HeadsLost, OSError):
            self.keep(newest)

    def keep(self, newest: Mapping[str, Head]) -> None:
        """Keeps the heads that are later than those that are kept."""
        with locked(self._place.with_suffix(".lock")):
            kept = self._read()
            later = {name: head for name, head in newest.items() if head.seq > kept.get(name, Head()).seq}
            if later:
                self._write({**kept, **later})

    def _keep_noted(self, _: object, record: Any) -> None:
        """Keeps what a commit noted, if it added to a chain: rows alone can wait, as writing costs two flushes."""
        noted: dict[str, Head] = record.info.pop("heads", {})
        if not noted:
            return
        with suppress(HeadsLost, OSError):
            kept = self._read()
            if any(head.seq > kept.get(name, Head()).seq for name, head in noted.items() if ":" not in name):
                self.keep(noted)

    def _read(self) -> dict[str, Head]:
        try:
            *lines, mac = self._place.read_text("ascii").splitlines()
            if not hmac.compare_digest(mac, self._mac(lines)):
                raise HeadsLost
            rows = [line.split(" ") for line in lines]
            return {_EARLIER_TABLES.get(name, name): Head(int(seq), digest) for name, seq, digest in rows}
        except PermissionError:  # says nothing of what is kept, and no backup would help
            raise
        except (OSError, ValueError) as error:
            raise HeadsLost from error

    def _write(self, heads: Mapping[str, Head]) -> None:
        lines = [f"{name} {head.seq} {head.hash}" for name, head in sorted(heads.items())]
        write_bytes(self._place, "".join(f"{line}\n" for line in (*lines, self._mac(lines))).encode("ascii"))

    def _mac(self, lines: Iterable[str]) -> str:
        key = hmac.digest(self._secret(), b"offrecord heads v1", "sha256")
        return hmac.digest(key, "\n".join(lines).encode(), "sha256").hex()


def key_mark(secret: bytes) -> str:
    """What is kept of a key to know it again: nothing can be made with it."""
    return hmac.digest(secret, b"offrecord key mark v1", "sha256").hex()


def _note_heads(connection: Connection) -> None:
    """Before a commit: the heads as they will be, beside the connection until it is given back."""
    if not connection.get_execution_options().get("reads_only", False):
        connection.info["heads"] = _heads_of(connection)


def _heads_of(connection: Connection) -> dict[str, Head]:
    """The last entry of every chain that has any, and the seal of every table that is no chain."""
    heads = {row.name: Head(row.seq, row.hash) for row in connection.execute(_last_entries())}
    for row in connection.execute(select(row_seal)):
        version, _, rest = row.seal.partition(" ")
        if rest:
            heads[f"{_ROWS}{row.name}"] = Head(int(version), rest.split(" ")[1])
    return {name: head for name, head in heads.items() if head.seq}


@cache
def _last_entries() -> Select[tuple[str, int, str]]:
    """The last entry of every chain in one statement: each commit asks for them, and a server is a way off."""
    parts = []
    for table in chained_tables():
        last = select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1).subquery()
        parts.append(select(literal(table.name).label("name"), last.c.seq, last.c.hash))
    entries = union_all(*parts).subquery()
    return select(entries.c.name, entries.c.seq, entries.c.hash)


def _drop_noted(connection: Connection) -> None:
    if not connection.invalidated:  # a connection that broke off has dropped it with the error already
        connection.info.pop("heads", None)


def _drop_failed(context: ExceptionContext) -> None:
    """Forgets what a commit noted that failed, as on a full disk: no rollback follows one, and nothing was added."""
    if context.connection is not None:
        _drop_noted(context.connection)
