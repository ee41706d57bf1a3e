"""Encodes one sound again as a whole: what stays goes from decoder to encoder untouched, the rest through our hands.

Lossless kinds get whole numbers all the way, so that outside of what is taken out every sample stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.media import untrusted_input
from pipeline.media.decode import FLOAT, decoding
from pipeline.media.encode import created, encoding, gave_up, priming
from pipeline.media.isolated.client import Edit
from pipeline.media.output_formats import OutputFormat
from pipeline.media.pcm import as_floats, as_numbers
from pipeline.media.tool_process import ToolProcess, child

PIECE = 1 << 16
_WHOLE = {"s16le": 16, "s32le": 32}
_FLOAT_BYTES = 4


def reencode(
    path: Path,
    target: Path,
    *,
    stream: int,
    output_format: OutputFormat,
    rate: int,
    channels: int,
    bits: int,
    ranges: Sequence[tuple[int, int]],
    length: int,
    edit: Edit,
) -> None:
    """Write sound ``stream`` of ``path`` to a new file at ``target``; ``edit(at, block)`` replaces what ``ranges`` are.

    Like ``splice``, with the sorted ``ranges`` in samples at ``rate``. The file holds ``length`` samples: silence
    follows a shorter source. Constant memory. Raises ``InputRefused`` where the source cannot be read, ``TryAgain``
    where one of the tools gives up or stands still.
    """
    form = FLOAT if not output_format.lossless else "s32le" if bits > 16 else "s16le"
    with untrusted_input.opened(path) as fd, created(target) as out:
        reading = decoding(fd, stream=stream, rate=rate, channels=channels, form=form)
        writing = encoding(out, output_format=output_format, rate=rate, channels=channels, bits=bits, form=form)
        with child(reading, fds=[fd]) as reader, child(writing, fds=[out], feeds=True) as writer:
            flow = _Flow(reader, writer, form=form, channels=channels, skip=priming(output_format))
            try:
                at = 0
                for start, end in ranges:
                    flow.keep(start - at)
                    for first in range(start, end, PIECE):
                        flow.change(first, min(end, first + PIECE), edit)
                    at = end
                flow.keep(length - at)
            except BrokenPipeError as error:
                raise gave_up() from error
            if not reader.read(1) and reader.finish() != 0:
                raise untrusted_input.refusal(reader.stderr_text)
            if writer.finish() != 0:
                raise gave_up()


class _Flow:
    """Samples on their way from the decoder to the encoder; the first ``skip`` of them do not arrive."""

    def __init__(self, reader: ToolProcess, writer: ToolProcess, *, form: str, channels: int, skip: int) -> None:
        self._reader = reader
        self._writer = writer
        self._bits = _WHOLE.get(form, 0)
        self._channels = channels
        self._size = (self._bits // 8 or _FLOAT_BYTES) * channels
        self._skip = skip

    def keep(self, count: int) -> None:
        """Pass on the next ``count`` samples as they are."""
        skipped = min(self._skip, count)
        self._write(self._read(skipped))
        wanted = (count - skipped) * self._size
        missing = wanted - self._reader.pass_on(self._writer, wanted)
        while missing:
            zeros = bytes(min(missing, PIECE))
            self._write(zeros)
            missing -= len(zeros)

    def change(self, first: int, last: int, edit: Edit) -> None:
        """Have the next samples, numbers ``first`` to ``last``, replaced by ``edit``."""
        data, whole = self._read(last - first), f"<i{self._bits // 8}"
        if self._bits:
            block = as_floats(np.frombuffer(data, whole), bits=self._bits)
        else:
            block = np.frombuffer(data, "<f4").astype(np.float32)
        block = block.reshape(-1, self._channels)
        edit(first, block)
        done = as_numbers(block, bits=self._bits).astype(whole) if self._bits else block.astype("<f4")
        self._write(done.tobytes())

    def _read(self, count: int) -> bytes:
        """The next ``count`` samples; zeros follow the last."""
        return self._reader.read(count * self._size).ljust(count * self._size, b"\0")

    def _write(self, data: bytes) -> None:
        skipped = min(self._skip * self._size, len(data))
        self._skip -= skipped // self._size
        if not self._writer.write(memoryview(data)[skipped:]):
            raise BrokenPipeError
