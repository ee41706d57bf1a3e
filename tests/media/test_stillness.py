"""A picture is still but for what an encoder makes of it, and a cut is where most of it changes."""

from __future__ import annotations

import numpy as np

from pipeline.media.stillness import is_cut, is_still, squares


def test_noise_is_still_somebody_who_moves_is_neither_and_another_scene_is_a_cut() -> None:
    random = np.random.default_rng(1)
    wall = random.integers(90, 110, (240, 320), np.uint8)
    noisy = (wall + random.integers(0, 4, wall.shape, np.uint8)).astype(np.uint8)
    moved = noisy.copy()
    moved[60:200, 100:220] = 200
    before = squares(wall)
    assert is_still(before, squares(noisy)) and not is_cut(before, squares(noisy))
    assert not is_still(before, squares(moved)) and not is_cut(before, squares(moved))
    assert is_cut(before, squares(np.full((240, 320), 30, np.uint8)))
    assert is_cut(before, squares(np.full((120, 320), 100, np.uint8)))
