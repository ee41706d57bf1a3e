"""The only door to ffmpeg, ffmpeg-python and pydub: probe, check, decode, encode.

Where to look: what a file is and whether it is whole, ``probe``, ``measure``, ``boxes``; sound, ``decode``, ``encode``,
``splice``, ``recode``, ``smear``, ``packets``; the picture as it is seen, ``frames``, ``still``, ``reader``; as it is
compressed, ``units``, ``margins``; what of it hides, ``picture`` (is there any?) and ``hidden`` (its captions); how
tools are run, ``source``, ``command``, ``child``, ``tools``.
"""

from pipeline.media.decode import Block, decode, is_silent
from pipeline.media.encode import Encoder, encoder, mux
from pipeline.media.measure import check_complete
from pipeline.media.probe import Probe, Stream, probe
from pipeline.media.subtitles import subtitles

__all__ = [
    "Block",
    "Encoder",
    "Probe",
    "Stream",
    "check_complete",
    "decode",
    "encoder",
    "is_silent",
    "mux",
    "probe",
    "subtitles",
]
