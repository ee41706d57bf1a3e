"""Encodes again only those AAC packets that hold something to take out, and copies the others bit for bit.

Where it can be done, this is fifteen times as fast as encoding everything again, and what is kept stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.media import untrusted_input
from pipeline.media.encode import created
from pipeline.media.isolated.client import Edit, Unsupported, ask
from pipeline.media.output_formats import BITS_PER_CHANNEL, OutputFormat
from pipeline.media.probe import Probe

FORMATS = ("mov", "mp4", "m4a", "matroska")
ENDLESS = 1 << 40
SAME_S = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spliced:
    """How many packets the stream has, how many of them were encoded again, and its samples from 0 on."""

    packets: int
    encoded: int
    length: int


BROKEN = Unsupported(reason="it cannot be read packet by packet")


def may_splice(probe: Probe, *, stream: int, output_format: OutputFormat) -> Unsupported | None:
    """What speaks against splicing sound ``stream`` into an output of ``kind``, as far as a probe tells."""
    sound = probe.audio[stream]
    if output_format.codec != "aac":
        return Unsupported(reason="the output is not AAC")
    if sound.codec != "aac" or sound.profile != "LC":
        return Unsupported(reason="the source is not AAC-LC")
    if not set(probe.format_name.split(",")) & set(FORMATS):
        return Unsupported(reason="the source is no mp4, m4a, mov or mkv")
    if sound.sample_rate not in output_format.rates or sound.channels > output_format.max_channels:
        return Unsupported(reason="its sample rate is unusual")
    if abs(probe.start_s) > SAME_S or abs(sound.start_s) > SAME_S:
        return Unsupported(reason="it starts late")
    return None


def splice(
    path: Path,
    target: Path,
    *,
    stream: int,
    channels: int,
    ranges: Sequence[tuple[int, int]],
    length: int,
    edit: Edit,
    drop_priming: bool = False,
) -> Spliced | Unsupported:
    """Write sound ``stream`` of ``path`` to a new MP4 at ``target``; ``edit(at, block)`` replaces what ``ranges`` name.

    ``ranges`` are half-open, in samples of the stream's own rate from the container's start; ``edit`` changes blocks of
    float32, shape (n, channels), in place. What lies before sample 0 or from ``length`` on is silent: nobody hears it.
    ``drop_priming`` is for containers that cannot say that the first packets are not to be heard. An ``Unsupported``
    target holds nothing of use. Constant memory; raises ``TryAgain`` where the child stands still.
    """

    def answer(at: int, data: bytearray) -> bytes:
        block = np.frombuffer(data, dtype=np.float32).reshape(-1, channels)
        early, late = max(0, min(len(block), -at)), max(0, min(len(block), length - at))
        block[:early] = block[late:] = 0.0
        if early < late:
            edit(at + early, block[early:late])
        return block.tobytes()

    job = {
        "stream": stream,
        "ranges": [*ranges, (length, ENDLESS)],
        "drop_priming": drop_priming,
        "bits_per_channel": BITS_PER_CHANNEL,
    }
    with untrusted_input.opened(path) as fd, created(target) as out:
        done = ask("splicer", job, fd=fd, out=out, answer=answer, broken=BROKEN)
    return done if isinstance(done, Unsupported) else Spliced(**done)
