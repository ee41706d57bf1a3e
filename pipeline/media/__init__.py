"""The only door to ffmpeg, ffmpeg-python and pydub: probe, check, decode, encode.

Where to look: what a file is and whether it is whole, ``probe``, ``integrity``, ``container_checks``; sound,
``decode``, ``encode``, ``splice``, ``reencode``, ``codec_smear``, ``packets``; the picture as it is seen, ``frames``,
``png``, ``ocr``; as it is compressed, ``nal_units``, ``crop_margins``; what of it hides, ``hidden_video`` and
``closed_captions``; how tools are run, ``untrusted_input``, ``command``, ``tool_process``, ``tools``, ``isolated``.
"""

from pipeline.media.decode import Block, decode, decode_piece, is_silent
from pipeline.media.encode import Encoder, encoder, mux
from pipeline.media.integrity import check_complete
from pipeline.media.probe import Probe, Stream, probe
from pipeline.media.subtitles import subtitles

__all__ = [
    "Block",
    "Encoder",
    "Probe",
    "Stream",
    "check_complete",
    "decode",
    "decode_piece",
    "encoder",
    "is_silent",
    "mux",
    "probe",
    "subtitles",
]
