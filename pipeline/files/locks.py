"""Lock files: private, made where they are missing, and held while a block runs."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PRIVATE = 0o600


@contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """Holds a file's lock, exclusively or shared with others who share it.

    The file is 0600 whatever the umask, also where an earlier version made it otherwise. Raises ``BlockingIOError``
    where another has the lock and ``wait`` is False, and ``OSError`` for a link in its place.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE)
    try:
        if os.fstat(handle).st_mode & 0o777 != _PRIVATE:
            os.fchmod(handle, _PRIVATE)
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
