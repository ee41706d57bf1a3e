"""How far a codec smears a sound beyond where it was: what is taken out must be wider by that."""

from __future__ import annotations

LEAST_S = 0.025
# Measured above -60 dBFS, in samples at 48 kHz: AAC 184, MP3 759, Opus 1085, Vorbis 113; half as much again to be sure.
_MEASURED_S = {"aac": 184 / 48_000, "mp3": 759 / 48_000, "opus": 1085 / 48_000, "vorbis": 113 / 48_000}
# A codec that nobody measured may smear as far as one frame of 2048 samples.
_FRAME = 2048
_EXACT = ("pcm_", "flac", "alac", "wavpack")
_MARGIN = 1.5


def smear_s(codec: str, *, rate: int) -> float:
    """The seconds to add on both sides of a span in a source of ``codec`` at ``rate`` samples a second."""
    if codec.startswith(_EXACT):
        return LEAST_S
    measured_s = _MEASURED_S.get(codec)
    if measured_s is None:
        return max(LEAST_S, _FRAME / rate)
    # Opus works at 48 kHz whatever comes in; the frames of the others last longer at a lower rate.
    scale = 1.0 if codec == "opus" else max(1.0, 48_000 / rate)
    return max(LEAST_S, measured_s * scale * _MARGIN)
