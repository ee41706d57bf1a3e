"""FLAC from whole numbers: every sample stays but what is taken out, and every decoder can check that it is whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from pipeline.media import Block, decode, probe
from pipeline.media.flac import keep_numbers, may_keep_numbers
from pipeline.media.isolated.client import Unsupported
from pipeline.media.output_formats import OUTPUT_FORMATS
from tests.media.making import SECRET, ffmpeg

RATE, LENGTH = 44_100, 3 * 44_100
RANGES = ((0, 10), (4_600, 4_620), (65_530, 90_000), (131_000, LENGTH))
NOISE = ("-f", "lavfi", "-i", "anoisesrc=r=44100:d=3:a=0.9:seed=7", "-metadata", f"title={SECRET}", "-ac", "2")
# Where the header of a FLAC file holds the digest of all its samples.
DIGEST = slice(26, 42)


def silent(at: int, block: Block) -> None:
    block[:] = 0.0


def kept(source: Path, target: Path, *, length: int = LENGTH) -> int | Unsupported:
    return keep_numbers(source, target, probe=probe(source), stream=0, ranges=RANGES, length=length, edit=silent)


def samples(path: Path) -> Block:
    return np.concatenate(list(decode(path, stream=0, rate=RATE, channels=2)))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.flac", ("flac",)),
        ("a.wav", ("pcm_s24le",)),
        ("b.flac", ("flac", "-sample_fmt", "s32")),
        ("a.mkv", ("flac",)),
    ],
)
def test_only_what_is_taken_out_changes(tmp_path: Path, name: str, codec: tuple[str, ...]) -> None:
    source, made, again = tmp_path / name, tmp_path / "made.flac", tmp_path / "again.flac"
    ffmpeg(*NOISE, "-c:a", *codec, source)
    bits = probe(source).audio[0].bits
    assert may_keep_numbers(probe(source), stream=0, output_format=OUTPUT_FORMATS[".flac"]) is None
    assert kept(source, made) == kept(source, again) == LENGTH
    wanted = samples(source)
    for start, end in RANGES:
        assert np.abs(wanted[start:end]).max() > 0
        wanted[start:end] = 0.0
    np.testing.assert_array_equal(samples(made), wanted)
    assert probe(made).audio[0].bits == bits
    assert made.read_bytes() == again.read_bytes()
    assert SECRET.encode() in source.read_bytes()
    assert SECRET.encode() not in made.read_bytes()
    raw = ffmpeg("-i", made, "-f", "s16le" if bits == 16 else "s24le", "pipe:1")
    assert made.read_bytes()[DIGEST] == hashlib.md5(raw, usedforsecurity=False).digest()


def test_what_is_no_whole_number_or_has_gaps_is_left_to_the_encoder(tmp_path: Path) -> None:
    flac, mp3, gap = tmp_path / "a.flac", tmp_path / "a.mp3", tmp_path / "gap.mkv"
    ffmpeg(*NOISE, flac)
    ffmpeg(*NOISE, mp3)
    (tmp_path / "list").write_text(f"file {flac}\nduration 9\nfile {flac}\n")
    ffmpeg("-f", "concat", "-safe", "0", "-i", tmp_path / "list", "-c", "copy", gap)
    assert may_keep_numbers(probe(mp3), stream=0, output_format=OUTPUT_FORMATS[".flac"]) is not None
    assert may_keep_numbers(probe(flac), stream=0, output_format=OUTPUT_FORMATS[".mp3"]) is not None
    assert kept(gap, tmp_path / "1.flac") == Unsupported(reason="its frames do not follow one another without a gap")
    assert kept(flac, tmp_path / "2.flac", length=LENGTH + 2) == Unsupported(reason="it is not as long as the session")
    flac.write_bytes(flac.read_bytes()[:9000] + bytes(9000))
    assert isinstance(kept(flac, tmp_path / "3.flac"), Unsupported)
