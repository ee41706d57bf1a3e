"""The program that splices AAC: run by ``pipeline.media.splice`` as a child; imports nothing else of ours.

It copies the packets of one AAC-LC stream into a new MP4, but encodes again those that carry a sample of the wanted
ranges. Their samples go to the parent, which replaces them, and come back. Packet ``i`` starts at sample ``origin +
1024 * i`` and carries 2048: of a range ``[s, e)`` every packet with start > s - 2048 and start < e is encoded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from numpy.typing import NDArray

from .protocol import Parent, UnsupportedStream, answer

FRAME = 1024
REACH = 2 * FRAME
JOIN_PACKETS = 4
MOST_PRIMING = 3 * FRAME
EXCHANGED_FRAMES = 64
DATA_ELEMENT = 4

Run = tuple[int, int]
SoundPacket: TypeAlias = "Packet[AudioStream]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpliceJob:
    """What to do: ``ranges`` are half-open, in samples from the container's start, at the stream's own rate."""

    source: str
    target: str
    stream: int
    options: dict[str, str]
    ranges: Sequence[tuple[int, int]]
    drop_priming: bool
    bits_per_channel: int


class ReencodedRun:
    """One run of packets on its way through a fresh decoder, the parent and a fresh encoder."""

    def __init__(self, run: Run, origin: int, template: AudioCodecContext, bits: int, parent: Parent) -> None:
        self.first, self.last = run
        self._origin = origin
        self._parent = parent
        self._template = template
        self._decoder = _decoder(template)
        self._encoder = _encoder(template, bits)
        self._waiting: list[NDArray[np.float32]] = []
        self._next = self.first - 1

    def take(self, index: int, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Hear packet ``index``: two before the run, those of it and one after; gives the packets that are ready."""
        frames = self._decoder.decode(Packet(data))
        if len(frames) != 1 or frames[0].samples != FRAME or frames[0].sample_rate != self._template.sample_rate:
            raise UnsupportedStream("its frames do not hold 1024 samples")
        if frames[0].layout.nb_channels != self._template.layout.nb_channels:
            raise UnsupportedStream("its channels change on the way")
        if index >= self.first - 1:
            yield from self._hear(index, frames[0].to_ndarray().astype(np.float32, copy=False).T)

    def end(self, *, count: int) -> Iterator[tuple[int, bytes]]:
        """The rest of the run; where the stream has but ``count`` packets, silence follows them."""
        if self._next + len(self._waiting) <= min(self.last + 1, count):
            channels = self._template.layout.nb_channels
            yield from self._hear(count, np.zeros((FRAME, channels), np.float32))
        yield from self._exchange()
        yield from self._ready(self._encoder.encode(None))

    def _hear(self, index: int, frame: NDArray[np.float32]) -> Iterator[tuple[int, bytes]]:
        while self._next + len(self._waiting) < index:
            self._waiting.append(np.zeros_like(frame))
        self._waiting.append(frame)
        if len(self._waiting) >= EXCHANGED_FRAMES:
            yield from self._exchange()

    def _exchange(self) -> Iterator[tuple[int, bytes]]:
        if not self._waiting:
            return
        at = self._origin + self._next * FRAME
        heard = np.concatenate(self._waiting)
        samples = np.frombuffer(self._parent.edited(at, heard.tobytes()), dtype=np.float32).reshape(heard.shape)
        self._next += len(self._waiting)
        self._waiting.clear()
        for start in range(0, len(samples), FRAME):
            planes = np.ascontiguousarray(samples[start : start + FRAME].T)
            frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=self._template.layout.name)
            frame.sample_rate, frame.pts = self._template.sample_rate, at + start
            yield from self._ready(self._encoder.encode(frame))

    def _ready(self, packets: Iterable[SoundPacket]) -> Iterator[tuple[int, bytes]]:
        for packet in packets:
            index = ((packet.pts or 0) - self._origin) // FRAME
            if self.first <= index <= self.last:
                yield index, bytes(packet)


def runs_of(ranges: Iterable[tuple[int, int]], *, origin: int) -> list[Run]:
    """The first and last packet of every stretch to encode again, in order; those closer than 4 packets are one."""
    runs: list[Run] = []
    for start, end in sorted(ranges):
        low = max(0, (start - REACH - origin) // FRAME + 1)
        high = ceil((end - origin) / FRAME) - 1
        if high < low or end <= start:
            continue
        if runs and low - runs[-1][1] <= JOIN_PACKETS:
            runs[-1] = (runs[-1][0], max(runs[-1][1], high))
        else:
            runs.append((low, high))
    return runs


def splice(values: dict[str, Any], parent: Parent) -> dict[str, int]:
    """Do the job, and say how many packets there are; raises ``UnsupportedStream``, whatever was written by then."""
    job = SpliceJob(**values)
    with av.open(job.source, options=dict(job.options)) as source, av.open(job.target, "w", format="mp4") as target:
        stream = source.streams.audio[job.stream]
        header = _encoder(stream.codec_context, job.bits_per_channel).extradata or b""
        if (stream.codec_context.extradata or b"?")[:2] != header[:2]:
            raise UnsupportedStream("its header is not that of plain AAC-LC")
        copy = PacketCopy(job, stream, target, parent)
        for packet in source.demux(stream):
            if packet.size:
                copy.take(packet)
        return copy.end()


class PacketCopy:
    """The packets of one stream on their way into the target, one after the other."""

    def __init__(self, job: SpliceJob, stream: AudioStream, target: OutputContainer, parent: Parent) -> None:
        self._job = job
        self._parent = parent
        self._template = stream.codec_context
        self._target = target
        self._out = target.add_stream_from_template(stream)
        self._tick = (stream.time_base or 0) * stream.rate
        self._jitter = 0 if self._tick == 1 else ceil(stream.rate / 1000)
        self._origin = self._count = self._encoded = 0
        self._runs: Iterator[Run] = iter(())
        self._stretch: ReencodedRun | None = None
        self._replaced: dict[int, SoundPacket] = {}

    def take(self, packet: SoundPacket) -> None:
        """The next packet; raises ``UnsupportedStream`` where it does not follow the last one as it should."""
        index, at = self._count, round((packet.pts or 0) * self._tick)
        if index == 0:
            self._start(at)
        self._check(packet, at)
        self._count += 1
        stretch = self._stretch
        inside = stretch is not None and stretch.first <= index <= stretch.last
        if inside:
            self._replaced[index] = packet
        if stretch is not None and index >= stretch.first - 2:
            self._put_again(stretch.take(index, bytes(packet)))
            if index == stretch.last + 1:
                self._put_again(stretch.end(count=self._count))
                self._follow()
        if not inside:
            self._put(packet)

    def end(self) -> dict[str, int]:
        """No packet follows: the numbers of packets, of those encoded again, and of samples that are heard."""
        if self._stretch is not None and self._replaced:
            self._put_again(self._stretch.end(count=self._count))
        return {"packets": self._count, "encoded": self._encoded, "length": self._origin + self._count * FRAME}

    def _start(self, at: int) -> None:
        """Ranges are wider by as much as timestamps are rounded; what lies before sample 0 is encoded again as well."""
        if at > 0:
            raise UnsupportedStream("it starts late")
        if at < -MOST_PRIMING:
            raise UnsupportedStream("an edit list hides a part of it")
        if self._job.drop_priming and self._jitter < -at % FRAME < FRAME - self._jitter:
            # Matroska cannot say so, and all that follows would be heard earlier by that part.
            raise UnsupportedStream("its first packet is heard in part")
        self._origin = at
        wide = [(start - self._jitter, end + self._jitter) for start, end in self._job.ranges]
        self._runs = iter(runs_of([(at, 0), *wide], origin=at))
        self._follow()

    def _check(self, packet: SoundPacket, at: int) -> None:
        if packet.pts is None or packet.dts != packet.pts or packet.is_corrupt:
            raise UnsupportedStream("its packets have odd timestamps")
        if abs(at - self._origin - self._count * FRAME) > self._jitter:
            raise UnsupportedStream("its packets do not follow one another without a gap")
        if packet.is_discard and at >= 0:
            raise UnsupportedStream("an edit list hides a part of it")
        if memoryview(packet)[0] >> 5 == DATA_ELEMENT:
            raise UnsupportedStream("its packets carry other data")

    def _follow(self) -> None:
        run = next(self._runs, None)
        bits = self._job.bits_per_channel
        self._stretch = run and ReencodedRun(run, self._origin, self._template, bits, self._parent)

    def _put(self, packet: Packet[Any]) -> None:
        if not self._job.drop_priming or (packet.pts or 0) >= 0:
            packet.stream = self._out
            self._target.mux(packet)

    def _put_again(self, encoded: Iterable[tuple[int, bytes]]) -> None:
        for index, data in encoded:
            old = self._replaced.pop(index, None)
            if old is None:
                continue
            packet = Packet(data)
            packet.pts, packet.dts, packet.duration, packet.time_base = old.pts, old.dts, old.duration, old.time_base
            packet.is_keyframe = True
            self._encoded += 1
            self._put(packet)


def _encoder(template: AudioCodecContext, bits_per_channel: int) -> AudioCodecContext:
    encoder: AudioCodecContext = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = template.sample_rate, template.layout, "fltp"
    encoder.bit_rate = bits_per_channel * template.layout.nb_channels
    encoder.options = {"aac_coder": "fast", "flags": "+bitexact", "threads": "1"}
    encoder.open()
    return encoder


def _decoder(template: AudioCodecContext) -> AudioCodecContext:
    decoder: AudioCodecContext = av.CodecContext.create("aac", "r")
    decoder.extradata = template.extradata
    return decoder


if __name__ == "__main__":
    answer(splice)
