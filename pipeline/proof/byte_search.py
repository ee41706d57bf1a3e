"""Looks for many texts in the bytes of a large file at once, whatever the case of ASCII letters in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PIECE = 1 << 20
# So many bytes of each needle decide whether a place is looked at more closely.
_START = 6
# Their number, multiplied and cut to this many bits, is a row in a table of those that occur in any needle: of a piece
# of 1 MB of compressed sound, 1000 needles leave about 1000 places to look at.
_BITS = 20
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class ByteSearch:
    """Needles of at least six bytes, lower-cased as ``bytes.lower`` does it."""

    def __init__(self, needles: Iterable[bytes]) -> None:
        self._by_start: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for needle in needles:
            self._by_start[needle[:_START]].append(needle)
        self._longest = max((len(needle) for needles in self._by_start.values() for needle in needles), default=0)
        self._table = np.zeros(1 << _BITS, np.bool_)
        for start in self._by_start:
            self._table[_rows(np.frombuffer(start, np.uint8))] = True

    def places(self, path: Path) -> int:
        """How many pieces of the file hold any needle."""
        return sum(map(self._holds_any, self._pieces(path))) if self._by_start else 0

    def _pieces(self, path: Path) -> Iterator[bytes]:
        """The file in pieces that overlap by the longest needle."""
        tail = b""
        with path.open("rb") as file:
            while data := file.read(PIECE):
                yield (tail + data).lower()
                tail = (tail + data)[-self._longest :]

    def _holds_any(self, data: bytes) -> bool:
        if len(data) < _START:
            return False
        for at in np.flatnonzero(self._table[_rows(np.frombuffer(data, np.uint8))]).tolist():
            if any(data.startswith(needle, at) for needle in self._by_start.get(data[at : at + _START], ())):
                return True
        return False


def _rows(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The row of the table for the six bytes from each place on."""
    count = len(data) - _START + 1
    numbers = np.zeros(count, np.uint64)
    for at in range(_START):
        numbers |= data[at : at + count].astype(np.uint64) << np.uint64(8 * at)
    return (numbers * _FACTOR) >> np.uint64(64 - _BITS)
