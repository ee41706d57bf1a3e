"""The bytes of a file at any place, a piece of it in memory, and what is found that does not belong there."""

from __future__ import annotations

import os
from dataclasses import dataclass

PIECE = 1 << 18
# The largest table that describes samples: 12 hours of packets of 10 ms, 8 bytes each, are 35 MB.
LONGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """Bytes ``[start, end)`` that nothing accounts for; ``name`` is one of our own words, never one of the file's."""

    name: str
    start: int
    end: int


class Malformed(Exception):
    """The file is not built as it should be from here on."""


class FileBytes:
    """An open file, read in pieces."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.size = os.fstat(fd).st_size
        self._at, self._held = 0, b""

    def read(self, at: int, size: int) -> bytes:
        """The ``size`` bytes from ``at`` on; raises ``Malformed`` where the file has fewer, or they are too many."""
        if size > LONGEST or at < 0 or size < 0 or at + size > self.size:
            raise Malformed
        if size > PIECE:
            return os.pread(self.fd, size, at)
        if not self._at <= at <= at + size <= self._at + len(self._held):
            self._at, self._held = at, os.pread(self.fd, PIECE, at)
        return self._held[at - self._at : at - self._at + size]

    def is_zero(self, start: int, end: int) -> bool:
        """Whether nothing but zeros lies from ``start`` to ``end``."""
        pieces = range(start, end, PIECE)
        return not any(any(self.read(at, min(PIECE, end - at))) for at in pieces)
