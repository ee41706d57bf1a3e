"""Writes a WAV file anew in a stream: its samples as they are but for what is taken out, and nothing else of it."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media import untrusted_input
from pipeline.media.encode import created
from pipeline.media.isolated.client import Edit, Unsupported
from pipeline.media.output_formats import OutputFormat
from pipeline.media.pcm import as_floats, as_numbers
from pipeline.media.probe import Probe

CODECS = {"pcm_s16le": 2, "pcm_s24le": 3}
# More channels, or more than 4 GB, need another header than the plain one.
MOST_CHANNELS, MOST_BYTES = 2, (1 << 32) - 64
MOST_CHUNKS = 64
PIECE = 1 << 16
_CHUNK, _HEADER = struct.Struct("<4sI"), struct.Struct("<4sI4s4sIHHIIHH4sI")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Samples:
    """Where the samples of a file lie, in bytes, and how large one and all channels of one are."""

    start: int
    count: int
    width: int
    channels: int

    @property
    def size(self) -> int:
        return self.width * self.channels


def may_rewrite(probe: Probe, *, output_format: OutputFormat) -> Unsupported | None:
    """What speaks against writing a WAV file anew as ``kind`` without encoding it, as far as a probe tells."""
    sound = probe.audio[0]
    if output_format.container != "wav":
        return Unsupported(reason="the output is not WAV")
    if probe.format_name != "wav" or sound.codec not in CODECS or len(probe.streams) > 1 or probe.start_s:
        return Unsupported(reason="the source is no plain WAV of 16 or 24 bits")
    if sound.channels > MOST_CHANNELS:
        return Unsupported(reason="the source has more than two channels")
    return None


def rewrite(
    path: Path, target: Path, *, probe: Probe, ranges: Sequence[tuple[int, int]], length: int, edit: Edit
) -> int | Unsupported:
    """Write the samples of ``path`` to a new file at ``target``; ``edit(at, block)`` replaces what ``ranges`` name.

    Like ``splice``, with the sorted ``ranges`` in samples and blocks of float32. Gives the number of samples, at most
    ``length`` and at least one less; nothing is written where it is ``Unsupported``.
    """
    sound = probe.audio[0]
    with untrusted_input.opened(path) as fd:
        samples = _find(fd, width=CODECS[sound.codec], channels=sound.channels)
        if samples is None or abs(samples.count - length) > 1:
            return Unsupported(reason="its header does not say where its samples are")
        samples = replace(samples, count=min(samples.count, length))
        with created(target) as out, os.fdopen(os.dup(out), "wb") as file:
            file.write(_header(samples, sound.sample_rate))
            waiting = [*reversed(ranges)]
            for at in range(0, samples.count, PIECE):
                wanted = min(PIECE, samples.count - at)
                data = bytearray(os.pread(fd, wanted * samples.size, samples.start + at * samples.size))
                if len(data) < wanted * samples.size:
                    raise untrusted_input.cut_off()
                while waiting and waiting[-1][0] < at + wanted:
                    start, end = waiting[-1]
                    _change(data, samples, at, max(start, at), min(end, at + wanted), edit)
                    if end > at + wanted:
                        break
                    waiting.pop()
                file.write(data)
    return samples.count


def _find(fd: int, *, width: int, channels: int) -> _Samples | None:
    """The one chunk of samples in a plain WAV file whose header says how large it is."""
    if os.pread(fd, 4, 0) != b"RIFF" or os.pread(fd, 4, 8) != b"WAVE":
        return None
    at, end, size = 12, os.fstat(fd).st_size, width * channels
    for _ in range(MOST_CHUNKS):
        head = os.pread(fd, _CHUNK.size, at)
        if len(head) < _CHUNK.size:
            return None
        name, held = _CHUNK.unpack(head)
        at += _CHUNK.size
        if name == b"data":
            whole = held % size == 0 and at + held <= end and held <= MOST_BYTES
            return _Samples(start=at, count=held // size, width=width, channels=channels) if whole else None
        at += held + held % 2
    return None


def _header(samples: _Samples, rate: int) -> bytes:
    data = samples.count * samples.size
    shape = (samples.channels, rate, rate * samples.size, samples.size, 8 * samples.width)
    return _HEADER.pack(b"RIFF", data + _HEADER.size - 8, b"WAVE", b"fmt ", 16, 1, *shape, b"data", data)


def _change(data: bytearray, samples: _Samples, at: int, first: int, last: int, edit: Edit) -> None:
    """Edit samples ``first`` to ``last`` of a piece that begins with sample ``at``."""
    part = slice((first - at) * samples.size, (last - at) * samples.size)
    bits = 8 * samples.width
    block = as_floats(_numbers(data[part], samples.width), bits=bits).reshape(-1, samples.channels)
    edit(first, block)
    whole = as_numbers(block, bits=bits).astype("<i4", copy=False)
    data[part] = whole.view(np.uint8).reshape(-1, 4)[:, : samples.width].tobytes()


def _numbers(data: bytes | bytearray, width: int) -> NDArray[np.int32]:
    filled = np.zeros((len(data) // width, 4), np.uint8)
    filled[:, 4 - width :] = np.frombuffer(data, np.uint8).reshape(-1, width)
    return np.asarray(filled.view("<i4")[:, 0] >> (32 - 8 * width))
