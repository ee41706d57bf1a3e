"""What is in a media file, asked of ffprobe within limits and before anything else reads it."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.errors import InputRefused
from pipeline.media import container_checks, untrusted_input
from pipeline.media.decodable_length import decoded_s
from pipeline.media.tool_process import child
from pipeline.media.wav_header import refuse_broken_wav

# What ffmpeg decodes in the containers that are read, by the names that ffprobe gives.
SOUND_CODECS = frozenset(
    (
        *("aac", "aac_latm", "ac3", "eac3", "alac", "amr_nb", "amr_wb", "dts", "flac", "g722", "g726", "g726le"),
        *("gsm", "gsm_ms", "mace3", "mace6", "mlp", "mp1", "mp2", "mp3", "opus", "qdm2", "speex", "truehd", "tta"),
        *("vorbis", "wavpack", "wmav1", "wmav2", "wmapro", "wmavoice", "wmalossless"),
        *("adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_yamaha"),
        *(f"pcm_{kind}{bits}{order}" for kind in "su" for bits in (16, 24, 32) for order in ("le", "be")),
        *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_s64le", "pcm_s64be", "pcm_s8", "pcm_u8"),
        *("pcm_alaw", "pcm_mulaw", "pcm_s16le_planar", "pcm_s16be_planar", "pcm_bluray", "pcm_dvd"),
    )
)
KINDS = {"audio", "video", "subtitle", "data", "attachment"}
JSON_LIMIT = 8 << 20
PROBE_MEMORY = 2 << 30
_ENTRIES = (
    "format=format_name,start_time,duration:format_tags:chapter=id:stream=index,codec_type,codec_name,codec_tag_string,"
    "profile,sample_rate,channels,start_time,duration,width,height,bits_per_sample,bits_per_raw_sample:stream_tags:"
    "stream_disposition=attached_pic"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream; ``start_s`` counts from the container's start, ``duration_s`` is None where the file hides it."""

    index: int
    kind: str
    codec: str
    profile: str
    sample_rate: int
    channels: int
    duration_s: float | None
    start_s: float
    attached_picture: bool
    tags: tuple[tuple[str, str], ...]
    width: int
    height: int
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A media file's container: ``duration_s`` is from its own start to its end; tags may hold secrets.

    ``start_s`` is what its timestamps count from, which every other time here leaves out.
    """

    format_name: str
    duration_s: float
    streams: tuple[Stream, ...]
    tags: tuple[tuple[str, str], ...]
    chapters: int
    start_s: float = 0.0

    @property
    def audio(self) -> tuple[Stream, ...]:
        """The audio streams in order: position here is the ``stream`` of ``decode``."""
        return tuple(stream for stream in self.streams if stream.kind == "audio" and stream.codec in SOUND_CODECS)

    @property
    def undecodable(self) -> tuple[tuple[int, str], ...]:
        """The sounds that nothing here can decode, which are left out: number from 1 among all sounds, and codec."""
        sounds = [stream for stream in self.streams if stream.kind == "audio"]
        return tuple(
            (number, stream.codec) for number, stream in enumerate(sounds, 1) if stream.codec not in SOUND_CODECS
        )

    @property
    def video(self) -> Stream | None:
        """The first moving picture, cover art left aside."""
        return next((stream for stream in self.streams if stream.kind == "video" and not stream.attached_picture), None)

    @property
    def subtitles(self) -> tuple[Stream, ...]:
        """The subtitle streams in order: position here is the ``stream`` of ``subtitles``."""
        return tuple(stream for stream in self.streams if stream.kind == "subtitle")


def probe(path: Path) -> Probe:
    """The streams, times and tags of the file at ``path``; raises ``InputRefused`` with one line where it is unsafe."""
    with untrusted_input.opened(path) as fd:
        _refuse_at_sight(fd)
        entry, estimated = _ask(fd)
    probed = _checked(entry)
    if estimated or not probed.duration_s:
        probed = _measured(path, probed)
    _within_limits(probed)
    return probed


def _refuse_at_sight(fd: int) -> None:
    if container_checks.is_playlist(fd):
        raise InputRefused("a media file is a playlist that points to other files", action=untrusted_input.OTHER_FILE)
    if container_checks.is_page(fd):
        raise InputRefused("a media file is a web page", action="download the recording again")
    if container_checks.is_encrypted(fd):
        raise InputRefused("a media file is encrypted (DRM)", action="give the file without protection")
    refuse_broken_wav(fd)
    recordings = container_checks.ogg_recordings(fd)
    if recordings > 1:
        raise InputRefused(
            f"a media file is a chain of {recordings} recordings in one Ogg file",
            action="make one recording of it, for example with `ffmpeg -i FILE WHOLE.flac`",
        )
    if container_checks.is_cut_ogg(fd):
        raise untrusted_input.cut_off()


def _ask(fd: int) -> tuple[dict[str, Any], bool]:
    argv = [*untrusted_input.probe_head(), "-show_entries", _ENTRIES, "-of", "json", "-i", untrusted_input.url(fd)]
    with child(argv, fds=[fd], memory=PROBE_MEMORY) as running:
        output = running.read(JSON_LIMIT)
        status = running.finish() if len(output) < JSON_LIMIT else 1
        stderr = running.stderr_text
    if status != 0:
        raise untrusted_input.refusal(stderr)
    entry: dict[str, Any] = json.loads(output)
    return entry, "Estimating duration from bitrate" in stderr


def _checked(entry: dict[str, Any]) -> Probe:
    container = entry.get("format", {})
    start_s = _seconds(container.get("start_time")) or 0.0
    streams = tuple(_stream(stream, start_s) for stream in entry.get("streams", []))
    return Probe(
        format_name=str(container.get("format_name", "")),
        duration_s=_seconds(container.get("duration")) or 0.0,
        streams=streams,
        tags=_tags(container),
        chapters=len(entry.get("chapters", [])),
        start_s=start_s,
    )


def _stream(entry: dict[str, Any], container_start_s: float) -> Stream:
    kind = str(entry.get("codec_type", "data"))
    start_s = _seconds(entry.get("start_time"))
    return Stream(
        index=int(entry["index"]),
        kind=kind if kind in KINDS else "data",
        codec=str(entry.get("codec_name") or _tag_of(entry)),
        profile=str(entry.get("profile", "")),
        sample_rate=int(entry.get("sample_rate", 0)),
        channels=int(entry.get("channels", 0)),
        duration_s=_seconds(entry.get("duration")),
        start_s=0.0 if start_s is None else start_s - container_start_s,
        attached_picture=bool(entry.get("disposition", {}).get("attached_pic", 0)),
        tags=_tags(entry),
        width=int(entry.get("width", 0)),
        height=int(entry.get("height", 0)),
        bits=int(entry.get("bits_per_raw_sample") or entry.get("bits_per_sample") or 0),
    )


def _tag_of(entry: dict[str, Any]) -> str:
    """What a container calls a codec that ffmpeg does not know: a word of the file, so that few letters pass."""
    return re.sub(r"[^a-z0-9]", "", str(entry.get("codec_tag_string", "")).lower()) or "unknown"


def _tags(entry: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(key), str(value)) for key, value in entry.get("tags", {}).items()))


def _seconds(text: object) -> float | None:
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _measured(path: Path, probed: Probe) -> Probe:
    """A header without a length says nothing, and a length that was guessed is none: listen to the end instead."""
    _within_limits(probed)
    with untrusted_input.opened(path) as fd:
        longest_s = max((decoded_s(fd, stream).seconds for stream in range(len(probed.audio))), default=0.0)
    streams = tuple(replace(stream, duration_s=None) for stream in probed.streams)
    return replace(probed, duration_s=longest_s, streams=streams)


def _within_limits(probed: Probe) -> None:
    if len(probed.streams) > untrusted_input.MAX_STREAMS:
        raise InputRefused("a media file has more than 32 streams", action=untrusted_input.OTHER_FILE)
    if probed.undecodable:
        _refuse_undecodable(probed)
    if not probed.audio and probed.video is None:
        raise InputRefused("a media file holds neither sound nor picture", action=untrusted_input.OTHER_FILE)
    if probed.duration_s > untrusted_input.MAX_DURATION_S:
        raise InputRefused("a media file is longer than 12 hours", action="cut the recording into parts")
    for stream in probed.audio:
        if not untrusted_input.MIN_RATE <= stream.sample_rate <= untrusted_input.MAX_RATE:
            raise InputRefused("a media file has a sample rate outside 8 to 192 kHz", action=untrusted_input.OTHER_FILE)
        if not 1 <= stream.channels <= untrusted_input.MAX_CHANNELS:
            raise InputRefused("a media file has no channels, or more than 8", action=untrusted_input.OTHER_FILE)
    for stream in probed.streams:
        # One of more pixels than are looked at has none here; a cover is never looked at.
        pixels = stream.width * stream.height
        moving = stream.kind == "video" and not stream.attached_picture
        if moving and not 0 < pixels <= untrusted_input.MAX_PIXELS:
            message = "a media file has a picture of more than 40 million pixels, or of no size that it says"
            raise InputRefused(message, action=untrusted_input.OTHER_FILE)


def _refuse_undecodable(probed: Probe) -> None:
    """A sound that cannot be decoded is left out, unless there is no other, or it stands before one that is read."""
    number, codec = probed.undecodable[0]
    if len(probed.audio) > number - 1 or not probed.audio:
        raise InputRefused(
            f"sound {number} of a media file is of a kind that cannot be decoded ({codec})",
            action="give the file with its sound as AAC, without the other",
        )
