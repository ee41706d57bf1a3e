"""Whether a file is whole: all that it promises is there, and how long that is."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import untrusted_input
from pipeline.media.decodable_length import Measured, decoded_s, demuxed_s
from pipeline.media.probe import Probe, Stream

# The first and the last frame of a stream may be there in part: at a low rate one lasts long.
TOLERANCE_S, FRAME = 0.1, 1152
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def check_complete(path: Path, probe: Probe) -> tuple[float, ...]:
    """How long each sound stream lasts when it is decoded, in seconds, late starts and gaps included.

    Raises ``InputRefused`` unless every second that the file promises is there and nothing in it is damaged. The exit
    status is no test: ffmpeg ends a truncated file with 0. Sound is decoded, the picture only read.
    """
    lengths_s = []
    with untrusted_input.opened(path) as fd:
        for position, stream in enumerate(probe.audio):
            measured = decoded_s(fd, position)
            frame_s = FRAME / stream.sample_rate
            _refuse_unless_whole(measured, _promised_s(probe, stream), tolerance_s=TOLERANCE_S + frame_s)
            lengths_s.append(measured.seconds)
        if probe.video is not None:
            _refuse_unless_whole(demuxed_s(fd), None)
    return tuple(lengths_s)


def _promised_s(probe: Probe, stream: Stream) -> float | None:
    if stream.duration_s is not None:
        return stream.start_s + stream.duration_s
    tagged = _CLOCK.fullmatch(dict(stream.tags).get("DURATION", ""))
    if tagged:
        # Matroska's tag says when the stream ends, counted from 0; everything here counts from the container's start.
        return float(tagged[1]) * 3600 + float(tagged[2]) * 60 + float(tagged[3]) - probe.start_s
    return probe.duration_s if len(probe.streams) == 1 else None


def _refuse_unless_whole(measured: Measured, promised_s: float | None, *, tolerance_s: float = TOLERANCE_S) -> None:
    if not measured.clean:
        raise untrusted_input.damaged()
    if measured.seconds <= 0:
        raise InputRefused("a media file holds a stream that cannot be decoded", action=untrusted_input.OTHER_FILE)
    if promised_s is not None and abs(measured.seconds - promised_s) > tolerance_s:
        raise untrusted_input.cut_off()
