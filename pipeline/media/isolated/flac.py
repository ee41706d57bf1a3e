"""The program that writes sound of whole numbers as FLAC: run by ``pipeline.media.flac``; imports nothing else of ours.

Decoder and encoder are in one process and hand frames on as they are: every sample stays but those of the wanted
ranges, whose frames go to the parent and come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import av
from av.audio.stream import AudioStream

from .protocol import Parent, UnsupportedStream, answer

BYTES = {"s16": 2, "s32": 4}
BARE = {"flags": "+bitexact", "threads": "1"}
PLAIN: dict[str, Any] = {"format": "flac", "options": {"fflags": "+bitexact"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlacJob:
    """What to do: ``ranges`` are half-open, sorted, in samples from the container's start, at the stream's own rate."""

    source: str
    target: str
    stream: int
    options: dict[str, str]
    ranges: Sequence[tuple[int, int]]
    bits: int


def encode(values: dict[str, Any], parent: Parent) -> dict[str, int]:
    """Do the job, and say how many samples there are; raises ``UnsupportedStream``, whatever was written by then."""
    job = FlacJob(**values)
    with av.open(job.source, options=dict(job.options)) as source, av.open(job.target, "w", **PLAIN) as target:
        stream = source.streams.audio[job.stream]
        stream.codec_context.thread_count = 1
        out = target.add_stream("flac", rate=stream.rate, options={**BARE, "bits_per_raw_sample": str(job.bits)})
        out.codec_context.layout, out.codec_context.format = stream.codec_context.layout, stream.codec_context.format
        waiting, at = [*reversed(job.ranges)], 0
        for frame in source.decode(stream):
            _check(frame, stream, at)
            while waiting and waiting[-1][1] <= at:
                waiting.pop()
            if waiting and waiting[-1][0] < at + frame.samples:
                _edit(frame, at, parent)
            frame.pts, frame.time_base = at, Fraction(1, stream.rate)
            at += frame.samples
            target.mux(out.encode(frame))
        target.mux(out.encode(None))
    return {"length": at}


def _check(frame: av.AudioFrame, stream: AudioStream, at: int) -> None:
    """Whether the frame is of whole numbers, of the stream's shape, and where it should be."""
    context = stream.codec_context
    if frame.format.name not in BYTES or frame.format.name != context.format.name:
        raise UnsupportedStream("its samples are no whole numbers of 16 to 24 bits")
    if frame.sample_rate != context.sample_rate or frame.layout.nb_channels != context.layout.nb_channels:
        raise UnsupportedStream("its shape changes on the way")
    tick = (stream.time_base or 0) * stream.rate
    jitter = 0 if tick == 1 else ceil(stream.rate / 1000)
    if frame.pts is None or abs(round(frame.pts * tick) - at) > jitter:
        raise UnsupportedStream("its frames do not follow one another without a gap")


def _edit(frame: av.AudioFrame, at: int, parent: Parent) -> None:
    frame.make_writable()
    size = frame.samples * frame.layout.nb_channels * BYTES[frame.format.name]
    samples = memoryview(frame.planes[0])[:size]
    samples[:] = parent.edited(at, samples.tobytes())


if __name__ == "__main__":
    answer(encode)
