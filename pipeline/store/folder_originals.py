"""Encrypted originals in the vault's folder, each under the digest of what it was before."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from pipeline.errors import WorkspaceDamaged
from pipeline.files import sync_folder
from pipeline.store.blobs.folder import FolderBlobs
from pipeline.store.key_ring import WAITING, KeyRing
from pipeline.store.stale_keys import StaleKeys

SEALED = ".sealed"


class FolderOriginals:
    """The encrypted files below the vault; a shelf for each first two digits of their digests."""

    def __init__(self, root: Path, keys: KeyRing) -> None:
        self.blobs = FolderBlobs(root)
        self._keys = keys

    def has(self, digest: str) -> bool:
        """Whether a file is there."""
        return self.blobs.exists(self.name(digest))

    def name(self, digest: str) -> str:
        """The name of a file's blob, whether or not it is there."""
        return f"{digest[:2]}/{digest}{SEALED}"

    def put(self, sealed: Path, digest: str, data_key: bytes) -> None:
        """Puts an encrypted file with its data key in one step, in the place of one that no key opens."""

        def place() -> None:
            self.blobs.delete(self.name(digest))
            self.blobs.put_if_absent(self.name(digest), sealed)

        self._keys.put(digest, data_key, place)

    def plain(self, digest: str) -> Generator[bytes]:
        """What a file was before it was encrypted; raises ``WorkspaceDamaged``, ``FileNotFoundError``."""
        data_key = self._keys.key(digest)
        self._finish_renewal(digest, data_key)
        pieces = self._pieces(self.name(digest), data_key)
        try:
            first = next(pieces, b"")
        except WorkspaceDamaged:
            if (newer := self._keys.key(digest)) == data_key:
                raise
            pieces = self._pieces(self.name(digest), newer)  # encrypted again between the two looks
            first = next(pieces, b"")
        yield first
        yield from pieces

    def renew(self, sealed: Path, digest: str, data_key: bytes) -> None:
        """Puts a file that was encrypted again in the place of the one before, with its new data key.

        It waits beside the other until its key is kept, so that a kill at any moment loses neither.
        """
        self.blobs.delete(self._waiting(digest))
        self.blobs.put_if_absent(self._waiting(digest), sealed)
        with self._keys.writing() as connection:
            self._keys.insert(connection, digest, data_key)
        self._finish_renewal(digest, data_key)

    def finish_renewals(self) -> None:
        """Puts what a killed re-encryption left waiting in its place, or removes it; under the lock."""
        if not self._keys.is_there or not StaleKeys(self._keys).has_begun:
            return
        for path in self.blobs.root.glob(f"*/*{SEALED}{WAITING}"):
            digest = path.name.removesuffix(f"{SEALED}{WAITING}")
            if (data_key := self._keys.find(digest)) is not None:
                self._finish_renewal(digest, data_key)
            self.blobs.delete(self._waiting(digest))

    def delete(self, digest: str) -> bool:
        """Removes a file, also one that waits for its place; True when it was there."""
        was_waiting = self.blobs.delete(self._waiting(digest))
        return self.blobs.delete(self.name(digest)) or was_waiting

    def _waiting(self, digest: str) -> str:
        return f"{self.name(digest)}{WAITING}"

    def _finish_renewal(self, digest: str, data_key: bytes) -> None:
        """Puts a file that waits in its place where its data key is kept: then nothing opens the other."""
        waiting = self.blobs.place(self._waiting(digest))
        try:
            if not waiting.exists():
                return
            next(self._pieces(self._waiting(digest), data_key), b"")
            waiting.replace(self.blobs.place(self.name(digest)))
        except (FileNotFoundError, WorkspaceDamaged):  # another process was faster, or its key is not kept yet
            return
        sync_folder(waiting.parent)

    def _pieces(self, name: str, data_key: bytes) -> Generator[bytes]:
        from pipeline.store.streaming_aead import decrypted

        with self.blobs.place(name).open("rb") as sealed:
            yield from decrypted(sealed, data_key)

    def digests(self) -> Iterator[str]:
        """Every file's digest, sorted."""
        for shelf in sorted(self.blobs.root.iterdir()):
            if shelf.is_dir():
                yield from sorted(path.name.removesuffix(SEALED) for path in shelf.glob(f"*{SEALED}"))
