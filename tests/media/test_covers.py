"""Cover pictures are never decoded for the sound and never copied: whatever is wrong with one, the sound is whole."""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.media import check_complete, decode, probe
from pipeline.render import single_file
from tests.media.making import LENGTH_S, SECRET, ffmpeg, tone

Cover = Callable[[Path, bytes], Path]


def picture(folder: Path, suffix: str) -> bytes:
    ffmpeg("-f", "lavfi", "-i", "color=c=red:s=64x64", "-frames:v", "1", "-y", folder / f"c.{suffix}")
    return (folder / f"c.{suffix}").read_bytes()


def described(content: bytes) -> bytes:
    """A picture as FLAC and Vorbis comments describe one: the front cover, of 64 times 64 pixels."""
    mime = b"image/png"
    shape = struct.pack(">IIIIII", 0, 64, 64, 24, 0, len(content))
    return struct.pack(">II", 3, len(mime)) + mime + shape + content


def mp3(folder: Path, content: bytes) -> Path:
    ffmpeg(*tone(), "-id3v2_version", "0", folder / "bare.mp3")
    body = b"\0image/png\0\3\0" + content
    size = [bytes(len(part) >> shift & 0x7F for shift in (21, 14, 7, 0)) for part in (body, bytes(10) + body)]
    tag = b"ID3\4\0\0" + size[1] + b"APIC" + size[0] + b"\0\0" + body
    (folder / "a.mp3").write_bytes(tag + (folder / "bare.mp3").read_bytes())
    return folder / "a.mp3"


def flac(folder: Path, content: bytes) -> Path:
    ffmpeg(*tone(), folder / "bare.flac")
    data, block = (folder / "bare.flac").read_bytes(), described(content)
    (folder / "a.flac").write_bytes(data[:42] + b"\6" + len(block).to_bytes(3) + block + data[42:])
    return folder / "a.flac"


def ogg(folder: Path, content: bytes, *, codec: str = "libvorbis", suffix: str = "ogg") -> Path:
    text = base64.b64encode(described(content)).decode().replace("=", "\\=")
    (folder / "meta").write_text(f";FFMETADATA1\nMETADATA_BLOCK_PICTURE={text}\n")
    tags = ("-i", folder / "meta", "-map_metadata", "1", "-map_metadata:s:a:0", "1:g")
    ffmpeg(*tone(), *tags, "-map", "0", "-c:a", codec, folder / f"a.{suffix}")
    return folder / f"a.{suffix}"


def opus(folder: Path, content: bytes) -> Path:
    return ogg(folder, content, codec="libopus", suffix="opus")


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def m4a(folder: Path, content: bytes) -> Path:
    ffmpeg(*tone(), "-map_metadata", "-1", folder / "bare.m4a")
    data = (folder / "bare.m4a").read_bytes()
    at = data.rindex(b"moov") - 4
    cover = box(b"ilst", box(b"covr", box(b"data", struct.pack(">II", 14, 0) + content)))
    handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    movie = data[at + 8 : data.index(b"udta", at) - 4]
    (folder / "a.m4a").write_bytes(
        data[:at] + box(b"moov", movie + box(b"udta", box(b"meta", bytes(4) + handler + cover)))
    )
    return folder / "a.m4a"


def mkv(folder: Path, content: bytes) -> Path:
    (folder / "cover").write_bytes(content)
    attached = ("-attach", folder / "cover", "-metadata:s:t", "mimetype=image/png")
    ffmpeg(*tone(), *attached, "-c:a", "aac", folder / "a.mkv")
    return folder / "a.mkv"


CONTENTS: dict[str, Callable[[Path], bytes]] = {
    "right": lambda folder: picture(folder, "png"),
    "another kind": lambda folder: picture(folder, "jpg"),
    "cut": lambda folder: picture(folder, "png")[:60],
    "noise": lambda _: os.urandom(2000),
    "text": lambda _: SECRET.encode() * 50,
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("make", [mp3, flac, ogg, opus, m4a, mkv], ids=lambda make: make.__name__)
def test_a_file_with_any_cover_is_whole(tmp_path: Path, make: Cover, content: str) -> None:
    path = make(tmp_path, CONTENTS[content](tmp_path))
    probed = probe(path)
    assert len(probed.audio) == 1 and probed.video is None
    assert check_complete(path, probed)[0] == pytest.approx(LENGTH_S, abs=0.05)
    length = sum(len(block) for block in decode(path, stream=0, rate=16_000, channels=1))
    assert length == pytest.approx(LENGTH_S * 16_000, abs=800)


@pytest.mark.parametrize("make", [mp3, flac, ogg, m4a, mkv], ids=lambda make: make.__name__)
def test_a_cover_is_never_copied(tmp_path: Path, make: Cover) -> None:
    path = make(tmp_path, SECRET.encode() * 50)
    (tmp_path / "spans.json").write_text('[{"start_s": 1.0, "end_s": 2.0}]')
    out = tmp_path / f"out{path.suffix}"
    done = single_file.redact(path, spans_file=tmp_path / "spans.json", out=out)
    assert (done.verdict, done.picture) == ("proved", "none")
    assert SECRET.encode() not in out.read_bytes()
    assert [stream.kind for stream in probe(out).streams] == ["audio"]
