"""How far a codec smears a sound beyond where it was: what is taken out must be wider by that."""

from __future__ import annotations

LEAST_S = 0.025
# The furthest that 100 pieces of talk, cut off where they are loud, were heard above -60 dBFS after their end, in
# samples of the stream's own rate, at 16 to 128 kbit/s and 8 to 48 kHz; a tenth more to be sure. Opus always works at
# 48 kHz; its slow way back to zero (under 20 Hz), which tells nothing, is left aside.
_MEASURED = {"aac": 1440, "mp3": 984, "opus": 2016, "vorbis": 1235}
_OPUS_RATE = 48_000
_MARGIN = 1.1
# A codec that nobody measured may smear as far as one frame of 2048 samples; those of Windows Media hold more.
_FRAME = 2048
_FRAMES = {"wmav1": 2, "wmav2": 2, "wmapro": 2, "wmavoice": 2, "wmalossless": 1}
_EXACT = ("pcm_", "flac", "alac", "wavpack")


def smear_s(codec: str, *, rate: int) -> float:
    """The seconds to add on both sides of a span in a source of ``codec`` at ``rate`` samples a second."""
    if codec.startswith(_EXACT):
        return LEAST_S
    measured = _MEASURED.get(codec)
    if measured is None:
        return max(LEAST_S, _FRAMES.get(codec, 1) * _FRAME / rate)
    return max(LEAST_S, measured * _MARGIN / (_OPUS_RATE if codec == "opus" else rate))
