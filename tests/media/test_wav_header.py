"""Sizes in a WAV file that are not those of the file: streamed ones are read, the others are refused with the truth."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pipeline.errors import InputRefused
from pipeline.media import check_complete, probe
from tests.media.making import ffmpeg

SECONDS = 4.0
RATE, FRAME = 48_000, 4
FORMAT = struct.pack("<HHIIHH", 1, 2, RATE, RATE * FRAME, FRAME, 16)
SAMPLES = b"".join(struct.pack("<hh", n % 4000, n % 3000) for n in range(int(SECONDS * RATE)))


def chunk(name: bytes, content: bytes, size: int | None = None, *, padded: bool = True) -> bytes:
    padding = b"\0" if padded and len(content) % 2 else b""
    return name + struct.pack("<I", len(content) if size is None else size) + content + padding


def wav(*chunks: bytes, size: int | None = None, name: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body) if size is None else size) + body


def long_sizes(data: int) -> bytes:
    return chunk(b"ds64", struct.pack("<QQQI", data + 72, data, data // FRAME, 0))


HEAD = chunk(b"fmt ", FORMAT)
BIGGEST = 0xFFFFFFFF
READ = {
    "plain": wav(HEAD, chunk(b"data", SAMPLES)),
    "streamed, nothing said": wav(HEAD, chunk(b"data", SAMPLES, 0), size=0),
    "streamed by ffmpeg": wav(HEAD, chunk(b"data", SAMPLES, BIGGEST), size=BIGGEST),
    "streamed by arecord": wav(HEAD, chunk(b"data", SAMPLES, 0x80000000), size=0x80000024),
    "streamed by sox": wav(HEAD, chunk(b"data", SAMPLES, 0x7FFFF000), size=0x7FFFF024),
    "a little short": wav(HEAD, chunk(b"data", SAMPLES, len(SAMPLES) + 400), size=len(SAMPLES) + 436),
    "a last sample cut": wav(HEAD, chunk(b"data", SAMPLES + b"x", padded=False)),
    "chunks of odd size": wav(HEAD, chunk(b"LIST", b"INFOabc"), chunk(b"data", SAMPLES), chunk(b"id3 ", b"ID3")),
    "a chunk behind, cut": wav(HEAD, chunk(b"data", SAMPLES), chunk(b"LIST", b"INFO", 5000)),
    "something behind": wav(HEAD, chunk(b"data", SAMPLES)) + b"trailing" * 40,
    "RF64": wav(long_sizes(len(SAMPLES)), HEAD, chunk(b"data", SAMPLES, BIGGEST), size=BIGGEST, name=b"RF64"),
    "BW64": wav(long_sizes(len(SAMPLES)), HEAD, chunk(b"data", SAMPLES, BIGGEST), size=BIGGEST, name=b"BW64"),
}
HALF = len(SAMPLES) // 2
REFUSED = {
    "cut off": (wav(HEAD, chunk(b"data", SAMPLES, 2 * len(SAMPLES)), size=2 * len(SAMPLES) + 36), "cut off"),
    "cut off, by its chunk alone": (wav(HEAD, chunk(b"data", SAMPLES, 2 * len(SAMPLES))), "cut off"),
    "RF64 cut off": (
        wav(long_sizes(2 * len(SAMPLES)), HEAD, chunk(b"data", SAMPLES, BIGGEST), size=BIGGEST, name=b"RF64"),
        "cut off",
    ),
    "RF64 never finished": (
        wav(long_sizes(0), HEAD, chunk(b"data", SAMPLES, BIGGEST), size=BIGGEST, name=b"RF64"),
        "never finished",
    ),
    "header of an interrupted recorder": (wav(HEAD, chunk(b"data", SAMPLES, HALF)), "longer than its header says"),
    "two parts": (wav(HEAD, chunk(b"data", SAMPLES[:HALF]), chunk(b"data", SAMPLES[HALF:])), "in several parts"),
    "chunks that are elsewhere": (
        wav(HEAD, chunk(b"LIST", b"INFOabc", padded=False), chunk(b"data", SAMPLES)),
        "without sound where its header says",
    ),
    "no sound": (wav(HEAD), "without sound where its header says"),
}


@pytest.mark.parametrize("kind", READ)
def test_all_sound_is_read_whatever_the_sizes_say(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.wav").write_bytes(READ[kind])
    probed = probe(tmp_path / "a.wav")
    assert check_complete(tmp_path / "a.wav", probed)[0] == pytest.approx(SECONDS, abs=0.01)


@pytest.mark.parametrize("kind", REFUSED)
def test_sizes_that_cannot_be_are_refused_with_the_truth(tmp_path: Path, kind: str) -> None:
    content, words = REFUSED[kind]
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(InputRefused, match=words):
        check_complete(tmp_path / "a.wav", probe(tmp_path / "a.wav"))


def test_what_the_refusal_advises_works(tmp_path: Path) -> None:
    for kind in ("RF64 never finished", "header of an interrupted recorder"):
        (tmp_path / "a.wav").write_bytes(REFUSED[kind][0])
        ffmpeg("-ignore_length", "1", "-y", "-i", tmp_path / "a.wav", tmp_path / "b.wav")
        assert check_complete(tmp_path / "b.wav", probe(tmp_path / "b.wav"))[0] == pytest.approx(SECONDS, abs=0.01)
