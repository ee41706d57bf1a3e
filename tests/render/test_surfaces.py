"""Everything that a container can hold beside sound and picture, planted, rendered, looked for, and gone."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from pathlib import Path

import pytest

from pipeline.media import check_complete, probe
from pipeline.render import single_file
from tests.media.making import H264, PICTURE, Words, ffmpeg, tone
from tests.render.making import level_db, sound

SPANS = [{"start_s": 1.0, "end_s": 2.0}]
MARK = "FALCON"


def planted(path: Path) -> set[str]:
    """The planted secrets in the bytes of a file, in any of the usual encodings."""
    data = path.read_bytes()
    found = set()
    for name in NAMES:
        text = f"{MARK}{name}"
        if any(text.encode(encoding) in data for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
            found.add(name)
    return found


NAMES = (
    *("title", "artist", "lyrics", "place", "custom", "track", "chapter", "subtitle", "vtt", "attached", "cover"),
    *("free", "uuid", "udta", "event", "trailing", "listed", "bext", "ixml", "id3", "idv1", "comment"),
)


def secret(name: str) -> str:
    assert name in NAMES
    return f"{MARK}{name}"


def png(path: Path, text: str) -> Path:
    """A small picture with a text chunk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\x00" + bytes(8) for _ in range(8)))
    told = b"Comment\x00" + text.encode()
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(chunk(*part) for part in ((b"IHDR", head), (b"tEXt", told), (b"IDAT", rows), (b"IEND", b"")))
    )
    return path


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", 8 + len(data)) + kind + data


def riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the sources are made from."""
    root = tmp_path_factory.mktemp("surfaces")
    tags = "\n".join(f"{key}={secret(name)}" for key, name in TAGS)
    chapter = f"[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle={secret('chapter')}"
    (root / "meta").write_text(f";FFMETADATA1\n{tags}\n{chapter}\n")
    (root / "s.srt").write_text(f"1\n00:00:00,500 --> 00:00:01,500\n{secret('subtitle')}\n")
    (root / "s.vtt").write_text(f"WEBVTT\n\n00:00.500 --> 00:01.500\n{secret('vtt')}\n")
    (root / "note.txt").write_text(secret("attached"))
    png(root / "cover.png", secret("cover"))
    return root


TAGS = (("title", "title"), ("artist", "artist"), ("lyrics", "lyrics"), ("location", "place"), ("x_custom", "custom"))


def mkv(folder: Path) -> Path:
    path = folder / "a.mkv"
    inputs: Words = (
        *PICTURE,
        *tone(),
        *tone(hz=700),
        "-i",
        folder / "s.srt",
        "-i",
        folder / "s.vtt",
        "-i",
        folder / "meta",
    )
    maps = ("-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "4", "-map_metadata", "5", "-map_chapters", "5")
    more = ("-attach", folder / "note.txt", "-metadata:s:t:0", "mimetype=text/plain")
    named = ("-metadata:s:a:1", f"title={secret('track')}")
    ffmpeg(*inputs, *maps, *H264, "-c:a", "aac", "-c:s:0", "srt", "-c:s:1", "webvtt", *more, *named, path)
    return path


def mp4(folder: Path) -> Path:
    path = folder / "a.mp4"
    mjpeg = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=1:d=3")
    inputs: Words = (
        *PICTURE,
        *mjpeg,
        *tone(),
        *tone(hz=700),
        "-i",
        folder / "s.srt",
        "-i",
        folder / "cover.png",
    )
    maps = tuple(word for number in range(6) for word in ("-map", f"{number}"))
    codecs = ("-c:v:0", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:v:1", "mjpeg", "-c:v:2", "copy")
    rest = ("-c:a", "aac", "-c:s", "mov_text", "-disposition:v:2", "attached_pic", "-timecode", "01:00:00:00")
    told = ("-i", folder / "meta", "-map_metadata", "6", "-map_chapters", "6")
    ffmpeg(*inputs, *told, *maps, *codecs, *rest, "-metadata:s:a:1", f"handler_name={secret('track')}", path)
    event = b"\x00" * 4 + b"urn:x\x00\x00" + bytes(16) + secret("event").encode()
    more = box(b"free", secret("free").encode()) + box(b"uuid", bytes(16) + secret("uuid").encode())
    more += box(b"udta", box(b"name", secret("udta").encode())) + box(b"emsg", event)
    path.write_bytes(path.read_bytes() + more + secret("trailing").encode())
    return path


def wav(folder: Path) -> Path:
    path, bare = folder / "a.wav", folder / "bare.wav"
    ffmpeg(*tone(), "-metadata", f"title={secret('listed')}", bare)
    data = bare.read_bytes()
    data += riff(b"bext", secret("bext").encode().ljust(602, b"\x00"))
    data += riff(b"iXML", f"<BWFXML><NOTE>{secret('ixml')}</NOTE></BWFXML>".encode())
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:] + secret("trailing").encode())
    return path


def mp3(folder: Path) -> Path:
    path = folder / "a.mp3"
    inputs: Words = (*tone(), "-i", folder / "cover.png", "-map", "0", "-map", "1", "-c:v", "copy")
    words = ("-id3v2_version", "3", "-metadata", f"title={secret('id3')}", "-metadata", f"comment={secret('comment')}")
    ffmpeg(*inputs, *words, path)
    path.write_bytes(path.read_bytes() + (b"TAG" + secret("idv1").encode()).ljust(128, b"\x00"))
    return path


CASES = {
    "mkv": (
        mkv,
        {"title", "artist", "chapter", "subtitle", "vtt", "attached", "track", "custom"},
        ["video", "audio", "audio"],
    ),
    "mp4": (
        mp4,
        {"title", "chapter", "subtitle", "cover", "track", "free", "uuid", "udta", "event", "trailing"},
        ["video", "audio", "audio"],
    ),
    "wav": (wav, {"listed", "bext", "ixml", "trailing"}, ["audio"]),
    "mp3": (mp3, {"id3", "comment", "idv1", "cover"}, ["audio"]),
}


@pytest.mark.parametrize("suffix", CASES)
def test_everything_planted_in_a_container_is_gone(folder: Path, tmp_path: Path, suffix: str) -> None:
    make, names, kinds = CASES[suffix]
    source, out = make(folder), tmp_path / f"out.{suffix}"
    assert names <= planted(source)
    (tmp_path / "spans.json").write_text(json.dumps(SPANS))
    done = single_file.redact(source, spans_file=tmp_path / "spans.json", out=out)
    assert done.verdict == "proved"
    assert planted(out) == set()
    found = probe(out)
    assert sorted(stream.kind for stream in found.streams) == sorted(kinds)
    assert not any(stream.attached_picture for stream in found.streams)
    assert found.chapters == 0
    for stream, length_s in enumerate(check_complete(out, found)):
        assert level_db(sound(out, stream=stream)) < -60
        assert abs(length_s - 3.0) < 0.05


def test_a_redacted_file_is_all_that_appears_beside_sidecars(folder: Path, tmp_path: Path) -> None:
    source = shutil.copyfile(wav(folder), tmp_path / "talk.wav")
    for name in ("talk.vtt", "chat.txt", "talk.wav.reapeaks", "talk.pk", "thumbnail.jpg"):
        (tmp_path / name).write_text(secret("attached"))
    (tmp_path / "spans.json").write_text(json.dumps(SPANS))
    out = tmp_path / "out"
    out.mkdir()
    single_file.redact(Path(source), spans_file=tmp_path / "spans.json", out=out / "talk.flac")
    assert [path.name for path in out.iterdir()] == ["talk.flac"]
    assert planted(out / "talk.flac") == set()
