"""What is dear to make is made once, also where pytest-xdist has several processes: each test copies it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.store import database


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder that ``make`` filled in this or another process of the run; nobody may write in it afterwards.

    A second process waits for the first one; what a failed attempt left is made again.
    """
    shared = shared_folder(factory)
    folder, done = shared / f"once-{name}", shared / f"once-{name}.done"
    with (shared / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            database.close_connections()  # one that closes while others copy the folder changes what they copy
            done.touch()
    return folder


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder for temporary files that all processes of the run have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
