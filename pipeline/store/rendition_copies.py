"""Encrypted copies of published renditions in object storage, each under the SHA-256 of its sealed bytes.

A copy is a tar of the rendition's folder, sealed under a sub-key of the data key that the texts of its session's record
are under: when something is erased from that, nobody can read the copy any more. It is put before its rendition is
published, and named in a row beside the data keys before that; the row is marked as published once the rendition is. A
row that is not, or whose data key is gone, is of nothing that is published, and goes with its blob. A withdrawal
waits for no run, so it marks the rows of its place for deletion: who published just before marks none of them then.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import sqlite3
import tarfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ObjectStorageUnavailable, StorageUnavailable, WorkspaceDamaged
from pipeline.files import file_digest, make_private
from pipeline.store.blobs.concurrency import map_concurrently
from pipeline.store.blobs.owned import OwnedBlobs
from pipeline.store.bucket_originals import BlobReader
from pipeline.store.key_encryption import derived
from pipeline.store.key_ring import KeyRing

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS rendition_copy (name TEXT PRIMARY KEY, place TEXT NOT NULL, proof TEXT NOT NULL, "
    "owner TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID"
)
_COLUMNS = "SELECT name, place, proof, owner FROM rendition_copy"
_HAS_KEY = "owner IN (SELECT owner FROM data_key)"
_NEW, _SETTLED, _TO_BE_DELETED = 0, 1, 2
"""What ``settled`` is."""
_PURPOSE = "rendition"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class RenditionCopy:
    """A blob: of which ``SESSION/AUDIENCE``, with the digest of its proof, under whose data key."""

    name: str
    place: str
    proof: str
    owner: str


class RenditionCopies:
    """The copies of one workspace, and the rows that say what each is."""

    def __init__(self, blobs: OwnedBlobs, keys: KeyRing) -> None:
        self.blobs = blobs
        self._keys = keys

    def put(self, folder: Path, place: str, *, proof: str, owner: str, scratch: Path) -> RenditionCopy:
        """Puts a copy of a rendition that is about to be published; it counts once it is settled.

        Raises ``WorkspaceDamaged`` without the data key, ``StorageUnavailable`` where the bucket does not answer.
        """
        key = self._key(owner)
        self.blobs.require()
        sealed = scratch / f"copy-{secrets.token_hex(8)}"
        try:
            _seal(folder, sealed, key)
            copy = RenditionCopy(file_digest(sealed), place, proof, owner)
            with self._writing() as connection:
                values = (copy.name, copy.place, copy.proof, copy.owner)
                connection.execute("INSERT OR REPLACE INTO rendition_copy VALUES (?, ?, ?, ?, 0)", values)
            self.blobs.put_if_absent(copy.name, sealed)
        finally:
            sealed.unlink(missing_ok=True)
        if copy not in self._rows(f"{_COLUMNS} WHERE place = ?", place):
            self.blobs.delete(copy.name)
            raise ObjectStorageUnavailable("another run took over while a rendition was copied")
        return copy

    def mark_published(self, copy: RenditionCopy) -> None:
        """Says that a copy's rendition is published, in the place of the one before; not of one marked for deletion."""
        self._mark_published(copy, unless=_TO_BE_DELETED)

    def _mark_published(self, copy: RenditionCopy, *, unless: int | None = None) -> None:
        with self._writing() as connection:
            connection.execute(
                f"UPDATE rendition_copy SET settled = {_SETTLED} WHERE name = ? AND settled IS NOT ?",
                (copy.name, unless),
            )
            connection.execute(
                f"UPDATE rendition_copy SET settled = {_NEW} WHERE place = ? AND name != ? AND settled = {_SETTLED}",
                (copy.place, copy.name),
            )
        self.delete_soon(copy.place)

    def mark_for_deletion(self, place: str) -> None:
        """Says that nothing is published in a place any more; what is to be deleted then is told from the ledger."""
        if self._rows(f"{_COLUMNS} WHERE place = ?", place):
            with self._writing() as connection:
                connection.execute(f"UPDATE rendition_copy SET settled = {_TO_BE_DELETED} WHERE place = ?", (place,))

    def delete_soon(self, place: str) -> None:
        """Deletes the unpublished copies of a place; where the bucket does not answer now, the next run does."""
        with suppress(StorageUnavailable):
            self.delete(self._rows(f"{_COLUMNS} WHERE settled != {_SETTLED} AND place = ?", place))

    def delete(self, copies: Collection[RenditionCopy]) -> None:
        """Deletes blobs, and their rows when they are gone."""
        for _ in map_concurrently(self.blobs.delete, [copy.name for copy in copies], at_once=_AT_ONCE):
            pass
        if copies:
            with self._writing() as connection:
                connection.executemany("DELETE FROM rendition_copy WHERE name = ?", [(copy.name,) for copy in copies])

    def sweep(self, published: Mapping[str, str]) -> None:
        """Deletes what a killed or withdrawn publication left, and marks what is published; under the lock.

        ``published`` has the digest of each published proof by ``SESSION/AUDIENCE``.
        """
        for copy in self.unpublished():
            if published.get(copy.place) == copy.proof and self._keys.has(copy.owner):
                self._mark_published(copy)  # a withdrawal that was killed first is none yet
        self.delete(self.unpublished())

    def unpublished(self) -> list[RenditionCopy]:
        """The copies of nothing that is published: still to be deleted, or about to be published."""
        return self._rows(f"{_COLUMNS} WHERE settled != {_SETTLED} OR NOT {_HAS_KEY}")

    def published(self) -> list[RenditionCopy]:
        """The copies of what is published."""
        return self._rows(f"{_COLUMNS} WHERE settled = {_SETTLED} AND {_HAS_KEY}")

    def find(self, place: str, proof: str) -> RenditionCopy | None:
        """The copy of the rendition of a place that has this proof."""
        where = f"settled = {_SETTLED} AND {_HAS_KEY} AND place = ? AND proof = ?"
        rows = self._rows(f"{_COLUMNS} WHERE {where}", place, proof)
        return rows[0] if rows else None

    def open(self, copy: RenditionCopy, folder: Path) -> None:
        """Writes the files of a copy into a new folder; raises ``WorkspaceDamaged``, ``FileNotFoundError``.

        What is there when it raises is nothing: only the caller's check of every digest makes it a rendition.
        """
        from pipeline.store.streaming_aead import decrypted

        source = BlobReader(self.blobs.read(copy.name))
        stream = BlobReader(decrypted(source, self._key(copy.owner)))
        try:
            with tarfile.open(fileobj=io.BufferedReader(stream), mode="r|") as archive:
                for member in archive:
                    content = archive.extractfile(member)
                    if content is None or "/" in member.name or member.name in ("", ".", ".."):
                        raise WorkspaceDamaged("a copy holds something else than a rendition", action="run again")
                    with (make_private(folder) / member.name).open("xb") as out:
                        while piece := content.read(1 << 20):
                            out.write(piece)
        except tarfile.TarError as error:
            failure = source.failure or stream.failure
            raise failure or WorkspaceDamaged("a copy of a rendition was changed", action="run again") from error
        except WorkspaceDamaged:
            raise source.failure or WorkspaceDamaged("a copy of a rendition was changed", action="run again") from None

    def unreadable(self, copies: Iterable[RenditionCopy]) -> Iterator[RenditionCopy]:
        """Those copies whose blob is gone or changed; reads all of these, many at once."""
        for copy, is_whole in map_concurrently(self._checked, copies, at_once=_AT_ONCE):
            if not is_whole:
                yield copy

    def _checked(self, copy: RenditionCopy) -> tuple[RenditionCopy, bool]:
        hasher = hashlib.sha256()
        try:
            for content in self.blobs.read(copy.name):
                hasher.update(content)
        except FileNotFoundError:
            return copy, False
        return copy, hasher.hexdigest() == copy.name

    def missing(self, listed: Collection[str]) -> list[RenditionCopy]:
        """The copies of what is published whose blob is none of those that are there."""
        return [copy for copy in self.published() if copy.name not in listed]

    def orphans(self, listed: Iterable[str]) -> frozenset[str]:
        """Those of the blobs that are there of which no row is."""
        return frozenset(listed) - {copy.name for copy in self._rows(_COLUMNS)}

    def _key(self, owner: str) -> bytes:
        return derived(self._keys.key(owner), _PURPOSE)

    def _rows(self, query: str, *values: str) -> list[RenditionCopy]:
        if not self._keys.is_there:
            return []
        with self._keys.connected() as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'rendition_copy'").fetchone() is None:
                return []
            return [RenditionCopy(*row) for row in connection.execute(f"{query} ORDER BY place, name", values)]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._keys.writing() as connection:
            connection.execute(_SCHEMA)
            yield connection


def _seal(folder: Path, target: Path, key: bytes) -> None:
    """Writes the files of a folder as an encrypted tar, with nothing of them but their names and bytes."""
    from pipeline.store.streaming_aead import encrypting

    with target.open("xb") as out, encrypting(out, key) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
        for path in sorted(folder.iterdir()):
            member = tarfile.TarInfo(path.name)
            member.size = path.stat().st_size
            with path.open("rb") as content:
                archive.addfile(member, content)
