"""The tables of one track of an MP4 file: whether they say no more than they must, and which bytes they point to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.proof.containers.source import Malformed

Numbers = NDArray[np.int64]
# The bytes of one row of each table, behind version, flags and count; ``stsz`` and ``sdtp`` are built otherwise.
_ROWS = {b"stts": 8, b"ctts": 8, b"stss": 4, b"stsc": 12, b"stco": 4, b"co64": 8, b"sbgp": 8}
TABLES = (*_ROWS, b"stsz", b"sdtp")


@dataclass(slots=True)
class SampleTables:
    """What the tables of a track say."""

    tables: dict[bytes, bytes] = field(default_factory=dict)

    def take(self, name: bytes, content: bytes) -> bool:
        """Keep a table; whether it is as long as it says."""
        self.tables[name] = content
        if name == b"sdtp":
            return len(content) > 4
        head = 12 if name in (b"stsz", b"sbgp") else 8
        if len(content) < head or (name == b"sbgp" and content[4:8] != b"roll"):
            return False
        count = int.from_bytes(content[head - 4 : head])
        size = 0 if name == b"stsz" and any(content[4:8]) else _ROWS.get(name, 4)
        return len(content) == head + count * size

    def samples(self, file_size: int) -> list[tuple[int, int]]:
        """The bytes that the track plays, merged; raises ``Malformed`` where the tables are at odds with each other."""
        sizes, chunks = self._sizes(file_size), self._chunks()
        rows = self._rows(b"stsc", ">u4").reshape(-1, 3) if self._has(b"stsc") else np.zeros((0, 3), np.int64)
        self._agree(len(sizes))
        if not len(chunks) or not len(rows):
            if len(sizes) or len(chunks):
                raise Malformed
            return []
        first, each = rows[:, 0], rows[:, 1]
        runs = np.diff(first, append=len(chunks) + 1)
        if first[0] != 1 or (runs <= 0).any():
            raise Malformed
        held = np.repeat(each, runs)
        ends = np.cumsum(held)
        if ends[-1] != len(sizes):
            raise Malformed
        total = np.concatenate(([0], np.cumsum(sizes)))
        return _merged(chunks, chunks + total[ends] - total[ends - held])

    def _agree(self, count: int) -> None:
        """Times and marks must be of as many samples as there are, and no row of none."""
        for name in (b"stts", b"ctts", b"sbgp"):
            if self._has(name):
                runs = self._rows(name, ">u4").reshape(-1, 2)[:, 0]
                if (runs == 0).any() or (runs.sum() != count if name != b"sbgp" else runs.sum() > count):
                    raise Malformed
        marks = self._rows(b"stss", ">u4") if self._has(b"stss") else np.zeros(0, np.int64)
        if len(marks) and ((np.diff(marks) <= 0).any() or marks[0] < 1 or marks[-1] > count):
            raise Malformed
        if self._has(b"sdtp") and len(self.tables[b"sdtp"]) != 4 + count:
            raise Malformed

    def _sizes(self, file_size: int) -> Numbers:
        content = self.tables.get(b"stsz", bytes(12))
        every, count = (int.from_bytes(content[at : at + 4]) for at in (4, 8))
        if every:
            if every * count > file_size:
                raise Malformed
            return np.full(count, every, np.int64)
        return np.frombuffer(content, ">u4", offset=12).astype(np.int64)

    def _chunks(self) -> Numbers:
        if self._has(b"stco") == self._has(b"co64"):
            raise Malformed
        return self._rows(b"stco", ">u4") if self._has(b"stco") else self._rows(b"co64", ">u8")

    def _has(self, name: bytes) -> bool:
        return name in self.tables

    def _rows(self, name: bytes, kind: str) -> Numbers:
        head = 12 if name == b"sbgp" else 8
        return np.frombuffer(self.tables[name], kind, offset=head).astype(np.int64)


def _merged(starts: Numbers, ends: Numbers) -> list[tuple[int, int]]:
    """Like ``spans.merge``, for millions of them."""
    order = np.argsort(starts, kind="stable")
    starts, reached = starts[order], np.maximum.accumulate(ends[order])
    breaks = np.flatnonzero(starts[1:] > reached[:-1]) + 1
    first = np.concatenate(([0], breaks))
    last = np.concatenate((breaks, [len(starts)])) - 1
    return list(zip(starts[first].tolist(), reached[last].tolist(), strict=True))
