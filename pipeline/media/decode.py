"""The one decode function, for recognition, rendering and proof: true to timestamps, sample-exact, constant memory."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputRefused
from pipeline.media import command, untrusted_input
from pipeline.media.decodable_length import PTS_FAITHFUL
from pipeline.media.tool_process import ToolProcess, child

FLOAT = "f32le"
Block = NDArray[np.float32]
_SAMPLE = 4
SILENCE_DBFS = -60.0
"""The level under which a sound counts as silent: by this whole tracks are told apart, and the proof of a window."""
SILENCE = 10 ** (SILENCE_DBFS / 20)
_LISTENING_RATE = 16_000
# Decoders give their sound in small pieces; fewer and larger ones cost both ends of the pipe less.
_TOGETHER = {"nb_out_samples": 8192, "pad": 0}


def decode(
    path: Path,
    *,
    stream: int,
    rate: int,
    channels: int,
    block_s: float = 1.0,
    start_s: float = 0.0,
    end_s: float | None = None,
    edit_list: bool = True,
    strict: bool = False,
) -> Generator[Block]:
    """Blocks of float32 samples, shape (n, channels), of audio stream number ``stream`` at ``rate`` samples a second.

    Sample ``n`` is heard ``start_s + n / rate`` seconds after the container's start; late starts and gaps are silent.
    Every block but the last holds ``block_s`` seconds. ``edit_list=False`` shows what an MP4 edit list hides.
    Raises ``InputRefused`` when the file cannot be read to its end or holds more than 12 hours, and with ``strict``
    when the decoder complains of anything on the way: it then skipped something.
    """
    size = max(1, round(block_s * rate)) * channels * _SAMPLE
    left = int(untrusted_input.MAX_DURATION_S * rate) * channels * _SAMPLE
    with untrusted_input.opened(path) as fd:
        argv = decoding(
            fd,
            stream=stream,
            rate=rate,
            channels=channels,
            start_s=start_s,
            end_s=end_s,
            edit_list=edit_list,
        )
        with child(argv, fds=[fd]) as running:
            for block in _blocks(running, size):
                left -= block.nbytes
                if left < 0:
                    raise InputRefused("a media file is longer than 12 hours", action="cut the recording into parts")
                yield block.reshape(-1, channels)
            if running.finish() != 0 or (strict and untrusted_input.complaints(running.stderr_text)):
                raise untrusted_input.refusal(running.stderr_text)


def decode_piece(path: Path, *, stream: int, rate: int, start_s: float, end_s: float) -> Block:
    """The samples of one piece in mono, shape (n,), for a listener: jumps to its start instead of reading up to it.

    Where a decoder needs what came before, the first samples may be late by a few milliseconds; so it is for ears and
    never for a proof. Raises ``InputRefused`` where nothing can be read.
    """
    with untrusted_input.opened(path) as fd:
        argv = decoding(fd, stream=stream, rate=rate, channels=1, start_s=start_s, end_s=end_s, seek=True)
        with child(argv, fds=[fd]) as running:
            blocks = list(_blocks(running, rate * _SAMPLE))
            if running.finish() != 0:
                raise untrusted_input.refusal(running.stderr_text)
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)


def _blocks(running: ToolProcess, size: int) -> Generator[Block]:
    """The samples that a process writes, ``size`` bytes at a time."""
    while True:
        block = np.empty(size // _SAMPLE, dtype="<f4")
        filled = running.read_into(block.view(np.uint8).data)
        if not filled:
            return
        yield block[: filled // _SAMPLE].astype(np.float32, copy=False)


def is_silent(path: Path, *, stream: int) -> bool:
    """Whether nothing in an audio stream is louder than ``SILENCE``; reads until the first sound that is."""
    blocks = decode(path, stream=stream, rate=_LISTENING_RATE, channels=1)
    return not any(np.abs(block).max(initial=0.0) > SILENCE for block in blocks)


def decoding(
    fd: int,
    *,
    stream: int,
    rate: int,
    channels: int,
    form: str = FLOAT,
    start_s: float = 0.0,
    end_s: float | None = None,
    edit_list: bool = True,
    seek: bool = False,
) -> list[str]:
    """The command that writes sound ``stream`` of an open file to its output: samples of ffmpeg's format ``form``."""
    if seek:
        sound = command.opened_input(fd, edit_list=edit_list, start_s=start_s)[f"a:{stream}"]
        start_s, end_s = 0.0, None if end_s is None else end_s - start_s
    else:
        sound = command.opened_input(fd, edit_list=edit_list)[f"a:{stream}"]
    sound = sound.filter("aresample", rate, rematrix_maxval=1, **PTS_FAITHFUL)
    if start_s > 0 or end_s is not None:
        cut = {"start_sample": round(start_s * rate)}
        if end_s is not None:
            cut["end_sample"] = round(end_s * rate)
        sound = sound.filter("atrim", **cut)
    sound = sound.filter("asetnsamples", **_TOGETHER)
    return command.argv(sound.output("pipe:1", format=form, ac=channels))
