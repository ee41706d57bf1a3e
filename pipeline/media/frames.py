"""The one way to see the frames of a picture, and to write them again changed: at their own times, constant memory.

ffmpeg sends uncompressed frames as Matroska, whose blocks carry the time of each: what is read from one process is
written to the next byte for byte, with only the frames' own bytes changed, so that no time has to be made up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputRefused, TryAgain
from pipeline.media import command, untrusted_input
from pipeline.media.command import BARE
from pipeline.media.encode import created
from pipeline.media.tool_process import ToolProcess, child

Plane = NDArray[np.uint8]
Paint = Callable[["Frame", float], None]
# At a quality that keeps slides readable; hidden captions are never written again, and every frame that is written is
# shown. Both write 720p faster than it is shown on one core.
_ENCODERS: dict[str, dict[str, str | int]] = {
    "h264": {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 20,
        "pix_fmt": "yuv420p",
        "a53cc": 0,
        "g": 250,
        "format": "mp4",
    },
    "vp9": {
        "c:v": "libvpx-vp9",
        "deadline": "realtime",
        "cpu-used": 8,
        "crf": 24,
        "b:v": 0,
        "pix_fmt": "yuv420p",
        "auto-alt-ref": 0,
        "lag-in-frames": 0,
        "g": 250,
        "format": "webm",
    },
}
# A picture that began later than the sound would be moved to the start, so its first frame stands there from then on.
_FROM_THE_START = "if(eq(N,0),0,PTS)"
_EVEN = {"w": "trunc(iw/2)*2", "h": "trunc(ih/2)*2"}
_TIMES: dict[str, str | int] = {"enc_time_base": "1:1000", "fps_mode": "passthrough"}
_SEGMENT, _CLUSTER, _GROUP, _TRACKS, _TRACK, _VIDEO = (
    b"\x18\x53\x80\x67",
    b"\x1f\x43\xb6\x75",
    b"\xa0",
    b"\x16\x54\xae\x6b",
    b"\xae",
    b"\xe0",
)
_OPENED = {_SEGMENT, _CLUSTER, _GROUP, _TRACKS, _TRACK, _VIDEO}
_WIDTH, _HEIGHT, _TIME, _SIMPLE_BLOCK, _BLOCK = b"\xb0", b"\xba", b"\xe7", b"\xa3", b"\xa1"
_BLOCK_HEAD = 4
_SMALL = 1 << 20
# A still picture of a slide may have begun longer ago: then everything before is read.
LOOK_BACK_S = 10.0
_CLOCK_S = 0.0005
_FOUR = np.ones((2, 2), np.uint8)


@dataclass(slots=True)
class Frame:
    """One frame, shown from ``at_s`` on: its bytes may be changed through ``planes``."""

    at_s: float
    width: int
    height: int
    gray: bool
    data: bytearray

    @property
    def planes(self) -> tuple[Plane, ...]:
        """Brightness, and beside it where the frame has colour two planes of half the width and height."""
        luma, chroma = self.width * self.height, (self.width // 2) * (self.height // 2)
        whole = np.frombuffer(self.data, np.uint8)
        bright = whole[:luma].reshape(self.height, self.width)
        if self.gray:
            return (bright,)
        half = (self.height // 2, self.width // 2)
        blue, red = whole[luma : luma + chroma], whole[luma + chroma : luma + 2 * chroma]
        return bright, blue.reshape(half), red.reshape(half)

    def rgb(self) -> NDArray[np.uint8]:
        """Red, green and blue of each pixel, shape (height, width, 3), as BT.601 has them; gray has them alike."""
        bright = self.planes[0].astype(np.float32)[..., None]
        if self.gray:
            return np.repeat(self.planes[0][..., None], 3, axis=2)
        blue, red = (np.kron(plane, _FOUR).astype(np.float32)[..., None] - 128 for plane in self.planes[1:])
        mixed = np.concatenate([1.596 * red, -0.813 * red - 0.391 * blue, 2.018 * blue], axis=2)
        return np.asarray((1.164 * (bright - 16) + mixed).clip(0, 255), np.uint8)


def frames(
    path: Path,
    *,
    gray: bool = False,
    per_second: float | None = None,
    start_s: float = 0.0,
    as_shown: bool = False,
) -> Iterator[Frame]:
    """The frames of the first picture as they are shown from ``start_s`` on, or ``per_second`` of them.

    Of so many a second each is the nearest to its time, or with ``as_shown`` the one that a player shows at it. Times
    count from the container's start. Raises ``InputRefused`` where the picture cannot be read.
    """
    with untrusted_input.opened(path) as fd:
        argv = _decoding(fd, gray=gray, per_second=per_second, start_s=start_s, as_shown=as_shown)
        with child(argv, fds=[fd]) as running:
            for _, frame in _parts(running, gray=gray):
                if frame is not None:
                    frame.at_s += start_s
                    yield frame
            if running.finish() != 0:
                raise untrusted_input.refusal(running.stderr_text)


def frame_at(path: Path, at_s: float) -> tuple[Frame, float]:
    """The frame that a player shows at ``at_s``, and until when: the first from the start on, the last for ever."""
    for start_s in (max(0.0, at_s - LOOK_BACK_S), 0.0):
        shown = None
        for frame in frames(path, start_s=start_s):
            if frame.at_s > at_s + _CLOCK_S and shown is not None:
                return shown, frame.at_s
            if frame.at_s > at_s + _CLOCK_S and start_s > 0:
                break
            shown = frame
        if shown is not None:
            return shown, math.inf
    raise untrusted_input.damaged()


def repaint(path: Path, target: Path, paint: Paint, *, codec: str = "h264") -> None:
    """Write the first picture of ``path`` to a new file (H.264 in MP4, VP9 in WebM), each frame changed in place.

    ``paint`` gets a frame and the time at which the next one takes its place, infinite for the last.
    """
    with (
        untrusted_input.opened(path) as fd,
        created(target) as out,
        child(_decoding(fd, gray=False), fds=[fd]) as reader,
        child(_encoding(out, codec), fds=[out], feeds=True) as writer,
    ):
        waiting: list[tuple[bytes, Frame | None]] = []
        for raw, frame in _parts(reader, gray=False):
            if frame is not None:
                _flush(waiting, writer, paint, until_s=frame.at_s)
            waiting.append((raw, frame))
        _flush(waiting, writer, paint, until_s=float("inf"))
        if reader.finish() != 0:
            raise untrusted_input.refusal(reader.stderr_text)
        if writer.finish() != 0:
            raise _gave_up()


def _encoding(out: int, codec: str) -> list[str]:
    picture = command.frames_input()["v:0"].filter("setpts", _FROM_THE_START)
    options = {**_ENCODERS[codec], **_TIMES, **BARE}
    return command.argv(picture.output(untrusted_input.url(out), **options), "-y", "-copyts")


def _decoding(
    fd: int, *, gray: bool, per_second: float | None = None, start_s: float = 0.0, as_shown: bool = False
) -> list[str]:
    picture = command.opened_input(fd, start_s=start_s)["V:0"]
    if per_second is not None:
        picture = picture.filter("fps", per_second, round="up" if as_shown else "near")
    picture = picture.filter("crop", **_EVEN)
    options: dict[str, str | int] = {"c:v": "rawvideo", "pix_fmt": "gray" if gray else "yuv420p"}
    options |= {**_TIMES, "format": "matroska", "write_crc32": 0, **BARE}
    return command.argv(picture.output("pipe:1", **options))


def _flush(waiting: list[tuple[bytes, Frame | None]], writer: ToolProcess, paint: Paint, *, until_s: float) -> None:
    """Paint the frame that waits and send everything on."""
    for raw, frame in waiting:
        if frame is not None:
            paint(frame, until_s)
        data = raw if frame is None else raw + frame.data
        if not writer.write(memoryview(data)):
            raise _gave_up()
    waiting.clear()


def _parts(running: ToolProcess, *, gray: bool) -> Iterator[tuple[bytes, Frame | None]]:
    """The stream in pieces: each as its bytes, or as the head of a block and the frame in it."""
    width = height = cluster_ms = 0
    while head := running.read(1):
        head, size = _head(running, head)
        name = head[: _length(head[0])]
        if name in _OPENED:
            yield head, None
        elif name in (_SIMPLE_BLOCK, _BLOCK):
            block = _exactly(running, _BLOCK_HEAD)
            pixels = size - _BLOCK_HEAD
            if not width or pixels != width * height * (2 if gray else 3) // 2:
                raise untrusted_input.damaged()
            at_s = (cluster_ms + int.from_bytes(block[1:3], "big", signed=True)) / 1000
            data = bytearray(_exactly(running, pixels))
            yield head + block, Frame(at_s=at_s, width=width, height=height, gray=gray, data=data)
        else:
            value = _exactly(running, min(size, _SMALL + 1))
            if size > _SMALL:
                raise untrusted_input.damaged()
            if name in (_WIDTH, _HEIGHT, _TIME):
                number = int.from_bytes(value)
                width = number if name == _WIDTH else width
                height = number if name == _HEIGHT else height
                cluster_ms = number if name == _TIME else cluster_ms
            yield head + value, None


def _head(running: ToolProcess, first: bytes) -> tuple[bytes, int]:
    """The name and size of one element as bytes, and the size, for which unknown is 0."""
    name = first + _exactly(running, _length(first[0]) - 1)
    start = _exactly(running, 1)
    length = _length(start[0])
    size = start + _exactly(running, length - 1)
    return name + size, int.from_bytes(size) & ((1 << 7 * length) - 1)


def _length(first: int) -> int:
    """How many bytes a number takes that begins with this one."""
    if not first:
        raise untrusted_input.damaged()
    return 9 - first.bit_length()


def _exactly(running: ToolProcess, size: int) -> bytes:
    data = running.read(size) if size else b""
    if len(data) < size:
        raise InputRefused("a picture cannot be read to its end", action=untrusted_input.WHOLE_FILE)
    return data


def _gave_up() -> TryAgain:
    return TryAgain("the picture could not be written", action="check the free space of the workspace and run again")
