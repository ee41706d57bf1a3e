"""Reads the captions that hide within a picture (CEA-608 and 708), for detection only: no output is made from them."""

from __future__ import annotations

from pathlib import Path

from pipeline.media import command, nal_units, untrusted_input
from pipeline.media.probe import Probe
from pipeline.media.subtitles import TEXT_LIMIT
from pipeline.media.tool_process import child

_MARK = b"GA94"
# A forced format is never a playlist, whatever the file holds; these are the containers that may carry such a picture.
_FORMATS = {"mov": "mov", "mp4": "mov", "matroska": "matroska", "webm": "matroska"}


def has_hidden_captions(path: Path, probe: Probe) -> bool:
    """Whether a unit of the first picture is marked as captions; only H.264 and HEVC are looked into."""
    codec = nal_units.CODECS.get(probe.video.codec) if probe.video is not None else None
    if codec is None:
        return False
    return any(_MARK in unit for unit in nal_units.units(path, codec) if codec.type_of(unit) not in codec.kept)


def hidden_captions(path: Path, probe: Probe) -> str:
    """Their text as WebVTT, empty where there is none; raises ``InputRefused`` where they cannot be read.

    The whole picture is decoded for it, so that it is asked only where ``has_hidden_captions`` says so.
    """
    known = (_FORMATS[name] for name in probe.format_name.split(",") if name in _FORMATS)
    container = next(known, None)
    if container is None:
        return ""
    with untrusted_input.opened(path) as fd:
        # The name is ours (a descriptor) and so is the format: nothing of the file stands in this graph.
        graph = f"movie=filename=/dev/fd/{fd}:f={container}[out0+subcc]"
        words = ["-f", "lavfi", "-i", graph, "-map", "0:s", "-f", "webvtt", "pipe:1"]
        with child([*command.HEAD, *words], fds=[fd]) as running:
            data = running.read(TEXT_LIMIT)
            if len(data) == TEXT_LIMIT or running.finish() != 0:
                raise untrusted_input.damaged()
    return data.decode("utf-8", "replace")
