"""A WAV file written anew: its samples bit for bit, but for what is taken out, and nothing else of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.media import Block, decode, probe
from pipeline.media.isolated.client import Unsupported
from pipeline.media.output_formats import OUTPUT_FORMATS
from pipeline.media.wav import may_rewrite, rewrite
from tests.media.making import SECRET, ffmpeg

RATE, LENGTH = 44_100, 3 * 44_100
RANGES = ((0, 10), (65_530, 65_540), (131_000, LENGTH))
NOISE = ("-f", "lavfi", "-i", "anoisesrc=r=44100:d=3:a=0.9:seed=7", "-metadata", f"title={SECRET}")


def silent(at: int, block: Block) -> None:
    block[:] = 0.0


def same(at: int, block: Block) -> None:
    """Leaves everything as it is."""


def samples(path: Path) -> Block:
    return np.concatenate(list(decode(path, stream=0, rate=RATE, channels=2)))


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le"])
def test_only_what_is_taken_out_changes(tmp_path: Path, codec: str) -> None:
    source, made, copy = (tmp_path / f"{name}.wav" for name in ("source", "made", "copy"))
    ffmpeg(*NOISE, "-ac", "2", "-c:a", codec, source)
    found = probe(source)
    assert may_rewrite(found, output_format=OUTPUT_FORMATS[".wav"]) is None
    for path, edit in ((made, silent), (copy, same)):
        assert rewrite(source, path, probe=found, ranges=RANGES, length=LENGTH, edit=edit) == LENGTH
    wanted = samples(source)
    np.testing.assert_array_equal(samples(copy), wanted)
    for start, end in RANGES:
        assert np.abs(wanted[start:end]).max() > 0
        wanted[start:end] = 0.0
    np.testing.assert_array_equal(samples(made), wanted)
    assert SECRET.encode() in source.read_bytes()
    assert SECRET.encode() not in made.read_bytes()
    assert probe(made).audio[0].codec == codec


def test_what_is_no_plain_wav_is_left_to_the_encoder(tmp_path: Path) -> None:
    source, other = tmp_path / "source.wav", tmp_path / "float.wav"
    ffmpeg(*NOISE, "-ac", "2", source)
    ffmpeg(*NOISE, "-c:a", "pcm_f32le", other)
    assert may_rewrite(probe(other), output_format=OUTPUT_FORMATS[".wav"]) is not None
    assert may_rewrite(probe(source), output_format=OUTPUT_FORMATS[".flac"]) is not None
    found, made = probe(source), tmp_path / "made.wav"
    lost = rewrite(source, made, probe=found, ranges=(), length=LENGTH + 2, edit=same)
    whole = source.read_bytes()
    source.write_bytes(whole.replace(b"data", b"junk", 1))
    hidden = rewrite(source, made, probe=found, ranges=(), length=LENGTH, edit=same)
    assert isinstance(lost, Unsupported) and isinstance(hidden, Unsupported)
    assert not made.exists()
