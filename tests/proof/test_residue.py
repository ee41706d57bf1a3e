"""The fit of removed sound: it finds what is there, and is not fooled by coding noise or spill."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.proof.residue import MOST_FIT, _fit

SIZE = 4800


def speech(seed: int, level: float) -> np.ndarray:
    """Noise with the narrow band of a voice."""
    noise = np.random.default_rng(seed).normal(size=SIZE + 60)
    return level * np.convolve(noise, np.hanning(61), mode="valid")


@pytest.mark.parametrize("share", [0.4, 1.0, -1.0])
def test_what_is_there_is_found(share: float) -> None:
    removed, kept = speech(1, 0.02), speech(2, 0.05)
    assert abs(_fit(removed, share * removed + speech(3, 0.002), kept)) > MOST_FIT


@pytest.mark.parametrize("noise", [0.0, 0.0002, 0.02, 0.2])
def test_coding_noise_is_not_what_was_removed(noise: float) -> None:
    fits = [_fit(speech(seed, 0.02), speech(1000 + seed, noise), speech(2000 + seed, 0.05)) for seed in range(300)]
    assert max(map(abs, fits)) <= MOST_FIT


def test_spill_of_the_voice_that_stays_is_not_what_was_removed() -> None:
    kept = speech(1, 0.1)
    assert abs(_fit(0.03 * kept + speech(2, 0.001), -0.02 * kept + speech(3, 0.001), kept)) <= MOST_FIT
