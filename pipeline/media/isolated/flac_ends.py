"""The program that finds FLAC frames with bytes behind their end; imports nothing else of ours.

Decoders skip such bytes without a word, and a checksum may be made to hold over them. A frame that can still be decoded
when its last byte is taken away has ended before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
from av.audio.codeccontext import AudioCodecContext
from av.packet import Packet

from .protocol import Parent, answer


@dataclass(frozen=True, slots=True, kw_only=True)
class FlacEndsJob:
    """What to look at."""

    source: str
    options: dict[str, str]


def look(values: dict[str, Any], parent: Parent) -> dict[str, int]:
    """Do the job: the bytes in all packets of the sound, and how many of the packets hold more than a frame."""
    job = FlacEndsJob(**values)
    size = loose = 0
    with av.open(job.source, options=dict(job.options)) as source:
        stream = source.streams.audio[0]
        decoder: AudioCodecContext = av.CodecContext.create("flac", "r")
        decoder.extradata = stream.codec_context.extradata
        for packet in source.demux(stream):
            if packet.size:
                size += packet.size
                loose += _ends_before(decoder, bytes(packet)[:-1])
    return {"size": size, "loose": loose}


def _ends_before(decoder: AudioCodecContext, data: bytes) -> bool:
    try:
        return bool(decoder.decode(Packet(data)))
    except av.FFmpegError:
        return False


if __name__ == "__main__":
    answer(look)
