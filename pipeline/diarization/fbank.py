"""Features of sound as Kaldi computes them: the logarithm of the energy in 80 mel bands, every 10 ms.

Kaldi's ``compute-fbank-feats`` with its defaults and no dither: frames of 25 ms without their mean, pre-emphasis 0.97,
Povey's window, the power spectrum of 512 points, triangles on the mel scale from 20 Hz to 8 kHz.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from pipeline.diarization.checkpoint import Array

RATE = 16000
BANDS = 80
HOP = 160
FRAME = 400
_FFT = 512
_LOWEST_HZ = 20.0
_PRE_EMPHASIS = 0.97
_FLOOR = float(np.finfo(np.float32).eps)
_BLOCK = 4096


def fbank(samples: Array) -> Array:
    """Features of shape (frames, BANDS) for mono samples at ``RATE``, -1 to 1; none without a whole frame."""
    count = max(0, 1 + (len(samples) - FRAME) // HOP)
    if not count:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP][:count]
    return np.concatenate([_features(frames[at : at + _BLOCK]) for at in range(0, count, _BLOCK)])


def _features(frames: Array) -> Array:
    centred = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([centred[:, :1], centred[:, :-1]], axis=1)
    windowed = (centred - _PRE_EMPHASIS * before) * _window()
    power = np.abs(np.fft.rfft(windowed, _FFT, axis=1)) ** 2
    return np.log(np.maximum(power @ _triangles(), _FLOOR)).astype(np.float32)


@functools.cache
def _window() -> Array:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))
    return np.asarray(hann**0.85, np.float32)


@functools.cache
def _triangles() -> Array:
    """The weight of each bin of the spectrum in each band, shape (_FFT / 2 + 1, BANDS); the highest bin has none."""
    low, high = _mel(np.array(_LOWEST_HZ)), _mel(np.array(RATE / 2))
    step = (high - low) / (BANDS + 1)
    left = low + np.arange(BANDS) * step
    bins = _mel(np.arange(_FFT // 2) * RATE / _FFT)[:, None]
    rising, falling = (bins - left) / step, (left + 2 * step - bins) / step
    return np.vstack([np.maximum(0.0, np.minimum(rising, falling)), np.zeros((1, BANDS))]).astype(np.float32)


def _mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(hertz / 700.0))
