"""What can be read in Ray's own files, memory and object store, by a process of the same user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PARTS = ("raylet", "gcs_server")
_PIECE = 1 << 24


def places_with(text: bytes, session: Path) -> list[str]:
    """Each part of Ray, and each file of its session, in which a text is; raylets map the object store."""
    found = [path.name for path in session.rglob("*") if path.is_file() and text in path.read_bytes()]
    return found + [name for name, pid in _processes(session) if any(text in piece for piece in _memory(pid))]


def _processes(session: Path) -> Iterator[tuple[str, int]]:
    """Ray's own processes of a session, not those of workers."""
    for place in Path("/proc").iterdir():
        with suppress(OSError):
            name = (place / "comm").read_text("utf-8").strip() if place.name.isdigit() else ""
            if name in _PARTS and os.fsencode(session.parent) in (place / "cmdline").read_bytes():
                yield name, int(place.name)


def _memory(pid: int) -> Iterator[bytes]:
    """The writable memory of a process, in pieces that overlap a little."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text("utf-8", "replace").splitlines():
            span, rights = line.split()[:2]
            if "w" not in rights:
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            for at in range(start, end, _PIECE):
                with suppress(OSError, ValueError, OverflowError):
                    memory.seek(at)
                    yield memory.read(min(_PIECE + 64, end - at))
