"""The only door to ffmpeg, ffmpeg-python and pydub: probe, check, decode, encode."""

from pipeline.media.decode import Block, decode
from pipeline.media.encode import Encoder, encoder, mux
from pipeline.media.measure import check_complete
from pipeline.media.probe import Probe, Stream, probe
from pipeline.media.subtitles import subtitles

__all__ = ["Block", "Encoder", "Probe", "Stream", "check_complete", "decode", "encoder", "mux", "probe", "subtitles"]
