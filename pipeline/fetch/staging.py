"""Where a recording lies while it is fetched, and its way into the inbox: whole, by one rename.

A hidden folder of the inbox itself, which a run never looks into, so that the rename stays within one file system.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipeline.errors import ConfigurationError, LockHeld
from pipeline.files import locked, make_private, sync_folder

_HIDDEN = ".offrecord-fetch"
_LOCK = "lock"


@contextmanager
def staging_area(inbox: Path) -> Iterator[Path]:
    """The folder for recordings that are being fetched into an inbox; raises ``LockHeld`` while another fetch works."""
    if not inbox.is_dir():
        raise ConfigurationError("the inbox is no folder", action="make it, or name another")
    area = make_private(inbox / _HIDDEN)
    try:
        with locked(area / _LOCK, wait=False):
            yield area
    except BlockingIOError:
        raise LockHeld("another fetch works in this inbox", action="wait for it to end") from None


def put_into_inbox(stage: Path, place: Path, started_at: datetime) -> None:
    """Renames a finished folder to its place in the inbox, its files dated as the recording.

    A run takes files whose last change is old enough for finished ones: these are.
    """
    moment = started_at.timestamp()
    for path in stage.iterdir():
        os.utime(path, (moment, moment))
    sync_folder(stage)
    stage.rename(place)
    sync_folder(place.parent)


def discard(stage: Path) -> None:
    """Removes what was fetched of a recording that may not come again."""
    shutil.rmtree(stage, ignore_errors=True)
