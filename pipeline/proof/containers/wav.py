"""Every byte of a WAV file: its header, one chunk that says what the samples are, and the samples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.media import Probe
from pipeline.proof.containers.source import FileBytes, Malformed, Unaccounted

_HEAD = 8
# RF64 (EBU Tech 3306) says 4 GB and more in a chunk of its own, for which ffmpeg keeps room.
_LONG, _ROOM = b"RF64", 28
_UNKNOWN = 0xFFFFFFFF
_FORMAT_SIZES = {16, 18, 40}
_LIST = re.compile(rb"INFOISFT.\0\0\0Lavf[\d.]{0,16}\0*", re.DOTALL)
_Chunk = tuple[bytes, int, int]


def unaccounted(file: FileBytes, probe: Probe) -> Iterator[Unaccounted]:
    """What of a WAV file is none of what it needs."""
    if file.read(0, 4) not in (b"RIFF", _LONG) or file.read(8, 4) != b"WAVE":
        raise Malformed
    end, seen = 12, set[bytes]()
    for name, start, size in _chunks(file):
        end = start + size + size % 2
        if name in seen or not _is_known(file, name, start, size):
            yield Unaccounted("a chunk beside the samples", start - _HEAD, min(end, file.size))
        elif size % 2 and end <= file.size and file.read(end - 1, 1) != b"\0":
            yield Unaccounted("the padding of a chunk", end - 1, end)
        seen.add(name)
    promised = int.from_bytes(file.read(4, 4), "little")
    if promised != _UNKNOWN and promised + _HEAD < end:
        yield Unaccounted("what lies behind the end that the header says", promised + _HEAD, end)
    yield Unaccounted("what follows the last chunk", end, file.size)


def _chunks(file: FileBytes) -> Iterator[_Chunk]:
    """Name, place of the content and size of each chunk, up to what is none."""
    at, long_size = 12, 0
    while at + _HEAD <= file.size:
        head = file.read(at, _HEAD)
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"ds64":
            long_size = int.from_bytes(file.read(at + _HEAD + 8, 8), "little")
        if name == b"data" and size == _UNKNOWN and long_size:
            size = long_size
        if at + _HEAD + size > file.size:
            return
        yield name, at + _HEAD, size
        at += _HEAD + size + size % 2


def _is_known(file: FileBytes, name: bytes, start: int, size: int) -> bool:
    if name == b"data":
        return True
    if name == b"fmt ":
        return size in _FORMAT_SIZES
    if name == b"JUNK":
        return size == _ROOM and file.is_zero(start, start + size)
    if name == b"LIST":
        return size < 64 and _LIST.fullmatch(file.read(start, size)) is not None
    return (name, size) in ((b"ds64", _ROOM), (b"fact", 4))
