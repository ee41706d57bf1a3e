"""Renders the sound of one session in a stream: decode, silence the windows, mix, encode."""

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
from pipeline.media.output_formats import Kind
from pipeline.records import RedactionInterval
from pipeline.render.mix import aligned, mixed
from pipeline.render.sample_ranges import Samples, samples_of, silence
from pipeline.render.tone import lay_tone

RATE = 48_000
BLOCK = RATE
Fill = Literal["silence", "tone"]


class Tap(Protocol):
    """Looks at the samples on their way to the encoder; see ``proof.tap``."""

    def track(self, track_id: str, at: int, block: NDArray[np.float32]) -> None:
        """One silenced block of one track, whose first sample is number ``at``."""

    def mixed(self, at: int, block: NDArray[np.float32]) -> None:
        """One block as the encoder gets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sound stream of a rendition; ``offset_s`` is where its first sample lies on the session's clock."""

    track_id: str
    path: Path
    stream: int
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What is to be played: the parts, the windows to take out and the shape of the result (``length`` in samples)."""

    parts: tuple[Part, ...]
    windows: tuple[RedactionInterval, ...]
    rate: int
    channels: int
    length: int
    fill: Fill = "silence"


def length_of(duration_s: float, rate: int) -> int:
    """The samples that hold ``duration_s`` seconds."""
    return math.ceil(round(duration_s * rate, 3))


def play(score: Score, path: Path, *, kind: Kind, tap: Tap, bits: int = 16) -> None:
    """Write the score's sound to a new file at ``path``; constant memory, every block shown to ``tap`` first."""
    silent = {part.track_id: _ranges(score, part.track_id) for part in score.parts}
    everywhere = _ranges(score, None if len(score.parts) > 1 else score.parts[0].track_id)
    with ExitStack() as stack:
        sources = [stack.enter_context(closing(part_blocks(score, part))) for part in score.parts]
        out = stack.enter_context(encoder(path, kind=kind, rate=score.rate, channels=score.channels, bits=bits))
        for number, blocks in enumerate(zip(*sources, strict=True)):
            at = number * BLOCK
            for part, block in zip(score.parts, blocks, strict=True):
                silence(block, at, silent[part.track_id])
                tap.track(part.track_id, at, block)
            mix = mixed(blocks)
            if score.fill == "tone":
                lay_tone(mix, at, everywhere, rate=score.rate)
            tap.mixed(at, mix)
            out.write(mix)


def part_blocks(score: Score, part: Part) -> Generator[NDArray[np.float32]]:
    """One part's own sound on the session's clock, in blocks of ``BLOCK`` samples, untouched."""
    blocks = decode(part.path, stream=part.stream, rate=score.rate, channels=score.channels)
    offset = round(part.offset_s * score.rate)
    return aligned(blocks, offset=offset, length=score.length, size=BLOCK, channels=score.channels)


def _ranges(score: Score, track_id: str | None) -> Sequence[Samples]:
    return samples_of(score.windows, track_id, rate=score.rate, length=score.length)
