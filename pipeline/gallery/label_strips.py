"""Finds the name label of a tile, and makes of it a line that a reader of text reads well; pure.

A label is white or pale, low and at the left of its tile. Its letters are what a white top-hat leaves: strokes that are
brighter than what is around them. Pictures under and beside a label leave nothing of that kind, or make it unread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.gallery.grid import Grid, PixelBox, Plane

LOW_SHARE, LOWEST_SHARE = 0.3, 0.09
"""A label lies in so much of its tile, and of the picture: large tiles have no larger labels."""
LEFT_SHARE = 0.25
"""A label begins in so much of its tile's width."""
STROKE_SHARE, LEAST_STROKE = 0.16, 5
"""No stroke of a letter is wider than this share of where a label may lie, or than so many pixels."""
LEAST_BRIGHTER = 60
"""Levels of 255 by which letters are brighter than what is around them: white on a dark pill is by 150 and more."""
WORD_GAP = 1.6
"""Writing that lies further apart than this, by its height, is no longer of the label."""
LEAST_LETTERS_HIGH = 5
READ_HIGH, MARGIN = 44, 14
"""Pixels: how high a label is made for the reader, and the white around it."""
LINE_HIGH = READ_HIGH + 2 * MARGIN
CONTRAST = 1.6


def label_box(plane: Plane, cell: PixelBox) -> PixelBox | None:
    """Where the letters of a tile's label are in the picture; None where there are none that could be a label."""
    part, strip = _strip(plane, cell)
    strokes = _without_edges(_strokes(part) > LEAST_BRIGHTER, _stroke(part))
    lines = _runs(strokes.max(axis=1), gap=max(1, part.shape[0] // 30))
    if not lines:
        return None
    top, bottom = max(lines, key=lambda line: int(strokes[line[0] : line[1]].sum()))
    high = bottom - top
    words = _runs(strokes[top:bottom].max(axis=0), gap=round(WORD_GAP * high))
    left, right = words[0]
    if high < LEAST_LETTERS_HIGH or left > LEFT_SHARE * cell.wide or right - left < high:
        return None
    return PixelBox(
        max(cell.left, strip.left + left - 2),
        max(strip.top, strip.top + top - 2),
        min(cell.right, strip.left + right + 2),
        min(strip.bottom, strip.top + bottom + 2),
    )


def label_boxes(plane: Plane, grid: Grid) -> tuple[PixelBox | None, ...]:
    """The label of each tile."""
    return tuple(label_box(plane, cell) for cell in grid.cells)


def page_of(plane: Plane, grid: Grid, boxes: Sequence[PixelBox | None]) -> Plane:
    """All labels as dark letters on white, one below the other, ``LINE_HIGH`` pixels for each; white for none."""
    lines = []
    for cell, box in zip(grid.cells, boxes, strict=True):
        if box is None:
            lines.append(np.full((LINE_HIGH, LINE_HIGH), 255, np.uint8))
            continue
        part, strip = _strip(plane, cell)
        rows = slice(box.top - strip.top, box.bottom - strip.top)
        letters = _strokes(part)[rows, box.left - strip.left : box.right - strip.left]
        large = _resized(letters.astype(np.float32), READ_HIGH)
        dark = 255 - np.clip(large * CONTRAST, 0, 255).astype(np.uint8)
        lines.append(np.pad(dark, MARGIN, constant_values=255))
    wide = max(line.shape[1] for line in lines)
    return np.concatenate([np.pad(line, ((0, 0), (0, wide - line.shape[1])), constant_values=255) for line in lines])


def _strip(plane: Plane, cell: PixelBox) -> tuple[Plane, PixelBox]:
    """Where in a tile its label may be."""
    high = max(LEAST_STROKE, int(min(LOW_SHARE * cell.high, LOWEST_SHARE * plane.shape[0])))
    strip = PixelBox(cell.left, cell.bottom - high, cell.right, cell.bottom)
    return strip.of(plane), strip


def _without_edges(strokes: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """The strokes that do not hang on the tile's lower or left edge: what does is picture between that and the pill."""
    reached = np.zeros_like(strokes)
    reached[-2:], reached[:, :2] = strokes[-2:], strokes[:, :2]
    for _ in range(size):
        grown = reached.copy()
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        reached = grown & strokes
    return strokes & ~reached


def _stroke(part: Plane) -> int:
    """The widest that a stroke may be, an odd number of pixels."""
    return max(LEAST_STROKE, int(part.shape[0] * STROKE_SHARE) | 1)


def _strokes(part: Plane) -> Plane:
    """By how much each pixel is brighter than all that is wider than a stroke: a white top-hat."""
    size = _stroke(part)
    eroded = _windows(_windows(part, size, 0).min(axis=-1), size, 1).min(axis=-1)
    opened = _windows(_windows(eroded, size, 0).max(axis=-1), size, 1).max(axis=-1)
    return np.asarray(part - np.minimum(opened, part), np.uint8)


def _windows(part: Plane, size: int, axis: int) -> NDArray[np.uint8]:
    """What is around each pixel along an axis, as a further axis."""
    edges = [(0, 0), (0, 0)]
    edges[axis] = (size // 2, size // 2)
    return sliding_window_view(np.pad(part, edges, mode="edge"), size, axis)


def _runs(marked: NDArray[np.bool_], *, gap: int) -> list[tuple[int, int]]:
    """The half-open runs of what is marked, those at most ``gap`` apart as one."""
    runs: list[tuple[int, int]] = []
    for at in np.flatnonzero(marked).tolist():
        if runs and at - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def _resized(part: NDArray[np.float32], high: int) -> NDArray[np.float32]:
    """The same picture so many pixels high, in between by straight lines."""
    wide = max(2, round(part.shape[1] * high / part.shape[0]))
    for axis, size in enumerate((high, wide)):
        count = part.shape[axis]
        at = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
        before = np.minimum(at.astype(np.intp), count - 2)
        share = (at - before).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None]
        part = np.take(part, before, axis) * (1 - share) + np.take(part, before + 1, axis) * share
    return part
