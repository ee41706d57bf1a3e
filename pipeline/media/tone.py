"""The neutral tone that may stand in the place of speech; pydub makes one second of it."""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FREQUENCY_HZ = 440
LEVEL_DBFS = -26.0


@lru_cache(maxsize=4)
def second_of_tone(rate: int) -> NDArray[np.float32]:
    """One second of the tone, shape (rate,): a whole number of periods, so that it can be repeated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub.generators import Sine
    clip = Sine(FREQUENCY_HZ, sample_rate=rate, bit_depth=16).to_audio_segment(duration=1000, volume=LEVEL_DBFS)
    samples = np.asarray(clip.get_array_of_samples()[:rate], dtype=np.float32) / 32768.0
    samples.flags.writeable = False
    return samples
