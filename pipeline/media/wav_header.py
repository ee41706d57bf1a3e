"""What a WAV file's header says of its samples, and whether that can be so; ffmpeg plays such files without a word.

Recorders write the sizes when they are done. One that streams, or was interrupted, leaves 0 or the largest number there
is in their place (ffmpeg 0xFFFFFFFF, arecord and sox about 2 GB).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import InputRefused
from pipeline.media import untrusted_input

_RIFF, _LONG = b"RIFF", (b"RF64", b"BW64")
_HEAD, _START = 8, 12
_NAME = re.compile(rb"[\w ]{4}")
_STREAMED = (0, *range(0x7FFFF000, 0x80000025), *range(0xFFFFF000, 0x100000000))
MOST_CHUNKS = 256
# What may be missing at the end, or left over, in seconds: as in every other container.
SHORT_S, LEFT_S = 0.1, 1.0
_SAVE = "open it with an audio editor and save it again"
_REPAIR = "make a whole file of it, for example with `ffmpeg -ignore_length 1 -i FILE WHOLE.wav`"


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    start: int
    size: int


def refuse_broken_wav(fd: int) -> None:
    """Raise ``InputRefused`` with the true reason where a WAV file's sizes are not those of the file."""
    head = os.pread(fd, _START, 0)
    if head[:4] not in (_RIFF, *_LONG) or head[8:] != b"WAVE":
        return
    whole = os.fstat(fd).st_size
    chunks = list(_chunks(fd, whole))
    rate = next((_bytes_a_second(fd, chunk) for chunk in chunks if chunk.name == b"fmt "), 0)
    samples = [chunk for chunk in chunks if chunk.name == b"data"]
    if len(samples) > 1:
        raise InputRefused("a media file is a WAV file that holds its sound in several parts", action=_SAVE)
    if not samples or not rate:
        raise InputRefused("a media file is a WAV file without sound where its header says", action=_SAVE)
    size = int.from_bytes(head[4:8], "little")
    if samples[0].size in _STREAMED:
        if head[:4] in _LONG and not _long_size(fd, chunks):
            raise InputRefused("a media file is a WAV file whose header was never finished", action=_REPAIR)
        return
    promised = samples[0].start + samples[0].size
    if size not in _STREAMED and head[:4] == _RIFF:
        promised = max(promised, size + _HEAD)
    if promised - whole > SHORT_S * rate:
        raise untrusted_input.cut_off()
    end = max(chunk.start + chunk.size for chunk in chunks)
    if whole - end > LEFT_S * rate:
        raise InputRefused("a media file is a WAV file that is longer than its header says", action=_REPAIR)


def _chunks(fd: int, whole: int) -> Iterator[_Chunk]:
    """The chunks that follow one another; the last may be cut off."""
    at = _START
    for _ in range(MOST_CHUNKS):
        head = os.pread(fd, _HEAD, at)
        if len(head) < _HEAD or not _NAME.fullmatch(head[:4]):
            return
        chunk = _Chunk(head[:4], at + _HEAD, int.from_bytes(head[4:], "little"))
        yield chunk
        at = chunk.start + chunk.size + chunk.size % 2
        if at > whole or (chunk.name == b"data" and chunk.size in _STREAMED):
            return


def _bytes_a_second(fd: int, chunk: _Chunk) -> int:
    return int.from_bytes(os.pread(fd, 4, chunk.start + 8), "little")


def _long_size(fd: int, chunks: list[_Chunk]) -> int:
    """The bytes of samples that RF64 (EBU Tech 3306) says in a chunk of its own."""
    starts = [chunk.start for chunk in chunks if chunk.name == b"ds64"]
    return int.from_bytes(os.pread(fd, 8, starts[0] + 8), "little") if starts else 0
