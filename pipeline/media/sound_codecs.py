"""The codecs of sound that ffmpeg can decode in the containers that are read, by the names that ffprobe gives them."""

from __future__ import annotations

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
