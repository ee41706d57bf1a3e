"""Encrypted originals in object storage, each under a name that is made from its data key and tells nothing else.

A data key is random and of one file, and so is its name: nothing is ever put over anything, also on a server that
knows no conditions, and neither the server nor who lists the bucket can tell which recording a blob is.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Generator, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pipeline.errors import ObjectStorageUnavailable, OffrecordError, WorkspaceDamaged
from pipeline.store.blobs.owned import OwnedBlobs
from pipeline.store.key_encryption import derived
from pipeline.store.key_ring import KeyRing
from pipeline.store.unkept_blobs import UnkeptBlobs

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def storage_owner(secret: bytes) -> str:
    """What marks a place in object storage as a workspace's; it tells nothing of the secret that it is made from."""
    return derived(secret, "object storage owner").hex()


def blob_name(data_key: bytes) -> str:
    """The name of the blob that a data key opens."""
    return derived(data_key, "object name").hex()


class BucketOriginals:
    """What is in object storage of a vault, found by its data keys; listing it is left to who checks everything."""

    def __init__(self, blobs: OwnedBlobs, keys: KeyRing) -> None:
        self.blobs = blobs
        self.unkept = UnkeptBlobs(keys)
        self._keys = keys

    def has(self, digest: str) -> bool:
        """Whether a file is there, which its data key says where to look for."""
        name = self.name(digest)
        return name is not None and self.blobs.exists(name)

    def name(self, digest: str) -> str | None:
        """The name of a file's blob, whether or not it is there; None without a data key."""
        data_key = self._keys.find(digest) if self._keys.is_there else None
        return None if data_key is None else blob_name(data_key)

    def put(self, sealed: Path, digest: str, data_key: bytes) -> None:
        """Puts an encrypted file, then keeps its data key; what a kill leaves in between is deleted by the next run."""
        name = blob_name(data_key)
        self.blobs.require()
        self.unkept.begin(name, digest)
        self.upload(sealed, name)
        before = self.name(digest)
        with self._keys.writing() as connection:
            if not self.unkept.keep(connection, name):
                raise ObjectStorageUnavailable("another run took over while a file was uploaded")
            if before is not None:
                self.unkept.mark_for_deletion(connection, before, digest)
            self._keys.insert(connection, digest, data_key)

    def upload(self, sealed: Path, name: str) -> None:
        """Puts an encrypted file under its name; one that is there already is our own, whose answer was lost."""
        if not self.blobs.put_if_absent(name, sealed) and self.blobs.size(name) != sealed.stat().st_size:
            raise ObjectStorageUnavailable("object storage did not keep the whole of a file")

    def plain(self, digest: str) -> Generator[bytes]:
        """What a file was before it was encrypted; raises ``WorkspaceDamaged``, ``FileNotFoundError``."""
        from pipeline.store.streaming_aead import decrypted

        data_key = self._keys.key(digest)
        source = BlobReader(self.blobs.read(blob_name(data_key)))
        try:
            yield from decrypted(source, data_key)
        except WorkspaceDamaged:
            if source.failure is not None:
                raise source.failure from None
            raise

    def copy(self, digest: str, out: IO[bytes]) -> None:
        """Writes a file out as it lies there, encrypted; raises ``FileNotFoundError``."""
        for content in self.blobs.read(blob_name(self._keys.key(digest))):
            out.write(content)

    def drop(self, digests: Collection[str]) -> frozenset[str]:
        """Deletes data keys for good, and notes their blobs to be deleted; gives those whose key was there."""
        names = {digest: self._name_of_any(digest) for digest in digests}
        with self._keys.writing() as connection:
            gone = self._keys.delete(connection, digests)
            for digest in sorted(gone):
                if (name := names[digest]) is not None:
                    self.unkept.mark_for_deletion(connection, name, digest)
        return gone

    def delete_unkept(self, digest: str) -> bool:
        """Deletes the blobs of a file that no key stands for any more; True when there was one to be deleted."""
        names = self.unkept.names(digest)
        self.unkept.delete(self.blobs, names)
        return bool(names)

    def sweep(self) -> None:
        """Deletes what a killed run began and did not keep, or did not get to delete; under the lock."""
        self.unkept.sweep(self.blobs)

    def listed(self) -> tuple[frozenset[str], int]:
        """The digests of all files that are there, and how many blobs no data key opens: a scan of everything."""
        names = self._names()
        there = set(self.blobs.names())
        digests = frozenset(digest for digest, name in names.items() if name in there)
        return digests, len(there - set(names.values()))

    def _names(self) -> Mapping[str, str]:
        owners = self._keys.owners() if self._keys.is_there else frozenset[str]()
        names = {digest: self._name_of_any(digest) for digest in owners}
        return {digest: name for digest, name in names.items() if name is not None}

    def _name_of_any(self, digest: str) -> str | None:
        """A name; None also where the data key does not open, so that nothing could be read under it anyway."""
        try:
            return self.name(digest)
        except WorkspaceDamaged:
            return None


class BlobReader(io.RawIOBase):
    """A blob as a file, read from its beginning; remembers what its store raised, which Tink does not pass on."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self.failure: OffrecordError | FileNotFoundError | None = None
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fills a buffer as far as the next piece goes."""
        target = memoryview(buffer).cast("B")
        while not self._left:
            try:
                self._left = memoryview(next(self._pieces))
            except StopIteration:
                return 0
            except (OffrecordError, FileNotFoundError) as error:
                self.failure = error
                raise
        count = min(len(target), len(self._left))
        target[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
