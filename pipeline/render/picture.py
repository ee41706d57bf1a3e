"""Makes the picture of a rendition: copied and cleaned, or encoded again with opaque covers burnt in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.lexicon.counted import counted
from pipeline.media import probe
from pipeline.media.frames import Frame, repaint
from pipeline.media.hidden_video import can_be_copied
from pipeline.media.output_formats import OutputFormat
from pipeline.records import PicturePlan, RedactionBox, Region

NONE = "none"
# Black in limited range (ITU-R BT.601): brightness 16, both colours in the middle.
BLACK = (16, 128, 128)
# Covers reach to whole macroblocks of H.264, so that none of them holds a part that is seen and a part that is not.
BLOCK = 16
# Matroska counts milliseconds: a frame's time may be off by one, on both sides.
CLOCK_S = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPicture:
    """The file whose picture goes into the rendition, None for no picture, and what the manifest says about it.

    ``source`` is the file it was made from where it was encoded again, None where it is copied.
    """

    path: Path | None = None
    source: Path | None = None
    covers: tuple[RedactionBox, ...] = ()
    note: str = NONE


def render_picture(
    plan: PicturePlan | None, source: Path, scratch: Path, *, output_format: OutputFormat
) -> RenderedPicture:
    """The picture of ``source`` as the plan wants it; ``scratch`` is a new file for one that must be encoded again.

    A picture of a kind that cannot be cleaned, or one with frames behind an edit list, is encoded again even without
    covers: what no player shows is then left behind. Raises ``InputRefused`` where the picture cannot be read.
    """
    if plan is None:
        return RenderedPicture()
    reviewed = "not reviewed" if plan.reviewed_by is None else "reviewed"
    covers = plan.all_covers
    if not covers and can_be_copied(source, probe(source), output_format=output_format):
        return RenderedPicture(path=source, note=f"copied, {reviewed}")
    repaint(source, scratch, Painter(covers), codec=output_format.pictures[0])
    note = f"encoded again with {counted(len(covers), 'cover')}, {reviewed}"
    return RenderedPicture(path=scratch, source=source, covers=covers, note=note)


class Painter:
    """Draws a box over every frame that is shown at any time of a cover; frames come in order of time."""

    def __init__(self, covers: Sequence[RedactionBox]) -> None:
        self._waiting = sorted(covers, key=lambda cover: -cover.start_s)
        self._active: list[RedactionBox] = []
        self._first = True

    def __call__(self, frame: Frame, until_s: float) -> None:
        """Change ``frame``, which is shown until ``until_s``; the first is shown from the very start."""
        from_s = 0.0 if self._first else frame.at_s - CLOCK_S
        self._first = False
        while self._waiting and self._waiting[-1].start_s < until_s + CLOCK_S:
            self._active.append(self._waiting.pop())
        self._active = [cover for cover in self._active if cover.end_s > from_s]
        for cover in self._active:
            draw_box(frame, cover.region)


def draw_box(frame: Frame, region: Region | None) -> None:
    """Put one colour over a region of the frame, out to whole blocks; over all of it for None."""
    left, top, right, bottom = 0, 0, frame.width, frame.height
    if region is not None:
        left, right = _blocks(region.left, region.right, frame.width)
        top, bottom = _blocks(region.top, region.bottom, frame.height)
    bright, *colour = frame.planes
    bright[top:bottom, left:right] = BLACK[0]
    for plane, value in zip(colour, BLACK[1:], strict=False):  # gray frames have no colours
        plane[top // 2 : (bottom + 1) // 2, left // 2 : (right + 1) // 2] = value


def _blocks(start: float, end: float, size: int) -> tuple[int, int]:
    """The pixels of a share of ``size``, out to whole blocks."""
    return math.floor(start * size / BLOCK) * BLOCK, min(size, math.ceil(end * size / BLOCK) * BLOCK)
