"""Key rings: one random data key for each sealed file, wrapped, in small databases apart from the workspace's own.

A file whose row is deleted can be read by nobody any more, in whatever backup it still lies. So these databases leave
nothing of a deleted row (``secure_delete``), and have no log beside them that would between two statements.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import WorkspaceDamaged
from pipeline.store.database import unavailable
from pipeline.store.key_encryption import KeyEncryptionKeys
from pipeline.store.key_sources import SECRET_BYTES

OF_VAULT, OF_STAGES, OF_RECORDS = "data_keys.db", "stage_keys.db", "record_keys.db"
"""The key rings of a workspace: of its originals, of what was made from them before redaction, and of its records."""
WAITING = "#waiting"
"""Ends the owner of a data key that takes the place of another as soon as what it opens is in its place."""
_TIMEOUT_S = 30.0
_RESTORE = "restore keys/ from its backup"
_AT_ONCE = 500
"""Rows of one transaction of a rotation, which is a flush to the disk: 10,000 rows take 0.3 s so, one by one 20."""
_WRAPPED = "SELECT kek_id, wrapped FROM data_key WHERE owner = ?"
_INTO = "INTO data_key (owner, kek_id, wrapped, wrapped_at) VALUES (?, ?, ?, ?)"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS data_key (
    owner TEXT PRIMARY KEY, kek_id TEXT NOT NULL, wrapped BLOB NOT NULL, wrapped_at INTEGER NOT NULL,
    copied INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class KeyCount:
    """How many data keys are wrapped under one key-encryption key."""

    kek_id: str
    data_keys: int


class KeyRing:
    """Some of the data keys of a workspace, by owner: what each opens."""

    def __init__(self, path: Path, keks: KeyEncryptionKeys) -> None:
        self.path = path
        self.keks = keks
        self._of_thread = threading.local()

    @property
    def is_there(self) -> bool:
        """Whether this workspace has one."""
        return self.path.is_file()

    def create(self) -> None:
        """Makes an empty one, 0600, where there is none."""
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        with self.writing() as connection:
            connection.execute(_SCHEMA)

    def key(self, owner: str) -> bytes:
        """The data key of an owner; raises ``WorkspaceDamaged`` where there is none, or none that opens."""
        key = self.find(owner)
        if key is None:
            raise WorkspaceDamaged(f"vault: there is no key for {owner[:12]}", action=_RESTORE)
        return key

    def find(self, owner: str) -> bytes | None:
        """The data key of an owner, None where there is none."""
        with self.connected() as connection:
            row = connection.execute(_WRAPPED, (owner,)).fetchone()
        return None if row is None else self.keks.of(row[0]).unwrap(row[1], owner)

    def find_each(self, owners: Iterable[str]) -> dict[str, bytes]:
        """The data keys of those owners that have one."""
        wanted, data_keys = sorted(set(owners)), dict[str, bytes]()
        if not wanted:
            return data_keys
        with self.connected() as connection:
            for at in range(0, len(wanted), _AT_ONCE):
                chunk = wanted[at : at + _AT_ONCE]
                query = f"SELECT owner, kek_id, wrapped FROM data_key WHERE owner IN ({', '.join('?' * len(chunk))})"
                for owner, kek_id, wrapped in connection.execute(query, chunk).fetchall():
                    data_keys[owner] = self.keks.of(kek_id).unwrap(wrapped, owner)
        return data_keys

    def ensure(self, owner: str) -> bytes:
        """The data key of an owner: a new one, where there is none yet."""
        return self.ensure_each([owner])[owner]

    def ensure_each(self, owners: Iterable[str]) -> dict[str, bytes]:
        """The data keys of owners: new ones, where there are none yet, in one transaction."""
        wanted = list(owners)
        data_keys = self.find_each(wanted)
        if len(data_keys) == len(set(wanted)):
            return data_keys
        with self.writing() as connection:
            rows = [self._row(owner, secrets.token_bytes(SECRET_BYTES)) for owner in wanted if owner not in data_keys]
            connection.executemany(f"INSERT OR IGNORE {_INTO}", rows)
        return self.find_each(wanted)

    def has(self, owner: str) -> bool:
        """Whether there is a data key of this owner."""
        with self.connected() as connection:
            query = "SELECT 1 FROM data_key WHERE owner = ?"
            return connection.execute(query, (owner,)).fetchone() is not None

    def owners(self) -> frozenset[str]:
        """Whose data keys are here."""
        with self.connected() as connection:
            return frozenset(owner for (owner,) in connection.execute("SELECT owner FROM data_key"))

    def put(self, owner: str, data_key: bytes, place: Callable[[], object]) -> None:
        """Keeps a data key, and calls ``place`` to put its file in place before anybody else may keep another."""
        with self.writing() as connection:
            self.insert(connection, owner, data_key)
            place()

    def insert(self, connection: sqlite3.Connection, owner: str, data_key: bytes) -> None:
        """Keeps a data key within a transaction, in the place of one that was there."""
        connection.execute(f"INSERT OR REPLACE {_INTO}", self._row(owner, data_key))

    def drop(self, owners: Iterable[str]) -> frozenset[str]:
        """Deletes data keys for good; gives those that were there."""
        with self.writing() as connection:
            return self.delete(connection, owners)

    def delete(self, connection: sqlite3.Connection, owners: Iterable[str]) -> frozenset[str]:
        """Deletes data keys within a transaction; gives those that were there."""
        delete = "DELETE FROM data_key WHERE owner = ?"
        return frozenset(owner for owner in sorted(set(owners)) if connection.execute(delete, (owner,)).rowcount)

    def rewrap(self) -> int:
        """Wraps every data key under the key that is current; gives how many were not. Goes on after a kill."""
        kek, count = self.keks.current(), 0
        while rows := self._under_others(kek.kek_id):
            with self.writing() as connection:
                for owner, kek_id, wrapped in rows:
                    again = kek.wrap(self.keks.of(kek_id).unwrap(wrapped, owner), owner)
                    changed = (kek.kek_id, again, int(time.time()), owner)
                    connection.execute(
                        "UPDATE data_key SET kek_id = ?, wrapped = ?, wrapped_at = ?, copied = 0 WHERE owner = ?",
                        changed,
                    )
            count += len(rows)
        return count

    def note_copied(self) -> None:
        """Notes that a copy of the keys has all that are here."""
        with self.writing() as connection:
            connection.execute("UPDATE data_key SET copied = 1 WHERE copied = 0")

    def counts(self) -> list[KeyCount]:
        """How many data keys there are under each key-encryption key, by its id."""
        query = "SELECT kek_id, COUNT(*) FROM data_key GROUP BY kek_id ORDER BY kek_id"
        with self.connected() as connection:
            return [KeyCount(*row) for row in connection.execute(query)]

    def not_copied(self, *, since: datetime) -> int:
        """How many data keys were there at a time already, and are in no copy of the keys that was made by now."""
        query = "SELECT COUNT(*) FROM data_key WHERE copied = 0 AND wrapped_at <= ?"
        with self.connected() as connection:
            return int(connection.execute(query, (int(since.timestamp()),)).fetchone()[0])

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Nobody changes a key while the block runs, so that the file can be copied as it is."""
        with self.writing():
            yield

    @contextmanager
    def all_current(self) -> Iterator[bool]:
        """Whether every data key is under the current key; nobody can add one while the block runs."""
        query = "SELECT NOT EXISTS (SELECT 1 FROM data_key WHERE kek_id <> ?)"
        with self.writing() as connection:
            yield bool(connection.execute(query, (self.keks.current().kek_id,)).fetchone()[0])

    def _row(self, owner: str, data_key: bytes) -> tuple[str, str, bytes, int]:
        """A row under the key that is current, asked for within the transaction: a rotation ends in one, too."""
        kek = self.keks.current()
        return owner, kek.kek_id, kek.wrap(data_key, owner), int(time.time())

    def _under_others(self, kek_id: str) -> list[tuple[str, str, bytes]]:
        query = "SELECT owner, kek_id, wrapped FROM data_key WHERE kek_id <> ? LIMIT ?"
        with self.connected() as connection:
            return connection.execute(query, (kek_id, _AT_ONCE)).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody else writes in."""
        with self.connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has rolled it back already
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """The connection of this thread; raises ``WorkspaceDamaged`` where the file is gone or cannot be read."""
        try:
            yield self._kept().connection
        except FileNotFoundError as error:
            raise WorkspaceDamaged("the keys of the vault are missing", action=_RESTORE) from error
        except sqlite3.Error as error:
            self._of_thread.kept = None
            raise unavailable(error) or WorkspaceDamaged(
                "the keys of the vault cannot be read", action=_RESTORE
            ) from error

    def _kept(self) -> _Connection:
        """What this thread has open; anew in a forked process, and where another file took the place of this one."""
        status = self.path.stat()
        state = (os.getpid(), status.st_dev, status.st_ino)
        kept: _Connection | None = getattr(self._of_thread, "kept", None)
        if kept is None or kept.state != state:
            if kept is not None and kept.state[0] != state[0]:
                _INHERITED.append(kept)
            kept = self._of_thread.kept = _Connection(self.path, state)
        return kept


class _Connection:
    """An open key ring; opening one for each of 10,000 reads took 213 µs each, keeping it 60."""

    def __init__(self, path: Path, state: tuple[int, int, int]) -> None:
        self.state = state
        self.connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        for pragma in ("secure_delete=ON", "journal_mode=DELETE", "synchronous=EXTRA"):
            self.connection.execute(f"PRAGMA {pragma}").fetchall()

    def __del__(self) -> None:
        """Closes it; where that is left to Python, later versions of it warn."""
        if hasattr(self, "connection"):
            self.connection.close()


_INHERITED: list[_Connection] = []
"""What a forked process has from its parent, never closed: that would roll back what the parent is writing."""
