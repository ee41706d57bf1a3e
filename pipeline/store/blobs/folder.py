"""Blobs in a folder: linked into place when they are whole, and flushed to the disk."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline.files import make_private, sync_folder

PARTIAL = ".partial-"
"""What a killed process leaves of a blob begins so, and is no blob."""
_AT_ONCE = 1 << 20
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK)


class FolderBlobs:
    """A folder of blobs, 0700, each a file under its name."""

    def __init__(self, root: Path) -> None:
        self.root = make_private(root)

    def put_if_absent(self, name: str, source: Path) -> bool:
        """Gives a finished file its name as well; on another file system, or one without links, copies it first."""
        place = self.place(name)
        make_private(place.parent)
        _flush(source)
        try:
            os.link(source, place)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if not self._copied(source, place):
                return False
        sync_folder(place.parent)
        return True

    def read(self, name: str, *, start_byte: int = 0, size: int | None = None) -> Iterator[bytes]:
        """The bytes of a range, in pieces; raises ``FileNotFoundError``."""
        with self.place(name).open("rb") as blob:
            blob.seek(start_byte)
            left = size
            while content := blob.read(_AT_ONCE if left is None else min(left, _AT_ONCE)):
                yield content
                left = None if left is None else left - len(content)

    def read_whole(self, name: str) -> bytes:
        """A small blob; raises ``FileNotFoundError``."""
        return self.place(name).read_bytes()

    def exists(self, name: str) -> bool:
        """Whether a blob is there."""
        return self.place(name).is_file()

    def delete(self, name: str) -> bool:
        """Removes a blob, and flushes that to the disk; True when it was there."""
        place = self.place(name)
        try:
            place.unlink()
        except FileNotFoundError:
            return False
        sync_folder(place.parent)
        return True

    def names(self) -> Iterator[str]:
        """The name of every blob, sorted."""
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and not path.name.startswith(PARTIAL):
                yield path.relative_to(self.root).as_posix()

    def size(self, name: str) -> int:
        """The bytes of a blob; raises ``FileNotFoundError``."""
        return self.place(name).stat().st_size

    def knows_conditions(self, name: str, source: Path) -> bool:
        """Whether this file system has links, which are never made over a name that is taken."""
        try:
            return self.put_if_absent(name, source) and self.place(name).samefile(source)
        finally:
            self.delete(name)

    def place(self, name: str) -> Path:
        """The file of a blob."""
        return self.root / name

    def _copied(self, source: Path, place: Path) -> bool:
        """Copies a file and renames it into place, where nothing is; renaming knows no condition, so that is asked."""
        temporary = self.root / f"{PARTIAL}{secrets.token_hex(4)}"
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as out, source.open("rb") as content:
                shutil.copyfileobj(content, out, _AT_ONCE)
                out.flush()
                os.fsync(out.fileno())
            if place.exists():
                return False
            temporary.rename(place)
        finally:
            temporary.unlink(missing_ok=True)
        return True


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
