"""A short piece of sound as the bytes of a WAV file, for a person to listen to."""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt

_BYTES, _FULL_SCALE = 2, 32767


def wav_bytes(samples: npt.NDArray[np.float32], *, rate: int) -> bytes:
    """Mono samples of shape (n,), -1 to 1, as a WAV file of 16 bits; what is louder is clipped."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_BYTES)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1.0, 1.0) * _FULL_SCALE).astype("<i2").tobytes())
    return out.getvalue()
