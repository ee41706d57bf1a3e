"""Encrypted stage results in object storage, each under the SHA-256 of its sealed bytes; which is current, a row says.

Sealed bytes begin with a random nonce, so their digest tells nothing of what they hold, and no name is ever used twice.
The row that points to a result lies beside its data key, and changes with it in one transaction.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag

from pipeline.files import file_digest
from pipeline.store.blobs.concurrency import map_concurrently
from pipeline.store.blobs.owned import OwnedBlobs
from pipeline.store.key_ring import KeyRing
from pipeline.store.unkept_blobs import UnkeptBlobs

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS result_blob (owner TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL) "
    "WITHOUT ROWID"
)
_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'result_blob'"


class BucketResults:
    """What is in object storage of the stage results of a workspace, by owner: ``STAGE/KEY.json``."""

    def __init__(self, blobs: OwnedBlobs, keys: KeyRing, *, at_once: int) -> None:
        self.blobs = blobs
        self.at_once = at_once
        self.unkept = UnkeptBlobs(keys)
        self._keys = keys

    def name(self, owner: str) -> str | None:
        """The blob that is the current result of an owner; None where that is not in object storage."""
        rows = self._rows("SELECT name FROM result_blob WHERE owner = ?", owner)
        return str(rows[0][0]) if rows else None

    def size(self, owner: str) -> int | None:
        """The bytes of an owner's current result, as it is sealed; None where that is not in object storage."""
        rows = self._rows("SELECT size FROM result_blob WHERE owner = ?", owner)
        return int(rows[0][0]) if rows else None

    def sizes(self) -> dict[str, int]:
        """The bytes of every owner's current result."""
        return {owner: int(size) for owner, size in self._rows("SELECT owner, size FROM result_blob WHERE ?1 = ''", "")}

    def names(self, stage: str = "") -> dict[str, str]:
        """The blob of every owner, or of every one of a stage."""
        query = "SELECT owner, name FROM result_blob WHERE substr(owner, 1, length(?1)) = ?1 ORDER BY owner"
        return dict(self._rows(query, f"{stage}/" if stage else ""))

    def put(self, sealed: Path, owner: str, *, data_key: bytes | None = None, reads_back: bool = False) -> bool:
        """Puts a sealed result in the place of the one before, with a ``data_key`` under that from now on.

        With ``reads_back`` only if the bucket gives it back as it was, else ``InvalidTag`` is raised.

        False where a run that began meanwhile gave it up as left by a killed one: then it has to be sealed again. What
        a kill leaves is deleted by the next run, and so is the one before where the bucket does not answer by then.
        """
        name = file_digest(sealed)
        self.blobs.require()
        self.unkept.begin(name, owner)
        self.blobs.put_if_absent(name, sealed)
        if reads_back:
            self.read(name)
        replaced: list[str] = []
        with self._keys.writing() as connection:
            if is_kept := self.unkept.keep(connection, name):
                replaced = self.drop(connection, [owner])  # as it is now: another may have put one meanwhile
                self._point(connection, owner, name, sealed.stat().st_size)
                if data_key is not None:
                    self._keys.insert(connection, owner, data_key)
        self.unkept.delete_soon(self.blobs, replaced if is_kept else [name])
        return is_kept

    def read(self, name: str) -> bytes:
        """The sealed bytes of a blob; raises ``FileNotFoundError``, and ``InvalidTag`` where they were changed."""
        sealed = self.blobs.read_whole(name)
        if hashlib.sha256(sealed).hexdigest() != name:
            raise InvalidTag
        return sealed

    def drop(self, connection: sqlite3.Connection, owners: Collection[str]) -> list[str]:
        """Forgets the results of owners within a transaction; gives their blobs, which are to be deleted now."""
        if connection.execute(_IS_THERE).fetchone() is None:
            return []
        names = []
        for owner in owners:
            for (name,) in connection.execute("SELECT name FROM result_blob WHERE owner = ?", (owner,)).fetchall():
                self.unkept.mark_for_deletion(connection, name, owner)
                names.append(name)
            connection.execute("DELETE FROM result_blob WHERE owner = ?", (owner,))
        return names

    def move_to_folder(self, owner: str) -> None:
        """Deletes an owner's result, which lies in the folder now; where a kill comes between, the next run does."""
        with self._keys.writing() as connection:
            names = self.drop(connection, [owner])
        self.unkept.delete(self.blobs, names)

    def leave_to_folder(self, owners: Collection[str]) -> None:
        """Points to the results of owners no more, which lie in the folder as well, and deletes nothing."""
        with self._keys.writing() as connection:
            connection.execute(_SCHEMA)
            connection.executemany("DELETE FROM result_blob WHERE owner = ?", [(owner,) for owner in owners])

    def listed(self) -> frozenset[str]:
        """Every blob that is there: a scan of everything."""
        return frozenset(self.blobs.names())

    def orphans(self, listed: Iterable[str]) -> frozenset[str]:
        """Those of the blobs that are there which nothing points to, and nobody is about to put or delete."""
        return frozenset(listed) - frozenset(self.names().values()) - frozenset(self.unkept.names())

    def unreadable(self, owners: Iterable[str]) -> Iterator[str]:
        """Those owners whose blob is gone or changed; reads all of these, many at once."""
        for owner, is_whole in map_concurrently(self._checked, owners, at_once=self.at_once):
            if not is_whole:
                yield owner

    def _checked(self, owner: str) -> tuple[str, bool]:
        try:
            if (name := self.name(owner)) is not None:
                self.read(name)
        except (FileNotFoundError, InvalidTag):
            return owner, False
        return owner, True

    def _point(self, connection: sqlite3.Connection, owner: str, name: str, size: int) -> None:
        connection.execute(_SCHEMA)
        connection.execute("INSERT OR REPLACE INTO result_blob VALUES (?, ?, ?)", (owner, name, size))

    def _rows(self, query: str, value: str) -> list[tuple[str, str]]:
        if not self._keys.is_there:
            return []
        with self._keys.connected() as connection:
            is_there = connection.execute(_IS_THERE).fetchone() is not None
            return connection.execute(query, (value,)).fetchall() if is_there else []
