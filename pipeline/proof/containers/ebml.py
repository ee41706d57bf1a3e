"""The elements of EBML (RFC 8794): a name, a size, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.proof.containers.source import FileBytes

_LONGEST_NAME, _LONGEST_SIZE = 4, 8


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name as bytes, where it begins, where its content does, and where it ends."""

    name: bytes
    start: int
    body: int
    end: int


def elements(file: FileBytes, start: int, end: int) -> Iterator[Element]:
    """The elements that follow one another from ``start`` to ``end``, up to what is none."""
    at = start
    while at < end:
        head = file.read(at, min(_LONGEST_NAME + _LONGEST_SIZE, end - at))
        name_size = _length(head[:1])
        size, size_size = number_of(head[name_size:])
        body = at + name_size + size_size
        unknown = size == (1 << 7 * size_size) - 1
        if not 1 <= name_size <= _LONGEST_NAME or not size_size or unknown or body + size > end:
            return
        yield Element(head[:name_size], at, body, body + size)
        at = body + size


def number_of(data: bytes) -> tuple[int, int]:
    """The number that some bytes begin with, without the bit that marks its length, and how many bytes it takes."""
    size = _length(data[:1])
    if not size or len(data) < size:
        return 0, 0
    return int.from_bytes(data[:size]) & ((1 << 7 * size) - 1), size


def _length(first: bytes) -> int:
    """How many bytes a number takes that begins with this one; 0 where none does."""
    return 9 - first[0].bit_length() if first and first[0] else 0
