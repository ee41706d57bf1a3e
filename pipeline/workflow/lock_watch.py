"""Watches the lock of a run that a connection to a server holds: a run that lost it stops, even during a task."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from pipeline.errors import StorageUnavailable
from pipeline.store import Workspace
from pipeline.store.database import is_server

_SIGNAL = signal.SIGUSR1
"""Not that of Ctrl-C: a program that ``nohup`` or a shell's ``&`` started ignores it."""
_EVERY_S = 15.0
"""Until then workers of a run without a lock go on; what they write is fenced from the moment that another begins."""


@contextmanager
def watching(workspace: Workspace) -> Iterator[None]:
    """Ends the block with ``StorageUnavailable`` soon after the lock is lost; a file's lock stays with its process."""
    if not is_server(workspace.db) or threading.current_thread() is not threading.main_thread():
        yield
        return
    over, lost, before = threading.Event(), list[StorageUnavailable](), signal.signal(_SIGNAL, _interrupt)
    watch = threading.Thread(target=_watch, args=(workspace, over, lost), daemon=True)
    watch.start()
    try:
        yield
    except KeyboardInterrupt:
        if lost:
            raise lost[0] from None
        raise
    finally:
        over.set()
        watch.join()
        signal.signal(_SIGNAL, before)


def _watch(workspace: Workspace, over: threading.Event, lost: list[StorageUnavailable]) -> None:
    while not over.wait(_EVERY_S):
        try:
            workspace.require_lock()
        except StorageUnavailable as error:
            lost.append(error)
            # As Ctrl-C: whatever the main thread waits for, it stops there, and the executor ends its workers.
            signal.pthread_kill(threading.main_thread().ident or 0, _SIGNAL)
            return


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
