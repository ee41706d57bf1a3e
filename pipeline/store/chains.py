"""The heads of all chains, kept beside the database under a keyed hash, so that a chain that was cut is noticed."""

from __future__ import annotations

import fcntl
import hmac
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, event, select

from pipeline.files import write_bytes
from pipeline.store.tables.schema import metadata

FILE_NAME = "heads"
GENESIS = "0" * 64
_LINKS = {"seq", "prev_hash", "hash"}


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: its number and its hash."""

    seq: int = 0
    hash: str = GENESIS


class Cut(Exception):
    """A chain lacks entries that it had, or holds others: ``args[0]`` is the first number that does not hold."""


class HeadsLost(Exception):
    """The file of heads is not there, or not as it was written."""


def chains() -> list[Table]:
    """Every table that is a chain: each row holds the hash of the one before."""
    return [table for table in metadata.sorted_tables if set(table.c.keys()) >= _LINKS]


def head_of(connection: Connection, table: Table) -> Head:
    """The last entry of a chain, as the database has it."""
    row = connection.execute(select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).first()
    return Head(row.seq, row.hash) if row else Head()


def walk(
    connection: Connection, table: Table, *, read: Callable[[Any], object], broken: Callable[[int], Exception]
) -> Head:
    """Reads every entry of a chain in order, and gives the last; raises ``broken`` where one does not fit."""
    last = Head()
    for row in connection.execute(select(table).order_by(table.c.seq)):
        read(row)
        if row.seq != last.seq + 1 or row.prev_hash != last.hash:
            raise broken(last.seq + 1)
        last = Head(row.seq, row.hash)
    return last


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
        event.listen(engine, "commit", _note)
        event.listen(engine, "rollback", _forget)
        event.listen(engine, "checkin", self._keep_noted)

    def check(self, connection: Connection, tables: Iterable[Table]) -> None:
        """Raises ``Cut`` unless these chains hold what was kept of them, and ``HeadsLost`` where that is not known."""
        kept = self._read()
        for table in tables:
            before, last = kept.get(table.name, Head()), head_of(connection, table)
            if last.seq < before.seq:
                raise Cut(last.seq + 1)
            there = connection.execute(select(table.c.hash).where(table.c.seq == before.seq)).scalar()
            if before.seq and there != before.hash:
                raise Cut(before.seq)

    def keep(self, newest: Mapping[str, Head]) -> None:
        """Keeps the heads that are later than those that are kept."""
        with self._place.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._read()
            later = {name: head for name, head in newest.items() if head.seq > kept.get(name, Head()).seq}
            if later:
                self._write({**kept, **later})

    def _keep_noted(self, _: object, record: Any) -> None:
        noted = record.info.pop("heads", None)
        if noted:
            with suppress(HeadsLost, OSError):
                self.keep(noted)

    def _read(self) -> dict[str, Head]:
        try:
            *lines, mac = self._place.read_text("ascii").splitlines()
            if not hmac.compare_digest(mac, self._mac(lines)):
                raise HeadsLost
            rows = [line.split(" ") for line in lines]
            return {name: Head(int(seq), digest) for name, seq, digest in rows}
        except (OSError, ValueError) as error:
            raise HeadsLost from error

    def _write(self, heads: Mapping[str, Head]) -> None:
        lines = [f"{name} {head.seq} {head.hash}" for name, head in sorted(heads.items())]
        write_bytes(self._place, "".join(f"{line}\n" for line in (*lines, self._mac(lines))).encode("ascii"))

    def _mac(self, lines: Iterable[str]) -> str:
        key = hmac.digest(self._secret(), b"offrecord heads v1", "sha256")
        return hmac.digest(key, "\n".join(lines).encode(), "sha256").hex()


def _note(connection: Connection) -> None:
    """Before a commit: the heads as they will be, beside the connection until it is given back."""
    if not connection.get_execution_options().get("reads_only", False):
        heads = {table.name: head_of(connection, table) for table in chains()}
        connection.info["heads"] = {name: head for name, head in heads.items() if head.seq}


def _forget(connection: Connection) -> None:
    connection.info.pop("heads", None)
