"""Finds the tiles of a gallery view in a frame: equal rectangles that gutters of one colour part from each other; pure.

Whatever cannot be told apart surely is no gallery: a gutter that is missed would join two people's tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LEVELS = 14.0
"""How far a gutter may be from its colour, in levels of 255: what a call's encoder leaves beside bright tiles."""
ALIKE_SHARE = 0.98
"""The share of a line's pixels that are of the gutter's colour where it is one."""
LEAST_HIGH, LEAST_WIDE = 36, 48
"""Pixels; labels of smaller tiles are not read."""
EQUAL = 0.04
"""How far the sides of tiles may differ, as a share: a gallery's are alike to a pixel or two."""
ASPECTS = (1.2, 1.95)
"""Width by height: 4 to 3 and 16 to 9 with what an edge may lose. Two tiles without their gutter have another."""
SLACK = 4
"""Pixels by which a tile may lie beside its place: encoders blur its edges, and platforms round."""
MOST = 49

Plane = NDArray[np.uint8]
Line = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle of a frame in pixels, half-open."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def wide(self) -> int:
        """Its width in pixels."""
        return self.right - self.left

    @property
    def high(self) -> int:
        """Its height in pixels."""
        return self.bottom - self.top

    def of(self, plane: Plane) -> Plane:
        """What a plane of brightness shows in it."""
        return plane[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, slots=True)
class Grid:
    """The tiles of a frame, row by row, and the brightness of what parts them."""

    cells: tuple[PixelBox, ...]
    level: float


def grid_of(plane: Plane) -> Grid | None:
    """The gallery of a frame's brightness, shape (height, width); None where it is not surely one of two tiles or more.

    A tile that is as dark as the gutters in part is where its row and those beside it say that it must be.
    """
    level = _gutter_level(plane)
    if level is None:
        return None
    is_gutter = np.abs(plane.astype(np.int16) - round(level)) <= LEVELS
    rows = _slots([_between(is_gutter.mean(axis=1) >= ALIKE_SHARE)], plane.shape[0])
    if rows is None:
        return None
    parts = [_between(is_gutter[top:bottom].mean(axis=0) >= ALIKE_SHARE) for top, bottom in rows[0]]
    columns = _slots(parts, plane.shape[1])
    if columns is None:
        return None
    cells = [
        PixelBox(left, top, right, bottom)
        for (top, bottom), of_row in zip(rows[0], columns, strict=True)
        for left, right in of_row
    ]
    return Grid(tuple(cells), level) if _is_gallery(cells) else None


def _gutter_level(plane: Plane) -> float | None:
    """The brightness of the most whole lines of one colour; None where no line across the picture is of one."""
    medians = np.median(plane, axis=1)
    uniform = (np.abs(plane.astype(np.int16) - medians[:, None].astype(np.int16)) <= LEVELS).mean(axis=1) >= ALIKE_SHARE
    if not uniform.any():
        medians = np.median(plane, axis=0)
        uniform = (np.abs(plane.astype(np.int16) - medians[None].astype(np.int16)) <= LEVELS).mean(
            axis=0
        ) >= ALIKE_SHARE
    return float(np.median(medians[uniform])) if uniform.any() else None


def _between(is_gutter: NDArray[np.bool_]) -> list[Line]:
    """The half-open runs of lines between gutters."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], is_gutter, [True]])))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _slots(parts: list[list[Line]], end: int) -> list[list[Line]] | None:
    """Where tiles lie along one side, for each row of them: runs of one length at equal distances.

    A shorter run is taken for a part of the tile in whose place it lies; None where a run lies in no such place.
    """
    length = max((last - first for runs in parts for first, last in runs), default=0)
    whole = [[run for run in runs if run[1] - run[0] >= (1 - EQUAL) * length - SLACK] for runs in parts]
    steps = [second[0] - first[0] for runs in whole for first, second in pairwise(runs)]
    step = round(float(np.median([each for each in steps if each <= 1.1 * min(steps)]))) if steps else length
    slots = []
    for runs, full in zip(parts, whole, strict=True):
        places: dict[int, Line] = {}
        for first, last in runs if full else ():
            place = (first + SLACK - full[0][0]) // step
            start = full[0][0] + place * step
            if first < start - SLACK or last > start + length + SLACK:
                return None
            is_whole = first <= start + SLACK and last >= start + length - SLACK
            places[place] = (first, last) if is_whole else (max(0, start), min(end, start + length))
        if runs and not full:
            return None
        slots.append([places[place] for place in sorted(places)])
    return slots


def _is_gallery(cells: list[PixelBox]) -> bool:
    return 2 <= len(cells) <= MOST and all(
        cell.wide >= LEAST_WIDE and cell.high >= LEAST_HIGH and ASPECTS[0] <= cell.wide / cell.high <= ASPECTS[1]
        for cell in cells
    )
