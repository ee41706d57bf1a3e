"""How far a stream can really be read, whatever its file promises."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.media import command, untrusted_input
from pipeline.media.tool_process import child

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


def demuxed_s(fd: int) -> Measured:
    """Read every packet of the open file's first picture without decoding it."""
    picture = command.opened_input(fd)["V:0"]
    return _to_nowhere(fd, command.argv(picture.output("pipe:1", format="null", c="copy"), "-progress", "pipe:1"))


def _to_nowhere(fd: int, argv: list[str]) -> Measured:
    with child(argv, fds=[fd]) as running:
        lines = running.read(_PROGRESS_LIMIT).decode("ascii", "replace").splitlines()
        status = running.finish()
        complaints = untrusted_input.complaints(running.stderr_text)
    ends = [line.partition("=")[2] for line in lines if line.startswith("out_time_us=")]
    seconds = int(ends[-1]) / 1e6 if ends and ends[-1].lstrip("-").isdigit() else 0.0
    return Measured(seconds=seconds, clean=status == 0 and not complaints)
