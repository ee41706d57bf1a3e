"""Since when and until when writing that one look could read stands in the picture, also at looks that could not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.media.stillness import LEAST_CHANGED, SQUARE, Squares, squares
from pipeline.records import Region

# A square with this much between its darkest and its brightest sample holds an edge of a letter: ink on paper has 200
# and more, what an encoder makes of plain paper under 20.
INK = 48
# Of the squares with ink, those that must be as they were: the rest may be of what moves behind the writing.
UNCHANGED_SHARE = 0.75

Inked = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ink:
    """The writing of a region as a look saw it: its place among the squares, their brightness, and which have ink."""

    rows: slice
    columns: slice
    of: tuple[int, ...]
    squares: Squares
    inked: Inked


@dataclass(frozen=True, slots=True)
class Look:
    """What one look saw, square by square: brightness, ink, and the second since which it is as bright as now."""

    squares: Squares
    inked: Inked
    since_s: Squares

    def began_s(self, region: Region) -> float | None:
        """The second since which the writing in ``region`` stands as now; None where there is no ink."""
        part = _part(region, self.squares)
        since_s = self.since_s[part][self.inked[part]]
        return float(np.quantile(since_s, UNCHANGED_SHARE, method="higher")) if since_s.size else None

    def ink(self, region: Region) -> Ink:
        """What stands in ``region`` now; a copy, so that no whole look is held for one line of it."""
        rows, columns = part = _part(region, self.squares)
        return Ink(rows, columns, self.squares.shape, self.squares[part].copy(), self.inked[part].copy())

    def still_has(self, ink: Ink) -> bool:
        """Whether what an earlier look had there stands there now."""
        if self.squares.shape != ink.of:
            return False
        unchanged = np.abs(self.squares[ink.rows, ink.columns] - ink.squares)[ink.inked] <= LEAST_CHANGED
        return bool(unchanged.size and unchanged.mean() >= UNCHANGED_SHARE)


class Looks:
    """Looks at a picture in the order of time; remembers of each square only since when it is as it is."""

    def __init__(self) -> None:
        self._first: Squares | None = None
        self._since_s: Squares = np.zeros((0, 0), dtype=np.float32)

    def at(self, plane: NDArray[np.uint8], at_s: float) -> Look:
        """The look at a gray frame, shape (height, width), at ``at_s`` seconds."""
        now = squares(plane)
        if self._first is None or self._first.shape != now.shape:
            self._first, self._since_s = now.copy(), np.full_like(now, at_s)
        changed = np.abs(now - self._first) > LEAST_CHANGED
        self._first[changed] = now[changed]
        self._since_s[changed] = at_s
        return Look(now, _inked(plane), self._since_s.copy())


def _inked(plane: NDArray[np.uint8]) -> Inked:
    height, width = plane.shape
    full = np.pad(plane, ((0, -height % SQUARE), (0, -width % SQUARE)), mode="edge")
    parts = full.reshape(full.shape[0] // SQUARE, SQUARE, full.shape[1] // SQUARE, SQUARE)
    return np.asarray(parts.max(axis=(1, 3)) - parts.min(axis=(1, 3)) >= INK)


def _part(region: Region, of: Squares) -> tuple[slice, slice]:
    """The squares that a region touches."""
    rows, columns = of.shape
    return (
        slice(int(region.top * rows), max(int(region.top * rows) + 1, int(np.ceil(region.bottom * rows)))),
        slice(int(region.left * columns), max(int(region.left * columns) + 1, int(np.ceil(region.right * columns)))),
    )
