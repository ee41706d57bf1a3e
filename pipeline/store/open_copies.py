"""Sealed files as they are while somebody works on them: decrypted once into a private folder of this process.

The folder is locked while its process lives, so that whoever comes after a kill can tell it from one in use, and
removes it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import IO

from pipeline.errors import ConfigurationError
from pipeline.files import make_private

_PARTIAL = ".partial"


class OpenCopies:
    """The decrypted copies of one process; each process has a folder of its own below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._keep_s = 0.0
        self._own: Path | None = None
        self._users = 0
        self._used_at: dict[str, float] = {}
        self._counting = threading.Lock()
        self._opening = threading.Lock()
        self._timer: threading.Timer | None = None
        self._end: Callable[[], object]

    def keep(self, seconds: float) -> None:
        """Keeps what nobody works on for so long, for one who asks for piece after piece of the same file."""
        self._keep_s = seconds

    def path(self, digest: str, fill: Callable[[IO[bytes]], object]) -> Path:
        """The copy of a sealed file, 0600; ``fill`` decrypts it into a file where it is not there yet.

        It stays until the last block of ``in_use`` ends; where there is none, until the process does.
        """
        with self._opening:
            folder = self._folder()
            place = folder / digest
            if not place.exists():
                _fill(folder / f"{_PARTIAL}-{digest}", place, fill)
            self._used_at[digest] = monotonic()
        return place

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Copies stay while the block runs; when the last such block ends, those go that are not kept for longer."""
        with self._counting:
            self._users += 1
        try:
            yield
        finally:
            with self._counting:
                self._users -= 1
            self._remove_idle()

    def has(self, digest: str) -> bool:
        """Whether any process has a copy of a file."""
        return any(self.root.glob(f"*/{digest}"))

    def remove(self, digest: str) -> None:
        """Removes the copies of a file, whichever process has them."""
        if self.root.is_dir():
            for place in self.root.glob(f"*/{digest}"):
                place.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Removes what processes that are gone left behind."""
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            with suppress(OSError), _locked(folder):
                shutil.rmtree(folder)

    def _folder(self) -> Path:
        """The folder of this process, made and locked when it is first needed."""
        if self._own is None:
            _require_private(make_private(self.root))
            self.sweep()
            self._own, handle = _new_folder(self.root)
            self._end = weakref.finalize(self, _end, self._own, handle)
        return self._own

    def _remove_idle(self) -> None:
        """Removes what was not asked for lately, and looks again later for what is left."""
        with self._counting:
            if self._users or self._own is None:
                return
            now = monotonic()
            for digest, used_at in list(self._used_at.items()):
                if now - used_at >= self._keep_s:
                    (self._own / digest).unlink(missing_ok=True)
                    del self._used_at[digest]
            if not self._used_at:
                self._end()
                self._own = None
            elif self._timer is None:
                self._timer = threading.Timer(self._keep_s, self._on_time)
                self._timer.daemon = True
                self._timer.start()

    def _on_time(self) -> None:
        self._timer = None
        self._remove_idle()


def _fill(partial: Path, place: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Writes a copy, all of it or nothing; it is never flushed, because a crash of the machine need not keep it."""
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as out:
            fill(out)
        partial.rename(place)
    finally:
        partial.unlink(missing_ok=True)


def _new_folder(root: Path) -> tuple[Path, int]:
    """A new folder and the open handle that holds its lock; a sweep may take one away before it is locked."""
    while True:
        folder = root / f"{os.getpid()}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        with suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if folder.exists():
                return folder, handle
            os.close(handle)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _require_private(folder: Path) -> None:
    """Raises ``ConfigurationError`` where others may read what is put there, as in a folder that they made."""
    status = folder.stat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise ConfigurationError(
            "the folder for opened originals belongs to or is open to other users",
            action="chmod 700 it, or set encryption.plaintext_folder to another folder",
        )


def _end(folder: Path, handle: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(handle)
