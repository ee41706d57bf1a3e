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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of output; ``rates`` empty means any, ``lossless`` that zeros stay zeros."""

    suffix: str
    container: str
    codec: str
    rates: frozenset[int] = frozenset()
    max_channels: int = 8
    many_tracks: bool = False
    picture: bool = False
    lossless: bool = False

    def rate(self, wanted: int) -> int:
        """The sample rate to encode at for sound that has ``wanted``."""
        return wanted if not self.rates or wanted in self.rates else 48_000

    def after(self, codec: str) -> Kind:
        """The kind for sound that is of ``codec``: Ogg holds Opus, but what is Vorbis stays Vorbis."""
        if self.container == "ogg" and codec == "vorbis":
            return replace(self, codec="libvorbis", rates=VORBIS_RATES)
        return self


_KINDS = (
    Kind(suffix=".wav", container="wav", codec="pcm", lossless=True),
    Kind(suffix=".flac", container="flac", codec="flac", lossless=True),
    Kind(suffix=".mp3", container="mp3", codec="libmp3lame", rates=MP3_RATES, max_channels=2),
    Kind(suffix=".ogg", container="ogg", codec="libopus", rates=OPUS_RATES),
    Kind(suffix=".opus", container="opus", codec="libopus", rates=OPUS_RATES),
    Kind(suffix=".m4a", container="ipod", codec="aac", rates=AAC_RATES, many_tracks=True),
    Kind(suffix=".mp4", container="mp4", codec="aac", rates=AAC_RATES, many_tracks=True, picture=True),
    Kind(suffix=".mov", container="mov", codec="aac", rates=AAC_RATES, many_tracks=True, picture=True),
    Kind(suffix=".mkv", container="matroska", codec="aac", rates=AAC_RATES, many_tracks=True, picture=True),
)
KINDS = {kind.suffix: kind for kind in _KINDS}


def kind_of(suffix: str) -> Kind:
    """The kind for a file name's suffix; raises ``UsageProblem`` that says which there are."""
    try:
        return KINDS[suffix.lower()]
    except KeyError:
        raise UsageProblem("the output has no known suffix", action=f"use one of {' '.join(sorted(KINDS))}") from None
