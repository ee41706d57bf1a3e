"""Encrypted originals in the vault's folder, each under the digest of what it was before."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from pipeline.store.blobs.folder import FolderBlobs
from pipeline.store.key_ring import KeyRing

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
        from pipeline.store.streaming_aead import decrypted

        with self.blobs.place(self.name(digest)).open("rb") as sealed:
            yield from decrypted(sealed, self._keys.key(digest))

    def delete(self, digest: str) -> bool:
        """Removes a file; True when it was there."""
        return self.blobs.delete(self.name(digest))

    def digests(self) -> Iterator[str]:
        """Every file's digest, sorted."""
        for shelf in sorted(self.blobs.root.iterdir()):
            if shelf.is_dir():
                yield from sorted(path.name.removesuffix(SEALED) for path in shelf.glob(f"*{SEALED}"))
