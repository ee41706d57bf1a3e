"""Puts a proved rendition in its place: complete and on disk before the one rename that shows it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from pipeline.errors import WorkspaceDamaged
from pipeline.records import ProofVerdict, Rendition
from pipeline.render.rendition import out_files

FILE_MODE, FOLDER_MODE = 0o640, 0o750


def publish(
    rendition: Rendition,
    *,
    scratch: Path,
    out: Path,
    placing: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Path:
    """Move the rendition's folder from ``scratch`` into ``out``; gives the folder. Both must be on one file system.

    An older rendition is moved into ``scratch`` first; both moves are made within a block of ``placing``. Stopped at
    any instruction, a second run ends the same. Never goes through a symbolic link: raises ``WorkspaceDamaged`` where
    one stands in the way, or where a file is not as it was proved.
    """
    proved, placed = scratch / rendition.folder, out / rendition.folder
    as_proved = rendition.proof.verdict is ProofVerdict.PROVED and proved.is_dir()
    if not as_proved or out_files(proved) != rendition.files:
        raise WorkspaceDamaged("a rendition is not as it was proved", action="run again")
    for path in sorted(proved.iterdir()):
        path.chmod(FILE_MODE)
        _sync(path)
    proved.chmod(FOLDER_MODE)
    _sync(proved)
    for folder in (out, placed.parent):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        _refuse_link(folder)
    old = proved.with_name(f"{proved.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    with placing():
        if os.path.lexists(placed):
            _refuse_link(placed)
            placed.rename(old)
        proved.rename(placed)
    for folder in (placed.parent, out):
        _sync(folder)
    shutil.rmtree(old, ignore_errors=True)
    return placed


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _refuse_link(folder: Path) -> None:
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise WorkspaceDamaged(
            "a link or a file stands in the place of an output folder", action="remove it and run again"
        )
