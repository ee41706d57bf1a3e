"""What encryption of originals costs for an hour of video, over plain files, and its share of the night of an hour."""

from __future__ import annotations

import os
import resource
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.store import Workspace
from tests.benchmarks.sessions import session_folder, timed
from tests.end_to_end.conftest import prepared
from tests.vault_files import plain_from_now_on

HOUR_BYTES = 3600 * 1_500_000 // 8
"""An hour of 720p as Zoom and Teams record it, 1.5 Mbit/s."""
PAUSE_S = 1720.0
"""Between two minutes of talk: the less is said, the sooner the night is over, and the larger the share is."""
GOAL = 1.1
_PIECE = 1 << 20


@dataclass(frozen=True)
class Spent:
    """Wall and processor seconds."""

    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.wall_s:.1f} s ({self.cpu_s:.1f} of a processor, {HOUR_BYTES / self.wall_s / 1e6:.0f} MB/s)"


def measure(folder: Path) -> Iterator[str]:
    """Seals, opens and checks the bytes of an hour of video, encrypted and plain; then a night with an hour in it."""
    source = _random(folder / "hour.mp4")
    copied = _spent(lambda: _copied(source, folder / "copy"))
    encrypted, plain = Workspace.create(folder / "encrypted"), plain_from_now_on(Workspace.create(folder / "plain"))
    digest = encrypted.vault.seal(source, kind="media").digest
    encrypted.vault.erase(digest)
    sealed = {name: _spent(partial(each.vault.seal, source, kind="media")) for name, each in _both(encrypted, plain)}
    opened = _spent(lambda: encrypted.vault.path(digest))
    checked = {name: _spent(each.vault.damaged) for name, each in _both(encrypted, plain)}
    yield f"an hour of video, {HOUR_BYTES / 1e6:.0f} MB: copied and flushed {copied}"
    yield f"  sealed: encrypted {sealed['encrypted']}, plain {sealed['plain']}"
    yield f"  opened, once for each session: {opened}; plain files are read where they lie"
    yield f"  checked by `verify`: encrypted {checked['encrypted']}, plain {checked['plain']}"
    session_folder(folder / "inbox", "hour", repeats=2, pause_s=PAUSE_S)
    night = timed("run", folder / "inbox", "--workspace", prepared(folder / "ws"))
    more_s = max(0.0, sealed["encrypted"].cpu_s - sealed["plain"].cpu_s) + opened.cpu_s
    yield (
        f"  the night of an hour with two minutes of talk and no picture: {night.cpu_s:.0f} s of a processor;"
        f" {1 + more_s / night.cpu_s:.3f} times that with the cost of a video (goal {GOAL})"
    )


def _both(encrypted: Workspace, plain: Workspace) -> Iterator[tuple[str, Workspace]]:
    yield "encrypted", encrypted
    yield "plain", plain


def _spent(work: Callable[[], object]) -> Spent:
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return Spent(time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _random(path: Path) -> Path:
    """Bytes that nothing compresses, as those of a video."""
    piece = secrets.token_bytes(_PIECE)
    with path.open("wb") as out:
        for at in range(0, HOUR_BYTES, _PIECE):
            out.write(at.to_bytes(8, "big") + piece[8 : min(_PIECE, HOUR_BYTES - at)])
    return path


def _copied(source: Path, target: Path) -> None:
    with source.open("rb") as content, target.open("wb") as out:
        shutil.copyfileobj(content, out, _PIECE)
        os.fsync(out.fileno())
