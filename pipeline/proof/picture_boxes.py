"""Proof of covers: the finished picture decoded again beside its source, frame by frame, with its own arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputRefused
from pipeline.lexicon.counted import counted
from pipeline.media import probe
from pipeline.media.frames import Frame, frames
from pipeline.records import Check, ProofVerdict, RedactionBox, Region
from pipeline.spans import SpanIndex

NAME, SAME = "covers in the picture", "picture beside the covers"
# More than an encoder makes of one colour beside noise, in levels of 255; of the source's own variation less than 0.5 %
# may be left in it, where there is enough of it to be told from that.
MOST_UNEVEN = 16
LEAST_VARIED = 4.0
MOST_SHARE = 0.005
MOST_CHANGED = 16.0
CLOCK_S = 0.003
NEAR_S = 0.01
SQUARE = 16
Timed = tuple[Frame, float, float]


def covers_hold(finished: Path, covers: Sequence[RedactionBox], *, source: Path | None = None) -> tuple[Check, ...]:
    """Whether each frame that is shown during a cover is of one colour there, and every other part as in ``source``.

    Without a source only the colour is looked at.
    """
    look = _Look(covers)
    try:
        # Matroska counts the time that Opus needs to begin as well.
        shown = _timed(frames(finished), early_s=max(0.0, -probe(finished).start_s))
        if source is None:
            for frame, from_s, until_s in shown:
                look.at(frame, None, from_s, until_s)
        else:
            for (frame, from_s, until_s), before in zip(shown, frames(source), strict=True):
                look.at(frame, before, from_s, until_s)
    except ValueError:
        return (_unchecked("the picture has not the frames of its source"),)
    except InputRefused:
        return (_unchecked("the picture cannot be read"),)
    return look.checks(with_uncovered=source is not None)


class _Look:
    """What was seen so far: the most that is left under a cover, and the most that changed elsewhere."""

    def __init__(self, covers: Sequence[RedactionBox]) -> None:
        self._covers = SpanIndex(covers, lambda cover: (cover.start_s, cover.end_s))
        self._count = len(covers)
        self._frames, self._left, self._at_s, self._changed = 0, 0.0, 0.0, 0.0

    def at(self, frame: Frame, before: Frame | None, from_s: float, until_s: float) -> None:
        """One frame and the same of the source; ``ValueError`` where they do not belong together.

        Only the first may lie elsewhere: it is shown from the start.
        """
        if before is not None:
            moved = from_s > 0 and abs(frame.at_s - before.at_s) > CLOCK_S
            if moved or (frame.width, frame.height) != (before.width, before.height):
                raise ValueError("another frame")
        here = list(self._covers.overlapping(from_s, until_s))
        self._frames += bool(here)
        for cover in here:
            left = _left_of(frame, before, cover.region)
            if left > self._left:
                self._left, self._at_s = left, frame.at_s
        if before is not None:
            near = list(self._covers.overlapping(from_s - NEAR_S, until_s + NEAR_S))
            self._changed = max(self._changed, _changed(frame, before, near))

    def checks(self, *, with_uncovered: bool) -> tuple[Check, ...]:
        """The verdicts, after the last frame."""
        seen = self._left > 1.0
        looked_at = f"{counted(self._count, 'cover')}, {counted(self._frames, 'frame')}"
        detail = f"{looked_at}, at most {self._left:.2f} of what counts as seen"
        verdict = ProofVerdict.LEAK if seen else ProofVerdict.PROVED
        covered = Check(name=NAME, verdict=verdict, detail=detail, at_s=self._at_s if seen else None)
        if not with_uncovered:
            return (covered,)
        rest = ProofVerdict.PROVED if self._changed <= MOST_CHANGED else ProofVerdict.UNCHECKED
        return covered, Check(name=SAME, verdict=rest, detail=f"changed by at most {self._changed:.1f} of 255")


def _unchecked(detail: str) -> Check:
    return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail=detail)


def _timed(decoded: Iterable[Frame], *, early_s: float) -> Iterator[Timed]:
    """Each frame with the span in which a player shows it: the first from the start, the last without end.

    Their times are counted from so much before the start of the session.
    """
    waiting: Frame | None = None
    from_s = 0.0
    for frame in decoded:
        frame.at_s -= early_s
        if waiting is not None:
            yield waiting, from_s, frame.at_s
            from_s = frame.at_s
        waiting = frame
    if waiting is not None:
        yield waiting, from_s, math.inf


def _left_of(frame: Frame, before: Frame | None, region: Region | None) -> float:
    """How much of the source is left under a cover; over 1 it can be seen, or it is not of one colour."""
    most = 0.0
    for number, plane in enumerate(frame.planes):
        part = _part(plane, region)
        spread = float(part.max() - part.min())
        most = max(most, spread / MOST_UNEVEN)
        if before is None or not spread:
            continue
        hidden = _part(before.planes[number], region)
        varied = hidden - hidden.mean()
        energy = float((varied**2).mean())
        if energy > LEAST_VARIED**2:
            share = abs(float((varied * (part - part.mean())).mean())) / energy
            most = max(most, share / MOST_SHARE)
    return most


def _part(plane: NDArray[np.uint8], region: Region | None) -> NDArray[np.float32]:
    height, width = plane.shape
    if region is None:
        return plane.astype(np.float32)
    rows = slice(int(region.top * height), max(int(region.top * height) + 1, math.ceil(region.bottom * height)))
    columns = slice(int(region.left * width), max(int(region.left * width) + 1, math.ceil(region.right * width)))
    return plane[rows, columns].astype(np.float32)


def _changed(frame: Frame, before: Frame, covers: Sequence[RedactionBox]) -> float:
    """By how much the brightest square of 16 pixels outside the covers differs from the source."""
    if any(cover.region is None for cover in covers):
        return 0.0
    now, was = _squares(frame.planes[0]), _squares(before.planes[0])
    difference = np.abs(now - was)
    height, width = difference.shape
    for cover in covers:
        if cover.region is not None:
            top, bottom = int(cover.region.top * frame.height) // SQUARE, cover.region.bottom * frame.height / SQUARE
            left, right = int(cover.region.left * frame.width) // SQUARE, cover.region.right * frame.width / SQUARE
            difference[max(0, top) : min(height, math.ceil(bottom)), max(0, left) : min(width, math.ceil(right))] = 0.0
    return float(difference.max(initial=0.0))


def _squares(plane: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The mean brightness of each whole square."""
    height, width = (size // SQUARE * SQUARE for size in plane.shape)
    squares = plane[:height, :width].reshape(height // SQUARE, SQUARE, width // SQUARE, SQUARE)
    return np.asarray(squares.mean(axis=(1, 3), dtype=np.float32))
