"""Names of blobs in object storage that no data key stands for: begun, or not deleted yet; they survive a kill.

A blob is named here before it is put, and struck out in the transaction that keeps its data key. One whose key is
deleted is named here in the same transaction, and struck out when it is gone. So no kill leaves one that nobody knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import suppress

from pipeline.errors import StorageUnavailable
from pipeline.store.blobs import BlobStore
from pipeline.store.blobs.concurrency import map_concurrently
from pipeline.store.key_ring import KeyRing

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS unkept_blob (name TEXT PRIMARY KEY, owner TEXT NOT NULL, "
    "doomed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS unkept_blob_owner ON unkept_blob (owner)",
)
_AT_ONCE = 8
_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'unkept_blob'"


class UnkeptBlobs:
    """These names, beside the data keys of one key ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def begin(self, name: str, owner: str) -> None:
        """Names a blob that is about to be put."""
        with self._ring.writing() as connection:
            _insert(connection, name, owner, to_be_deleted=False)

    def keep(self, connection: sqlite3.Connection, name: str) -> bool:
        """Strikes out a blob whose data key is kept in this transaction; False where another run has given it up."""
        return connection.execute("DELETE FROM unkept_blob WHERE name = ? AND doomed = 0", (name,)).rowcount == 1

    def mark_for_deletion(self, connection: sqlite3.Connection, name: str, owner: str) -> None:
        """Names a blob whose data key is deleted in this transaction."""
        _insert(connection, name, owner, to_be_deleted=True)

    def mark_begun_for_deletion(self) -> None:
        """Gives up what was begun and not kept: under the lock of the workspace, a killed run began it."""
        if self.names():
            with self._ring.writing() as connection:
                connection.execute("UPDATE unkept_blob SET doomed = 1")

    def names(self, owner: str | None = None, *, where: str = "1") -> list[str]:
        """The names, in order: all, or those of one owner."""
        if not self._ring.is_there:
            return []
        with self._ring.connected() as connection:
            if connection.execute(_IS_THERE).fetchone() is None:
                return []
            chosen, values = (where, ()) if owner is None else ("owner = ?", (owner,))
            query = f"SELECT name FROM unkept_blob WHERE {chosen} ORDER BY name"
            return [name for (name,) in connection.execute(query, values)]

    def delete(self, blobs: BlobStore, names: Collection[str]) -> None:
        """Deletes blobs that no key stands for from their store, and strikes each out when it is gone."""
        for _ in map_concurrently(blobs.delete, names, at_once=_AT_ONCE):
            pass
        if names:
            self.forget(names)

    def delete_soon(self, blobs: BlobStore, names: Collection[str]) -> None:
        """The same where the next run may do it as well: a store that does not answer now stops nothing."""
        with suppress(StorageUnavailable):
            self.delete(blobs, names)

    def sweep(self, blobs: BlobStore) -> None:
        """Deletes what a killed run began and did not keep, or did not get to delete; under the lock."""
        self.mark_begun_for_deletion()
        self.delete(blobs, self.names())

    def marked_for_deletion(self) -> list[str]:
        """The names of blobs whose data key is gone, in order."""
        return self.names(where="doomed = 1")

    def forget(self, names: Collection[str]) -> None:
        """Strikes out blobs that are gone."""
        with self._ring.writing() as connection:
            connection.executemany("DELETE FROM unkept_blob WHERE name = ?", [(name,) for name in names])


def _insert(connection: sqlite3.Connection, name: str, owner: str, *, to_be_deleted: bool) -> None:
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute("INSERT OR REPLACE INTO unkept_blob VALUES (?, ?, ?)", (name, owner, to_be_deleted))
