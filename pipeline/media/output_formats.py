"""The kinds of file that can be written: container, sound codec, and what they can hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.errors import UsageProblem

# At a lower rate a frame lasts longer, and its smear would reach further into a window than the proof allows for.
AAC_RATES = frozenset({44100, 48000, 88200, 96000})
MP3_RATES = frozenset({44100, 48000})
VORBIS_RATES = frozenset({44100, 48000})
OPUS_RATES = frozenset({8000, 12000, 16000, 24000, 48000})
BITS_PER_CHANNEL = 96_000
H264 = ("h264", "hevc")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFormat:
    """One kind of output; ``rates`` empty means any, ``lossless`` that zeros stay zeros.

    ``pictures`` are the codecs that its picture may have; the first is what one is encoded to again.
    """

    suffix: str
    container: str
    codec: str
    rates: frozenset[int] = frozenset()
    max_channels: int = 8
    many_tracks: bool = False
    pictures: tuple[str, ...] = ()
    lossless: bool = False

    @property
    def picture(self) -> bool:
        """Whether it can hold a picture."""
        return bool(self.pictures)

    def rate(self, wanted: int) -> int:
        """The sample rate to encode at for sound that has ``wanted``."""
        return wanted if not self.rates or wanted in self.rates else 48_000

    def after(self, codec: str) -> OutputFormat:
        """The kind for sound that is of ``codec``: Ogg holds Opus, but what is Vorbis stays Vorbis."""
        if self.container == "ogg" and codec == "vorbis":
            return replace(self, codec="libvorbis", rates=VORBIS_RATES)
        return self


_FORMATS = (
    OutputFormat(suffix=".wav", container="wav", codec="pcm", lossless=True),
    OutputFormat(suffix=".flac", container="flac", codec="flac", lossless=True),
    OutputFormat(suffix=".mp3", container="mp3", codec="libmp3lame", rates=MP3_RATES, max_channels=2),
    OutputFormat(suffix=".ogg", container="ogg", codec="libopus", rates=OPUS_RATES),
    OutputFormat(suffix=".opus", container="opus", codec="libopus", rates=OPUS_RATES),
    OutputFormat(suffix=".m4a", container="ipod", codec="aac", rates=AAC_RATES, many_tracks=True),
    OutputFormat(suffix=".mp4", container="mp4", codec="aac", rates=AAC_RATES, many_tracks=True, pictures=H264),
    OutputFormat(suffix=".mov", container="mov", codec="aac", rates=AAC_RATES, many_tracks=True, pictures=H264),
    OutputFormat(
        suffix=".webm", container="webm", codec="libopus", rates=OPUS_RATES, many_tracks=True, pictures=("vp9",)
    ),
    OutputFormat(suffix=".mkv", container="matroska", codec="aac", rates=AAC_RATES, many_tracks=True, pictures=H264),
)
OUTPUT_FORMATS = {output_format.suffix: output_format for output_format in _FORMATS}


def format_of(suffix: str) -> OutputFormat:
    """The kind for a file name's suffix; raises ``UsageProblem`` that says which there are."""
    try:
        return OUTPUT_FORMATS[suffix.lower()]
    except KeyError:
        raise UsageProblem(
            "the output has no known suffix", action=f"use one of {' '.join(sorted(OUTPUT_FORMATS))}"
        ) from None
