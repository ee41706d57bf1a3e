"""Writes FLAC from sound of whole numbers: decoder and encoder in one child, every sample that stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.media import untrusted_input
from pipeline.media.encode import created
from pipeline.media.isolated.client import Edit, Unsupported, ask
from pipeline.media.output_formats import OutputFormat
from pipeline.media.pcm import as_floats, as_numbers
from pipeline.media.probe import Probe

BITS = {"flac": (16, 24), "pcm_s16le": (16,), "pcm_s24le": (24,)}
# Of 24 bits there are 32, the lowest of them empty.
_HELD = {16: 16, 24: 32}
_BROKEN = Unsupported(reason="it cannot be read frame by frame")


def may_keep_numbers(probe: Probe, *, stream: int, output_format: OutputFormat) -> Unsupported | None:
    """What speaks against writing sound ``stream`` as FLAC in one go, as far as a probe tells."""
    sound = probe.audio[stream]
    if output_format.codec != "flac":
        return Unsupported(reason="the output is not FLAC")
    if sound.bits not in BITS.get(sound.codec, ()):
        return Unsupported(reason="the source holds no whole numbers of 16 or 24 bits")
    return None


def keep_numbers(
    path: Path,
    target: Path,
    *,
    probe: Probe,
    stream: int,
    ranges: Sequence[tuple[int, int]],
    length: int,
    edit: Edit,
) -> int | Unsupported:
    """Write sound ``stream`` of ``path`` to a new FLAC file at ``target``; ``edit(at, block)`` replaces ``ranges``.

    Like ``splice``, with the sorted ``ranges`` in samples. Gives the number of samples, at most one more or less than
    ``length``; an ``Unsupported`` target holds nothing of use. Raises ``TryAgain`` where the child stands still.
    """
    sound = probe.audio[stream]
    bits = _HELD[sound.bits]

    def answer(at: int, data: bytearray) -> bytes:
        numbers = np.frombuffer(data, f"<i{bits // 8}").reshape(-1, sound.channels)
        for start, end in ranges:
            first, last = max(start - at, 0), min(end - at, len(numbers))
            if first < last:
                block = as_floats(numbers[first:last], bits=bits)
                edit(at + first, block)
                numbers[first:last] = as_numbers(block, bits=bits)
        return numbers.tobytes()

    with untrusted_input.opened(path) as fd, created(target) as out:
        job = {"stream": stream, "ranges": ranges, "bits": sound.bits}
        done = ask("flac", job, fd=fd, out=out, answer=answer, broken=_BROKEN)
    if isinstance(done, Unsupported):
        return done
    return (
        done["length"] if abs(done["length"] - length) <= 1 else Unsupported(reason="it is not as long as the session")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FlacFrames:
    """The bytes in all frames of a FLAC file, and how many frames have more bytes behind their end."""

    size: int
    loose: int


def flac_frames(fd: int) -> FlacFrames | Unsupported:
    """Look at every frame of the open FLAC file; ``Unsupported`` where it cannot be read frame by frame."""
    result = ask("flac_ends", {}, fd=fd, broken=_BROKEN)
    return result if isinstance(result, Unsupported) else FlacFrames(**result)
