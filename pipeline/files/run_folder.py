"""Folders outside of a workspace that hold what one run works with: gone with it, or where it was killed with the next.

Whose a folder is, and that its run goes on, says a lock file in it: the lock goes with the process that holds it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = "run.lock"


@contextmanager
def run_folder(base: Path, prefix: str, owner: str) -> Iterator[Path]:
    """A private folder below ``base`` for the block, after those that killed runs of the same owner left there."""
    remove_left(base, prefix, owner)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, owner.encode())  # only now: who finds it before takes it for nobody's
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def remove_left(base: Path, prefix: str, owner: str) -> None:
    """Removes the folders of an owner's runs that are over; never one whose run goes on, or of somebody else."""
    for folder in base.glob(f"{prefix}*"):
        with suppress(OSError):
            _remove_if_over(folder, owner)


def _remove_if_over(folder: Path, owner: str) -> None:
    status = folder.lstat()
    if folder.is_symlink() or not folder.is_dir() or status.st_uid != os.getuid():
        return
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.read(handle, len(owner) + 1) == owner.encode():
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)
