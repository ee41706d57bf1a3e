"""The codecs of sound that are decoded: with these alone a cover picture, or anything else, is never decoded."""

from __future__ import annotations

_PCM = (
    *(f"pcm_{kind}{bits}{order}" for kind in "su" for bits in (16, 24, 32) for order in ("le", "be")),
    *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_s64le", "pcm_s64be"),
    *("pcm_s8", "pcm_u8", "pcm_alaw", "pcm_mulaw", "pcm_s16le_planar", "pcm_s16be_planar", "pcm_bluray", "pcm_dvd"),
)
# Each with the decoders of ffmpeg that may be used for it, where they are called otherwise.
_DECODERS: dict[str, tuple[str, ...]] = {
    "amr_nb": ("amrnb", "libopencore_amrnb"),
    "amr_wb": ("amrwb", "libopencore_amrwb"),
    "dts": ("dca",),
    "gsm": ("gsm", "libgsm"),
    "gsm_ms": ("gsm_ms", "libgsm_ms"),
    "mp1": ("mp1float", "mp1"),
    "mp2": ("mp2float", "mp2"),
    "mp3": ("mp3float", "mp3"),
    "opus": ("opus", "libopus"),
    "speex": ("speex", "libspeex"),
    "vorbis": ("vorbis", "libvorbis"),
    **{
        name: (name,)
        for name in (
            *("aac", "aac_latm", "ac3", "eac3", "alac", "flac", "mlp", "truehd", "tta", "wavpack", "qdm2", "g722"),
            *("adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_yamaha", "g726", "g726le", "mace3", "mace6"),
            *("wmav1", "wmav2", "wmapro", "wmavoice", "wmalossless", *_PCM),
        )
    },
}
SOUND_CODECS = frozenset(_DECODERS)
SOUND_DECODERS = ",".join(name for names in _DECODERS.values() for name in names)
