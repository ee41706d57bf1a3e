"""A piece of a picture as a small silent film that a browser plays: H.264 in MP4, black where nobody may look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ffmpeg.nodes import FilterableStream

from pipeline import spans
from pipeline.errors import UsageProblem
from pipeline.media import command, untrusted_input
from pipeline.media.command import BARE
from pipeline.media.encode import created
from pipeline.media.tool_process import child

LONGEST_S = 30.0
PER_SECOND = 10
_WIDEST = 960
"""Pixels: names in a shared screen can be read, and ten seconds of it are some 200 kB."""
# What a frame shows it shows until the next one; a shown frame is up to one of ours away from the source's.
_MARGIN_S = 2 / PER_SECOND
_GAP_S = 1.0
"""Spans closer than this are black as one, which keeps the filter short."""
_SCALED = {"w": f"trunc(min({_WIDEST},iw)/2)*2", "h": "-2"}
_OPTIONS: dict[str, str | int] = {
    "c:v": "libx264",
    "preset": "ultrafast",
    "crf": 26,
    "pix_fmt": "yuv420p",
    "a53cc": 0,
    "g": 2 * PER_SECOND,
    "format": "mp4",
    "write_tmcd": 0,
}


def write_picture_piece(
    path: Path, target: Path, *, start_s: float, end_s: float, closed: Sequence[tuple[float, float]]
) -> None:
    """Writes the first picture of ``path`` from ``start_s`` to ``end_s`` to a new file, ten frames a second.

    A frame is black from beginning to end where it was taken within ``closed``, in seconds, and all are within these.
    Raises ``UsageProblem`` for a piece that is longer than half a minute or has no length, ``InputRefused`` where the
    picture cannot be read.
    """
    if not 0 <= start_s < end_s or end_s - start_s > LONGEST_S:
        raise UsageProblem("the piece of the picture has no length, or is too long", action="ask for 30 s at most")
    black = _black(closed, start_s, end_s)
    with untrusted_input.opened(path) as fd, created(target) as out:
        picture = command.opened_input(fd, start_s=start_s, from_keyframe=True)["V:0"]
        # Before the frames are resampled for what a frame shows, and after it for when it is shown.
        # The last frame stays to the end of the piece.
        picture = _covered(picture, black).filter("fps", PER_SECOND).filter("tpad", stop=-1, stop_mode="clone")
        picture = _covered(picture, black).filter("trim", start=0, end=round(end_s - start_s, 3))
        picture = picture.filter("scale", **_SCALED).filter("setsar", 1)
        options = {**_OPTIONS, **BARE}
        with child(command.argv(picture.output(untrusted_input.url(out), **options), "-y"), fds=[fd, out]) as running:
            if running.finish() != 0:
                raise untrusted_input.refusal(running.stderr_text)


def _covered(picture: FilterableStream, black: str) -> FilterableStream:
    return picture.filter("drawbox", color="black", t="fill", enable=black) if black else picture


def _black(closed: Sequence[tuple[float, float]], start_s: float, end_s: float) -> str:
    """When a filter is on, in seconds from ``start_s``: a frame that began before it may still be on the screen."""
    wide = spans.merge(spans.pad(closed, _MARGIN_S), gap=_GAP_S)
    return "+".join(f"between(t,{a - start_s:.3f},{b - start_s:.3f})" for a, b in wide if a < end_s)
