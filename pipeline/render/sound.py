"""Renders the mixed sound of one session in a stream: decode, silence the windows, mix, encode."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.media import decode, encoder
from pipeline.media.output_formats import OutputFormat
from pipeline.records import RedactionInterval
from pipeline.render.mix import aligned, mixed
from pipeline.render.sample_ranges import SampleRange, samples_of, silence
from pipeline.render.tone import put_tone

RATE = 48_000
BLOCK = RATE
Fill = Literal["silence", "tone"]


class EncoderInputCheck(Protocol):
    """Looks at the samples on their way to the encoder."""

    def track(self, track_id: str, at: int, block: NDArray[np.float32]) -> None:
        """One silenced block of one track, whose first sample is number ``at``."""

    def mixed(self, at: int, block: NDArray[np.float32]) -> None:
        """One block as the encoder gets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixInput:
    """One sound stream that goes into a mix; ``offset_s`` is where its first sample lies on the session's clock."""

    track_id: str
    path: Path
    stream: int
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSpec:
    """What is to be mixed: the inputs, the windows to take out and the shape of the result (``length`` in samples)."""

    inputs: tuple[MixInput, ...]
    windows: tuple[RedactionInterval, ...]
    rate: int
    channels: int
    length: int
    fill: Fill = "silence"


def length_of(duration_s: float, rate: int) -> int:
    """The samples that hold ``duration_s`` seconds."""
    # A float that should be whole may be off in its last digits: a thousandth of a sample is none.
    return math.ceil(round(duration_s * rate, 3))


def mix_sound(
    spec: MixSpec, path: Path, *, output_format: OutputFormat, check: EncoderInputCheck, bits: int = 16
) -> None:
    """Write the mix to a new file at ``path``; constant memory, every block shown to ``check`` first."""
    silent = {source.track_id: _ranges(spec, source.track_id) for source in spec.inputs}
    everywhere = _ranges(spec, None if len(spec.inputs) > 1 else spec.inputs[0].track_id)
    with ExitStack() as stack:
        sources = [stack.enter_context(closing(_blocks(spec, source))) for source in spec.inputs]
        encoding = encoder(path, output_format=output_format, rate=spec.rate, channels=spec.channels, bits=bits)
        out = stack.enter_context(encoding)
        for number, blocks in enumerate(zip(*sources, strict=True)):
            at = number * BLOCK
            for source, block in zip(spec.inputs, blocks, strict=True):
                silence(block, at, silent[source.track_id])
                check.track(source.track_id, at, block)
            mix = mixed(blocks)
            if spec.fill == "tone":
                put_tone(mix, at, everywhere, rate=spec.rate)
            check.mixed(at, mix)
            out.write(mix)


def _blocks(spec: MixSpec, source: MixInput) -> Generator[NDArray[np.float32]]:
    """One input's own sound on the session's clock, in blocks of ``BLOCK`` samples, untouched."""
    blocks = decode(source.path, stream=source.stream, rate=spec.rate, channels=spec.channels)
    offset = round(source.offset_s * spec.rate)
    return aligned(blocks, offset=offset, length=spec.length, size=BLOCK, channels=spec.channels)


def _ranges(spec: MixSpec, track_id: str | None) -> Sequence[SampleRange]:
    return samples_of(spec.windows, track_id, rate=spec.rate, length=spec.length)
