"""Proof (iii): a fresh probe finds the allowed streams and tags, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.lexicon.counted import counted
from pipeline.media import Probe, vp9
from pipeline.media.hidden_video import hidden_frames, hidden_units
from pipeline.media.nal_units import CODECS as PICTURES
from pipeline.media.output_formats import OutputFormat
from pipeline.records import Check, ProofVerdict

CODECS = {"pcm": {"pcm_s16le", "pcm_s24le"}, "libmp3lame": {"mp3"}, "libopus": {"opus"}, "libvorbis": {"vorbis"}}
_TAGS = {
    "major_brand": r"isom|M4A |qt  ",
    "minor_version": r"\d+",
    "compatible_brands": r"[A-Za-z0-9 ]+",
    "encoder": r"Lav[fc][\d.]*( l\w*| aac)?",
    "language": r"und",
    "handler_name": r"SoundHandler|VideoHandler|DataHandler",
    "vendor_id": r"FFMP|\[0\]\[0\]\[0\]\[0\]",
    "duration": r"[\d:.]+",
}


def only_allowed_streams(probe: Probe, *, output_format: OutputFormat, expected: int, picture: bool) -> Check:
    """Whether there are exactly ``expected`` sounds of the right codec, a picture if wanted, and no chapters."""
    name = "streams"
    allowed = CODECS.get(output_format.codec, {output_format.codec})
    unexpected = [
        stream.kind for stream in probe.streams if stream.kind not in ("audio", "video") or stream.attached_picture
    ]
    sounds = [stream for stream in probe.streams if stream.kind == "audio"]
    unexpected += [stream.kind for stream in sounds if stream.codec not in allowed]
    pictures = [stream for stream in probe.streams if stream.kind == "video"]
    unexpected += [stream.kind for stream in pictures if stream.codec not in output_format.pictures]
    counts = (
        f"{len(sounds)} sound, {len(pictures)} picture, {len(unexpected)} other, {counted(probe.chapters, 'chapter')}"
    )
    right = not unexpected and not probe.chapters and len(sounds) == expected and len(pictures) == int(picture)
    return Check(name=name, verdict=ProofVerdict.PROVED if right else ProofVerdict.LEAK, detail=counts)


def only_allowed_tags(probe: Probe) -> Check:
    """Whether every tag of the container and the streams is one that our own writing leaves, with such a value."""
    tags = [*probe.tags, *(tag for stream in probe.streams for tag in stream.tags)]
    unexpected = sum(not re.fullmatch(_TAGS.get(key.lower(), r"(?!)"), value) for key, value in tags)
    detail = f"{counted(len(tags), 'tag')}, {unexpected} not allowed"
    return Check(name="tags", verdict=ProofVerdict.LEAK if unexpected else ProofVerdict.PROVED, detail=detail)


def nothing_in_the_picture(path: Path, probe: Probe) -> Check:
    """Whether the picture carries no hidden captions or other units and no frames behind an edit list.

    Hidden captions (CEA-608 and 708) live in SEI units alone, so that a picture without such units has none.
    """
    name = "behind the picture"
    if probe.video is None:
        return Check(name=name, verdict=ProofVerdict.PROVED, detail="no picture")
    if probe.video.codec == vp9.NAME:
        packets = vp9.packets_that_hide(path)
        verdict = ProofVerdict.LEAK if packets else ProofVerdict.PROVED
        return Check(name=name, verdict=verdict, detail=f"{packets} packets with frames that are not shown")
    if probe.video.codec not in PICTURES:
        return Check(name=name, verdict=ProofVerdict.UNCHECKED, detail="a kind of picture that cannot be taken apart")
    units, frames = hidden_units(path, probe.video.codec), hidden_frames(path)
    verdict = ProofVerdict.LEAK if units or frames else ProofVerdict.PROVED
    return Check(name=name, verdict=verdict, detail=f"{units} bytes of other units, {frames} hidden frames")
