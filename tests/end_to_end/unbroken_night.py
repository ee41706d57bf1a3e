"""A small night that nothing breaks off, made once: what nights that are killed or run elsewhere are held against."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.conftest import SESSIONS, SPHINX, offrecord, prepared
from tests.once import made_once
from tests.samples import shortened

WORKED = ("2026-11-18-c-refused-own-track", "2026-11-18-i-video")
STOPPED = ("2026-11-18-e-no-record", "2026-11-18-l-empty")
_INBOX, _BEFORE, _WHOLE, _TAKEN = "inbox", "before", "whole", "seconds"


@dataclass(frozen=True, slots=True)
class UnbrokenNight:
    """Its inbox, the workspace after it, and how long it took; nobody may write in either."""

    inbox: Path
    whole: Path
    taken_s: float

    def workspace(self, root: Path) -> Path:
        """The workspace as it was before the night, copied: with the same keys it publishes the same bytes."""
        shutil.copytree(self.whole.with_name(_BEFORE), root)
        return root


def inbox_of_few(folder: Path) -> Path:
    """Two sessions that are worked on, and two that are not."""
    for name in WORKED:
        shortened(name, folder, seconds=16)
    for name in STOPPED:
        shutil.copytree(SESSIONS / name, folder / name)
    return folder


def unbroken_night(factory: pytest.TempPathFactory) -> UnbrokenNight:
    """That night, on local processes."""
    folder = made_once(factory, "unbroken-night", _run)
    return UnbrokenNight(folder / _INBOX, folder / _WHOLE, float((folder / _TAKEN).read_text("ascii")))


def _run(folder: Path) -> None:
    inbox, before = inbox_of_few(folder / _INBOX), prepared(folder / _BEFORE, SPHINX)
    shutil.copytree(before, folder / _WHOLE)
    began = time.monotonic()
    assert offrecord("run", inbox, "--workspace", folder / _WHOLE).returncode == 3
    (folder / _TAKEN).write_text(str(time.monotonic() - began), "ascii")
    assert len(list((folder / _WHOLE).glob("out/*/internal/proof.json"))) == len(WORKED)
