"""Seals over the tables that are no chain, so that a row changed, added or taken out behind the program is noticed.

Each table has a count of its rows and the sum, modulo 2**256, of a keyed hash of each (an additive multiset hash:
Bellare and Micciancio, "A new paradigm for collision-free hashing", 1997). The database's own triggers carry every
change into them, with functions that only a connection of this program has: whoever writes past it has to drop the
triggers, and then the sum does not hold. The seal has a version and a keyed hash of its own, and the newest lies in
the file of heads, so that an earlier state put back is noticed too.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from sqlalchemy import Connection, select

from pipeline.store.tables.row_seals import SEALED, row_seal

_MODULUS = 1 << 256
_TOGETHER = 100
"""Rows that are read at once: with a thousand of 3 kB the memory that each such list takes costs more than it saves."""
_WRITTEN = frozenset({str, int, float, type(None)})
_ESCAPED = ("'", "\\", "\x7f")
"""The characters of ASCII from the space on that are not written as they are between quotes."""
BROKEN = "broken"
"""What stands in place of a seal that did not hold when a row was changed: from then on nothing makes it hold."""


@dataclass(frozen=True, slots=True)
class TableSeal:
    """One table's seal: how often it changed, how many rows it has, and the sum over them as 64 hexadecimal digits."""

    version: int = 0
    count: int = 0
    total: str = "0" * 64


class Sealer:
    """Makes and checks seals under the workspace's key, which is read when it is first needed."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret
        self._keys: tuple[bytes, bytes] | None = None
        self._begun: hmac.HMAC | None = None

    def require(self) -> None:
        """Raises ``WorkspaceDamaged`` where the key is gone: inside the database its absence could not be explained."""
        self._key(0)

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Gives a connection the functions that the triggers call."""
        connection.create_function("row_mac", -1, self.row_mac, deterministic=True)
        connection.create_function("resealed", 4, self.resealed, deterministic=True)
        connection.create_function("seal_of", 4, self._first, deterministic=True)

    def row_mac(self, *values: object) -> str:
        """The keyed hash of a table's name and a row's values, in the order of its columns."""
        return self.row_digest(values).hex()

    def row_digest(self, values: Sequence[object], *, is_plain: bool = False) -> bytes:
        """The same keyed hash as 32 bytes; quicker for a row that ``needs_no_escape``."""
        if self._begun is None:  # with the key, once: a night hashes every row
            self._begun = hmac.new(self._key(0), digestmod="sha256")
        begun = self._begun.copy()
        begun.update(_quick_bytes(values) if is_plain else b"".join(map(_as_bytes, values)))
        return begun.digest()

    def resealed(self, name: str, sealed: str, added: str, removed: str) -> str:
        """A table's seal after a row with one keyed hash was added and one with another taken out; either may be ''."""
        seal = self.opened(name, sealed)
        if seal is None:
            return BROKEN
        total = (int(seal.total, 16) + int(added or "0", 16) - int(removed or "0", 16)) % _MODULUS
        count = seal.count + bool(added) - bool(removed)
        return self.sealed(name, TableSeal(seal.version + 1, count, f"{total:064x}"))

    def sealed(self, name: str, seal: TableSeal) -> str:
        """A seal as it is kept: its parts and the keyed hash of them."""
        text = f"{seal.version} {seal.count} {seal.total}"
        return f"{text} {self._mac(name, text)}"

    def first(self, name: str) -> str:
        """The seal of a table without rows, in its kept form."""
        return self.sealed(name, TableSeal(version=1))

    def opened(self, name: str, sealed: str) -> TableSeal | None:
        """The seal in its kept form; None where it is not as it was written."""
        text, _, mac = sealed.rpartition(" ")
        if not hmac.compare_digest(mac.encode(), self._mac(name, text).encode()):
            return None
        version, count, total = text.split(" ")
        return TableSeal(int(version), int(count), total)

    def _first(self, name: str, version: int, count: int, total: str) -> str:
        return self.sealed(name, TableSeal(version, count, total))

    def _mac(self, name: str, text: str) -> str:
        return hmac.digest(self._key(1), f"{name}\n{text}".encode(), "sha256").hex()

    def _key(self, number: int) -> bytes:
        if self._keys is None:
            secret = self._secret()
            self._keys = (
                hmac.digest(secret, b"offrecord row seals v1", "sha256"),
                hmac.digest(secret, b"offrecord table seals v1", "sha256"),
            )
        return self._keys[number]


def needs_no_escape(rows: Sequence[Sequence[object]]) -> bool:
    """Whether the written form of every text in these rows is the text in quotes, and nothing is bytes.

    It is asked of many rows at once: to write a text of 3 kB with its escapes takes 7 µs, and to ask so a tenth of it.
    """
    values = list(chain.from_iterable(rows))
    if not _WRITTEN.issuperset(map(type, values)):
        return False
    text = " ".join([value for value in values if type(value) is str])
    if not text.isascii() or any(char in text for char in _ESCAPED):
        return False
    return not text or int(np.frombuffer(text.encode(), np.uint8).min()) >= ord(" ")


def _quick_bytes(values: Sequence[object]) -> bytes:
    """The same as ``_as_bytes`` of each value of a row that ``needs_no_escape``."""
    return "".join(
        [
            f"str:{len(value) + 2}:'{value}'"
            if type(value) is str
            else f"{type(value).__name__}:{len(form := repr(value))}:{form}"
            for value in values
        ]
    ).encode()


def _as_bytes(value: object) -> bytes:
    content = value if isinstance(value, bytes) else repr(value).encode()
    return f"{type(value).__name__}:{len(content)}:".encode() + content


def read(connection: Connection, sealer: Sealer) -> dict[str, TableSeal | None]:
    """The seal of every table, None where it is missing or not as it was written."""
    kept = {row.name: row.seal for row in connection.execute(select(row_seal))}
    return {table.name: sealer.opened(table.name, kept.get(table.name, "")) for table in SEALED}


def computed(connection: Connection, sealer: Sealer, name: str, columns: tuple[str, ...]) -> tuple[int, str]:
    """How many rows a table has and the sum over them, from the rows themselves."""
    count, total, query = 0, 0, f"SELECT '{name}', {', '.join(columns)} FROM {name}"
    for fetched in connection.exec_driver_sql(query, execution_options={"stream_results": True}).partitions(_TOGETHER):
        rows = list(map(tuple, fetched))  # to walk a tuple takes half as long
        plain = needs_no_escape(rows)
        for row in rows:
            total += int.from_bytes(sealer.row_digest(row, is_plain=plain), "big")
        count += len(rows)
    return count, f"{total % _MODULUS:064x}"


def broken(connection: Connection, sealer: Sealer) -> list[str]:
    """The tables whose rows are not as this program left them, by walking all of them."""
    seals = read(connection, sealer)
    return [
        table.name
        for table in SEALED
        if (seal := seals[table.name]) is None
        or computed(connection, sealer, table.name, tuple(table.c.keys())) != (seal.count, seal.total)
    ]
