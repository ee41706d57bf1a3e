"""How many seconds of a stream can really be decoded, and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputRefused
from pipeline.media import command, source
from pipeline.media.child import child

if TYPE_CHECKING:
    from pipeline.media.probe import Probe, Stream

TOLERANCE_S = 0.1
PTS_FAITHFUL = {"async": 1, "first_pts": 0}
_PROGRESS_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The end of what could be read, in seconds from the container's start, and whether nothing was complained of."""

    seconds: float
    clean: bool


def decoded_s(fd: int, stream: int) -> Measured:
    """Decode audio stream ``stream`` of the open file to nowhere; constant memory."""
    sound = command.opened_input(fd)[f"a:{stream}"].filter("aresample", **PTS_FAITHFUL)
    return _to_nowhere(fd, command.argv(sound.output("pipe:1", format="null"), "-progress", "pipe:1"))


def seconds_of(path: Path, probe: Probe) -> tuple[float, ...]:
    """How long each sound stream lasts when it is decoded, late starts and gaps included."""
    with source.opened(path) as fd:
        return tuple(decoded_s(fd, stream).seconds for stream in range(len(probe.audio)))


def demuxed_s(fd: int) -> Measured:
    """Read every packet of the open file's first picture without decoding it."""
    picture = command.opened_input(fd)["V:0"]
    return _to_nowhere(fd, command.argv(picture.output("pipe:1", format="null", c="copy"), "-progress", "pipe:1"))


def check_complete(path: Path, probe: Probe) -> None:
    """Raise ``InputRefused`` unless every second that the file promises is there and nothing in it is damaged.

    The exit status is no test: ffmpeg ends a truncated file with 0. Sound is decoded, the picture only read.
    """
    with source.opened(path) as fd:
        for position, stream in enumerate(probe.audio):
            measured = decoded_s(fd, position)
            _refuse_unless_whole(measured, _promised_s(probe, stream))
        if probe.video is not None:
            _refuse_unless_whole(demuxed_s(fd), None)


def _promised_s(probe: Probe, stream: Stream) -> float | None:
    if stream.duration_s is not None:
        return stream.start_s + stream.duration_s
    tagged = dict(stream.tags).get("DURATION")
    if tagged is not None:
        hours, minutes, seconds = (float(part) for part in tagged.split(":"))
        return hours * 3600 + minutes * 60 + seconds
    return probe.duration_s if len(probe.streams) == 1 else None


def _refuse_unless_whole(measured: Measured, promised_s: float | None) -> None:
    if not measured.clean:
        raise source.damaged()
    if measured.seconds <= 0:
        raise InputRefused("a media file holds a stream that cannot be decoded", action=source.OTHER_FILE)
    if promised_s is not None and abs(measured.seconds - promised_s) > TOLERANCE_S:
        raise source.cut_off()


def _to_nowhere(fd: int, argv: list[str]) -> Measured:
    with child(argv, fds=[fd]) as running:
        lines = running.read(_PROGRESS_LIMIT).decode("ascii", "replace").splitlines()
        status = running.finish()
        said = running.said.strip()
    ends = [line.partition("=")[2] for line in lines if line.startswith("out_time_us=")]
    seconds = int(ends[-1]) / 1e6 if ends and ends[-1].lstrip("-").isdigit() else 0.0
    return Measured(seconds=seconds, clean=status == 0 and not said)
