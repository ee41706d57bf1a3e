"""The vault: originals by content hash, sealed once and never edited (0600 in 0700)."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from pipeline.errors import InputRefused, WorkspaceDamaged
from pipeline.files import file_digest, make_private, sync_folder
from pipeline.records import VaultFile

_CHUNK_BYTES = 1 << 20
_PARTIAL = ".partial-"
_STAYS = "remove it from the inbox where it is there; it stays removed"


class Vault:
    """A folder of sealed files, each named by the SHA-256 of its bytes."""

    def __init__(self, root: Path, *, was_erased: Callable[[str], bool] = lambda _: False) -> None:
        self.root = make_private(root)
        self._was_erased = was_erased

    def path(self, digest: str) -> Path:
        """Where a sealed file lies; raises ``WorkspaceDamaged`` when it is not there.

        ``InputRefused`` where it was erased, or removed when its retention ended.
        """
        path = self._place(digest)
        if not path.is_file():
            if self._was_erased(digest):
                raise InputRefused("the recording was removed: erased, or kept no longer", action=_STAYS)
            raise WorkspaceDamaged(
                f"vault: {digest[:12]} is missing", action="restore it from a backup, then run `offrecord verify`"
            )
        return path

    def has(self, digest: str) -> bool:
        """Whether a file of this digest is sealed here."""
        return self._place(digest).is_file()

    def seal(self, source: Path, *, kind: str) -> VaultFile:
        """Copies a plain file in, once, flushed to the disk; raises ``InputRefused`` for a link or a device."""
        with _open_regular(source) as original:
            temporary = self.root / f"{_PARTIAL}{os.getpid()}"
            try:
                digest, size = _copy(original, temporary)
                if self._was_erased(digest):
                    raise InputRefused("this recording was erased on request, or is kept no longer", action=_STAYS)
                place = self._place(digest)
                if not place.exists():
                    make_private(place.parent)
                    temporary.replace(place)
                    sync_folder(place.parent)
            finally:
                temporary.unlink(missing_ok=True)
        return VaultFile(digest=digest, kind=kind, size=size)

    def digests(self) -> Iterator[str]:
        """Every sealed file's digest, sorted."""
        for shelf in sorted(self.root.iterdir()):
            if shelf.is_dir():
                yield from (path.name for path in sorted(shelf.iterdir()))

    def damaged(self) -> list[str]:
        """The digests whose bytes are no longer what they were."""
        return [digest for digest in self.digests() if file_digest(self._place(digest)) != digest]

    def erase(self, digest: str) -> bool:
        """Removes a sealed file for good; True when it was there."""
        place = self._place(digest)
        if not place.exists():
            return False
        place.unlink()
        sync_folder(place.parent)
        return True

    def sweep(self) -> None:
        """Removes what a killed run left half copied."""
        for path in self.root.glob(f"{_PARTIAL}*"):
            path.unlink(missing_ok=True)

    def _place(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


def _open_regular(path: Path) -> IO[bytes]:
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


def _copy(source: IO[bytes], target: Path) -> tuple[str, int]:
    target.unlink(missing_ok=True)
    hasher, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as out:
        while chunk := source.read(_CHUNK_BYTES):
            hasher.update(chunk)
            out.write(chunk)
            size += len(chunk)
        out.flush()
        os.fsync(out.fileno())
    return hasher.hexdigest(), size
