"""A gallery's tiles are told apart by their gutters, or it is none: two people's tiles are never taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.gallery.grid import PixelBox, Plane, grid_of

DARK = 26


def picture(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (360, 640), dark: int = DARK) -> Plane:
    """Noisy tiles on a dark ground, as (left, top, right, bottom)."""
    noise = np.random.default_rng(3)
    plane = np.full(size, dark, np.uint8)
    for left, top, right, bottom in boxes:
        plane[top:bottom, left:right] = noise.integers(90, 200, (bottom - top, right - left), np.uint8)
    return plane


FOUR = ((4, 4, 316, 176), (324, 4, 636, 176), (4, 184, 316, 356), (324, 184, 636, 356))


def cells(plane: Plane) -> list[tuple[int, int, int, int]] | None:
    grid = grid_of(plane)
    return [(cell.left, cell.top, cell.right, cell.bottom) for cell in grid.cells] if grid else None


def test_tiles_are_what_gutters_part_whatever_their_colour() -> None:
    assert cells(picture(*FOUR)) == list(FOUR)
    assert cells(picture(*FOUR, dark=240)) == list(FOUR)
    assert cells(picture(*FOUR[:3])) == list(FOUR[:3])
    middle = (164, 184, 476, 356)
    assert cells(picture(*FOUR[:2], middle)) == [*FOUR[:2], middle]


def test_a_tile_that_is_dark_in_part_is_where_its_neighbours_say() -> None:
    plane = picture(*FOUR)
    plane[4:176, 330:400] = DARK
    assert cells(plane) == list(FOUR)


@pytest.mark.parametrize(
    "plane",
    [
        picture(),
        picture((0, 0, 640, 360)),
        picture((4, 4, 636, 356)),
        picture((4, 4, 636, 176), (4, 184, 636, 356)),
        picture((4, 4, 316, 356), (324, 4, 636, 356)),
        picture((4, 4, 440, 249), (460, 4, 636, 103), (460, 111, 636, 210)),
        picture(*FOUR[:2], (4, 184, 636, 356)),
        picture((10, 10, 40, 28), (50, 10, 80, 28)),
    ],
    ids=["nothing", "one picture", "one tile", "rows joined", "columns joined", "a slide", "two joined", "too small"],
)
def test_what_is_not_surely_tiles_is_no_gallery(plane: Plane) -> None:
    assert grid_of(plane) is None


def test_a_gutter_that_is_crossed_joins_nobody() -> None:
    """Where a window lies over a gutter, the two tiles beside it are known no more."""
    plane = picture(*FOUR, (250, 60, 400, 150))
    grid = grid_of(plane)
    assert grid is None or all(cell.wide < 330 for cell in grid.cells)


def test_a_cell_is_the_part_of_a_plane_in_it() -> None:
    plane = np.arange(24, dtype=np.uint8).reshape(4, 6)
    assert PixelBox(1, 1, 3, 4).of(plane).tolist() == [[7, 8], [13, 14], [19, 20]]
