"""What stops a night, not a worker: a full disk, a wrong clock, lost answers of S3, a key that does not come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline.errors import OffrecordError
from pipeline.settings.storage import StoredKind
from tests import object_server
from tests.clock import NIGHT
from tests.executors.matrix import NUMBERS, Killed, counted, lines_of, prepared, recording_of, run_night
from tests.executors.stand_in_line import DISK_FULL, REFUSED
from tests.fault_proxy import Fault, between

FOLDERS = ("a", "b", f"c-{REFUSED}", "d")
_NIGHT = "after it"
_SCRIPT = """#!/bin/sh
cd "$(dirname "$0")" && : > "asked-$$" && test "$(ls asked-* | wc -l)" != 4 || sleep 30
cat secret
"""
"""The fourth time that it is asked it says nothing: the workspace and the coordinator have the key then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The exit codes of the nights that met a fault, 0 of one that went on, and what is there after the last."""

    fault: str
    codes: tuple[int, ...]
    after: Killed


def disk_full(root: Path, place: str) -> Stopped:
    """A worker cannot write any more; the next night it can."""
    inbox = prepared(root, FOLDERS, lines_of(place), {"b": DISK_FULL})
    return _after("disk full", root, place, (_night(root, inbox), _night(root, inbox)))


def clock_jumps(root: Path, place: str) -> Stopped:
    """A night between two whose clock is years ahead, and one whose clock is a month back."""
    inbox = prepared(root, FOLDERS[:2], lines_of(place), {})
    codes = [_night(root, inbox)]
    prepared_later(inbox)
    for days in (800, -30):
        codes.append(_night(root, inbox, days=days))
        assert not any(path.name == "c" for path in (root / "out").iterdir())
    return _after("clock jumps", root, place, (*codes, _night(root, inbox, days=1)))


def bad_answers(fault: Fault, root: Path, place: str) -> Stopped:
    """A fault of an S3 server in every third request, whatever was asked; then a night without one."""
    server = object_server.ObjectServer(int(place.partition(":")[2]), NUMBERS)
    with between(server) as (proxy, through):
        inbox = prepared(root, FOLDERS, through.lines(kinds=tuple(StoredKind)), {})
        proxy.decide = lambda method, path, number: fault if number % 3 == 0 else None
        faulty = _night(root, inbox)
        assert proxy.faults() > len(FOLDERS), "no request met it"
        proxy.decide = lambda method, path, number: None
        return _after(OF_S3[fault], root, place, (faulty, _night(root, inbox, days=1)))


def key_hangs(root: Path, place: str) -> Stopped:
    """The command of the key-encryption key says nothing to one worker, and is given up; the next night it does."""
    folder = root.parent / "kms"
    folder.mkdir(parents=True)
    (folder / "secret").write_bytes(b"k" * 32)
    command = folder / "key"
    command.write_text(_SCRIPT)
    command.chmod(0o700)
    lines = f'[encryption]\nkey = "command:{command}"\ncommand_timeout_s = 2.0\n'
    inbox = prepared(root, FOLDERS, lines + lines_of(place), {})
    return _after("key command hangs", root, place, (_night(root, inbox), _night(root, inbox)))


ON_EACH: tuple[Callable[[Path, str], Stopped], ...] = (disk_full, clock_jumps, key_hangs)
OF_S3 = {
    Fault.LOST: "lost S3 answers",
    Fault.SLOW_DOWN: "S3 throttles",
    Fault.ERROR: "500s of S3",
    Fault.CUT: "cut S3 bodies",
    Fault.REFUSED: "S3 hangs up",
}


def stopped_nights(root: Path, place: str) -> Iterator[Stopped]:
    """Every fault over one store."""
    with access_key():
        for meet in ON_EACH:
            yield meet(root / meet.__name__ / "ws", place)
        for fault in OF_S3 if place.startswith("bucket") else ():
            yield bad_answers(fault, root / fault.name / "ws", place)


def prepared_later(inbox: Path) -> None:
    """The folders that come after the first night."""
    for folder in FOLDERS[2:]:
        (inbox / folder).mkdir()
        (inbox / folder / "recording.wav").write_bytes(recording_of(folder))


def _night(root: Path, inbox: Path, *, days: int = 0) -> int:
    try:
        run_night(root, inbox, "local", now=NIGHT + timedelta(days=days), accept_clock=False)
    except OffrecordError as error:
        return int(error.code)
    return 0


def _after(fault: str, root: Path, place: str, codes: tuple[int, ...]) -> Stopped:
    after = counted("local", place.partition(":")[0], root, _NIGHT, dict.fromkeys(FOLDERS, _NIGHT), kills=0)
    return Stopped(fault=fault, codes=codes, after=after)


@contextmanager
def access_key() -> Iterator[None]:
    """The access key of the tests' S3 server in the environment, which every process has that starts in the block."""
    before = dict(os.environ)
    os.environ |= {"AWS_ACCESS_KEY_ID": object_server.KEY, "AWS_SECRET_ACCESS_KEY": object_server.SECRET}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
