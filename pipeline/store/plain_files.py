"""Plain files: opened if they are that and no link, copied with or without a key, and kept as earlier versions did."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import ExitStack
from io import RawIOBase
from pathlib import Path
from typing import IO

from pipeline.errors import InputRefused
from pipeline.files import file_digest, make_private, sync_folder

_CHUNK_BYTES = 1 << 20


class PlainOriginals:
    """The files of a vault that are not encrypted, each under its digest."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, digest: str) -> Path:
        """Where a file lies, whether or not it is there."""
        return self._root / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Whether a file is there."""
        return self.place(digest).exists()

    def put(self, copied: Path, digest: str) -> None:
        """Gives a copied file its place."""
        place = self.place(digest)
        make_private(place.parent)
        copied.replace(place)
        sync_folder(place.parent)

    def is_whole(self, digest: str) -> bool:
        """Whether a file is what it was."""
        return file_digest(self.place(digest)) == digest

    def delete(self, digest: str) -> bool:
        """Removes a file; True when it was there."""
        place = self.place(digest)
        if not place.exists():
            return False
        place.unlink()
        sync_folder(place.parent)
        return True

    def digests(self) -> list[str]:
        """Every file's digest, sorted."""
        shelves = (shelf for shelf in sorted(self._root.iterdir()) if shelf.is_dir())
        return [path.name for shelf in shelves for path in sorted(shelf.iterdir()) if not path.suffix]


def open_regular(path: Path) -> IO[bytes]:
    """A plain file, open to be read; raises ``InputRefused`` for a link, a device or one that cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise InputRefused(
            "a file is a link or cannot be read", action="put a plain readable file in its place"
        ) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputRefused("something in the folder is not a plain file", action="remove it")
    return os.fdopen(handle, "rb")


def copy_sealed(source: IO[bytes] | RawIOBase, target: Path, key: bytes | None) -> tuple[str, int]:
    """Copies a file, encrypted with a key where there is one, flushed; gives its digest and size as it is plain."""
    target.unlink(missing_ok=True)
    hasher, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with ExitStack() as stack:
            out: IO[bytes] = stack.enter_context(os.fdopen(os.dup(handle), "wb"))
            if key is not None:
                # Imported here: it takes 0.1 s, and few commands open or seal an original.
                from pipeline.store.streaming_aead import encrypting

                out = stack.enter_context(encrypting(out, key))
            while chunk := source.read(_CHUNK_BYTES):
                hasher.update(chunk)
                out.write(chunk)
                size += len(chunk)
        os.fsync(handle)
    finally:
        os.close(handle)
    return hasher.hexdigest(), size
