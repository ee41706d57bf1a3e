"""A whole recording fits into what players skip: wherever it is planted, the file is not proved."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.media import probe
from pipeline.media.output_formats import format_of
from pipeline.proof.containers import every_byte
from pipeline.proof.containers.ogg import _checksum
from pipeline.records import ProofVerdict
from tests.media.making import H264, PICTURE, ffmpeg, tone

PLAN = {"windows": [{"start_s": 0.975, "end_s": 2.025}]}
Plant = Callable[[bytes, bytes], bytes]


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A redacted file of every kind, and an original in it."""
    folder = tmp_path_factory.mktemp("redacted")
    ffmpeg(*tone(), folder / "source.wav")
    ffmpeg(*PICTURE, *tone(), *H264, "-c:a", "aac", folder / "source.mp4")
    ffmpeg(*tone(), "-c:a", "libvorbis", folder / "source.ogg")
    ffmpeg(*tone(), "-b:a", "24k", folder / "original.opus")
    (folder / "spans.json").write_text(json.dumps([{"start_s": 1.0, "end_s": 2.0}]))
    (folder / "plan.json").write_text(json.dumps(PLAN))
    for name in ("wav", "flac", "mp3", "opus", "m4a"):
        redact(folder, "source.wav", f"a.{name}")
    redact(folder, "source.ogg", "a.ogg")
    for name in ("mp4", "mov", "mkv", "webm"):
        redact(folder, "source.mp4", f"a.{name}")
    return folder


def redact(folder: Path, source: str, out: str) -> None:
    words = ["redact", str(folder / source), "--spans", str(folder / "spans.json"), "-o", str(folder / out)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output


SUFFIXES = ("wav", "flac", "mp3", "ogg", "opus", "m4a", "mp4", "mov", "mkv", "webm")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_byte_of_a_redacted_file_is_accounted_for(redacted: Path, suffix: str) -> None:
    path = redacted / f"a.{suffix}"
    check = every_byte(path, probe(path), output_format=format_of(path.suffix))
    assert check.verdict is ProofVerdict.PROVED, check
    assert check.detail == f"{path.stat().st_size} bytes, all of them accounted for"
    done = CliRunner().invoke(main, ["prove", str(path), "--plan", str(redacted / "plan.json")])
    assert done.exit_code == 0, done.output


# Boxes of MP4 and MOV.


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


HEADS = {b"meta": 4, b"stsd": 8, b"mp4a": 28, b"avc1": 78}


def inside(data: bytes, path: Iterable[bytes], more: bytes, *, at: int = 0) -> bytes:
    """The file with ``more`` at the end of the first box of that path, every size on the way as it must be."""
    name, *rest = path
    start = at
    while data[start + 4 : start + 8] != name:
        start += int.from_bytes(data[start : start + 4])
    size = int.from_bytes(data[start : start + 4])
    whole = data[start : start + size]
    if rest:
        whole = inside(whole, rest, more, at=8 + HEADS.get(name, 0))
    else:
        whole += more
    return data[:start] + struct.pack(">I", len(whole)) + whole[4:] + data[start + size :]


def behind(name: bytes) -> Plant:
    return lambda data, secret: data + box(name, secret)


def within(*path: bytes, name: bytes = b"free") -> Plant:
    return lambda data, secret: inside(data, path, box(name, secret))


def longer(*path: bytes) -> Plant:
    return lambda data, secret: inside(data, path, secret)


def with_rows(data: bytes, secret: bytes) -> bytes:
    """A table of times with rows of no sample."""
    rows = b"".join(b"\0\0\0\0" + secret[at : at + 4].ljust(4, b"\0") for at in range(0, len(secret), 4))
    at = data.index(b"stts") + 8
    count = int.from_bytes(data[at : at + 4]) + len(rows) // 8
    grown = data[:at] + struct.pack(">I", count) + data[at + 4 :]
    return inside(grown, (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stts"), rows)


SOUND = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
MP4: dict[str, Plant] = {
    **{
        name: behind(name.encode()) for name in ("free", "skip", "wide", "uuid", "mdat", "moof", "idat", "abcd", "emsg")
    },
    "another movie": behind(b"moov"),
    "another brand": behind(b"ftyp"),
    "trailing": lambda data, secret: data + secret,
    "media": longer(b"mdat"),
    "less than a box": lambda data, secret: data + box(b"free", b"") + secret[:7],
    "free in the movie": within(b"moov"),
    "free in a track": within(b"moov", b"trak"),
    "user data": within(b"moov", name=b"udta"),
    "user data of a track": within(b"moov", b"trak", name=b"udta"),
    "metadata": within(b"moov", name=b"meta"),
    "table": within(*SOUND, name=b"abcd"),
    "free among the tables": within(*SOUND),
    "description": within(*SOUND, b"stsd", b"mp4a", name=b"abcd"),
    "free in a description": within(*SOUND, b"stsd", b"mp4a"),
    "another description": within(*SOUND, b"stsd", name=b"mp4a"),
    "decoder": longer(*SOUND, b"stsd", b"mp4a", b"esds"),
    "handler": longer(b"moov", b"trak", b"mdia", b"hdlr"),
    "header": longer(b"moov", b"mvhd"),
    "track header": longer(b"moov", b"trak", b"tkhd"),
    "edit list": longer(b"moov", b"trak", b"edts", b"elst"),
    "sizes": longer(*SOUND, b"stsz"),
    "places": longer(*SOUND, b"stco"),
    "rows": with_rows,
    "data reference": longer(b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"),
}


# Chunks of WAV.


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(data: bytes) -> bytes:
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def in_chunk(name: str) -> Plant:
    """Plants a secret in a chunk of this name behind all others."""
    return lambda data, secret: riff(data + chunk(name.encode(), secret))


WAV: dict[str, Plant] = {
    **{name: in_chunk(name) for name in ("LIST", "JUNK", "bext", "iXML", "id3 ", "fact", "data", "PAD ", "abcd")},
    "before the samples": lambda data, secret: riff(data[:12] + chunk(b"JUNK", secret) + data[12:]),
    "trailing": lambda data, secret: data + secret,
    "trailing with a size": lambda data, secret: riff(data + secret),
    "behind the end of the header": lambda data, secret: data + chunk(b"JUNK", secret),
    "format": lambda data, secret: riff(data[:12] + chunk(b"fmt ", data[20:36] + secret) + data[36:]),
    "RF64": lambda data, secret: b"RF64\xff\xff\xff\xff" + data[8:12] + chunk(b"ds64", secret) + data[12:],
}


# Blocks and frames of FLAC.


def crc16(data: bytes) -> bytes:
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x8005 if value & 0x8000 else value << 1) & 0xFFFF
    return struct.pack(">H", value)


def block(kind: int) -> Plant:
    """A block behind the first one, which describes the stream."""

    def plant(data: bytes, secret: bytes) -> bytes:
        return data[:42] + bytes([kind]) + len(secret).to_bytes(3) + secret + data[42:]

    return plant


def first_frame(data: bytes) -> int:
    at = 4
    while True:
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4])
        if data[at] & 0x80:
            return end
        at = end


def second_frame(data: bytes) -> int:
    """Where the second frame begins: its header says 1 where that of the first says 0."""
    at = first_frame(data)
    return data.index(data[at : at + 4] + b"\x01", at)


FLAC: dict[str, Plant] = {
    **{
        name: block(kind)
        for kind, name in enumerate(("streaminfo", "padding", "application", "seek table", "comment", "cue", "picture"))
    },
    "unknown block": block(100),
    "trailing": lambda data, secret: data + secret,
    "trailing, checksum right": lambda data, secret: data + secret + crc16(secret),
    "between frames": lambda data, secret: data[: second_frame(data)] + secret + data[second_frame(data) :],
    "in a frame, checksum right": lambda data, secret: (
        data[: second_frame(data)] + secret + crc16(secret) + data[second_frame(data) :]
    ),
}


# Elements of Matroska.


def element(name: str, content: bytes) -> bytes:
    return bytes.fromhex(name) + b"\x01" + len(content).to_bytes(7) + content


def number(data: bytes, at: int) -> tuple[int, int]:
    size = 9 - data[at].bit_length()
    return int.from_bytes(data[at : at + size]) & ((1 << 7 * size) - 1), size


def in_element(data: bytes, path: Iterable[str], more: bytes) -> bytes:
    """The file with ``more`` at the end of the first element of that path."""
    name, *rest = path
    at, wanted = 0, bytes.fromhex(name)
    while True:
        name_size = 9 - data[at].bit_length()
        size, size_size = number(data, at + name_size)
        body = at + name_size + size_size
        if data[at : at + name_size] == wanted:
            break
        at = body + size
    content = data[body : body + size]
    content = in_element(content, rest, more) if rest else content + more
    return data[:at] + element(name, content) + data[body + size :]


SEGMENT, INFO, TRACKS, TRACK, CLUSTER, TAGS, CUES = (
    "18538067",
    "1549a966",
    "1654ae6b",
    "ae",
    "1f43b675",
    "1254c367",
    "1c53bb6b",
)


def put(name: str, *path: str) -> Plant:
    return lambda data, secret: in_element(data, path, element(name, secret))


def text_tag(data: bytes, secret: bytes) -> bytes:
    text = secret.hex().encode()
    tag = element("7373", element("63c0", b"") + element("67c8", element("45a3", b"NOTE") + element("4487", text)))
    return in_element(data, (SEGMENT, TAGS), tag)


def many_tags(data: bytes, secret: bytes) -> bytes:
    digits = "".join(f"{byte:03d}" for byte in secret)
    clocks = [f"00:00:00.{digits[at : at + 9]}".encode() for at in range(0, len(digits) // 9 * 9, 9)]
    tags = [element("67c8", element("45a3", b"DURATION") + element("4487", clock)) for clock in clocks]
    return in_element(data, (SEGMENT, TAGS, "7373"), b"".join(tags))


def many_cues(data: bytes, secret: bytes) -> bytes:
    cues = []
    for at in range(0, len(secret), 8):
        place = element("f7", b"\x01") + element("f1", b"\x00") + element("f0", secret[at : at + 8])
        cues.append(element("bb", element("b3", b"\x00") + element("b7", place)))
    return in_element(data, (SEGMENT, CUES), b"".join(cues))


def many_clusters(data: bytes, secret: bytes) -> bytes:
    clusters = [element(CLUSTER, element("e7", secret[at : at + 8])) for at in range(0, len(secret), 8)]
    return in_element(data, (SEGMENT,), b"".join(clusters))


def foreign_block(data: bytes, secret: bytes) -> bytes:
    return in_element(data, (SEGMENT, CLUSTER), element("a3", b"\x8f\0\0\x80" + secret))


def laced_block(data: bytes, secret: bytes) -> bytes:
    return in_element(data, (SEGMENT, CLUSTER), element("a3", b"\x82\0\0\x86\x00" + secret))


MKV: dict[str, Plant] = {
    "void": put("ec", SEGMENT),
    "void in a cluster": put("ec", SEGMENT, CLUSTER),
    "void in the tracks": put("ec", SEGMENT, TRACKS),
    "void in a track": put("ec", SEGMENT, TRACKS, TRACK),
    "void before all": lambda data, secret: data[:40] + element("ec", secret) + data[40:],
    "void behind all": lambda data, secret: data + element("ec", secret),
    "header": put("ec", "1a45dfa3"),
    "unknown": put("4f80", SEGMENT),
    "unknown in a cluster": put("4f80", SEGMENT, CLUSTER),
    "unknown in a track": put("4f80", SEGMENT, TRACKS, TRACK),
    "attachment": put("1941a469", SEGMENT),
    "chapters": put("1043a770", SEGMENT),
    "another segment": lambda data, secret: data + element(SEGMENT, secret),
    "segment behind": lambda data, secret: data + element(SEGMENT, element("ec", secret)),
    "trailing": lambda data, secret: data + secret,
    "title": put("7ba9", SEGMENT, INFO),
    "name of a track": put("536e", SEGMENT, TRACKS, TRACK),
    "private data": put("63a2", SEGMENT, TRACKS, TRACK),
    "encrypted block": put("af", SEGMENT, CLUSTER),
    "tag": text_tag,
    "many tags": many_tags,
    "index": many_cues,
    "clusters of nothing": many_clusters,
    "block of no track": foreign_block,
    "laced block": laced_block,
}


WEBM: dict[str, Plant] = {
    name: MKV[name] for name in ("void", "unknown in a cluster", "private data", "block of no track")
}


# Pages of Ogg.


def page(packet: bytes, *, flags: int, serial: int, number: int, granule: int = 0) -> bytes:
    lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    head = b"OggS\0" + bytes([flags]) + struct.pack("<qIII", granule, serial, number, 0) + bytes([len(lacing)])
    whole = head + lacing + packet
    return whole[:22] + struct.pack("<I", _checksum(whole)) + whole[26:]


def pages_of(secret: bytes, **shape: int) -> bytes:
    pieces = [secret[at : at + 60_000] for at in range(0, len(secret), 60_000)]
    return b"".join(page(piece, **{**shape, "number": shape["number"] + at}) for at, piece in enumerate(pieces))


def page_ends(data: bytes) -> list[int]:
    ends, at = [], 0
    while at < len(data):
        segments = data[at + 26]
        at += 27 + segments + sum(data[at + 27 : at + 27 + segments])
        ends.append(at)
    return ends


def repaged(data: bytes, index: int, packet: bytes) -> bytes:
    """The file with another packet on one of its pages, which must hold one alone."""
    starts = [0, *page_ends(data)]
    old = data[starts[index] : starts[index + 1]]
    serial, count = struct.unpack("<II", old[14:22])
    new = page(packet, flags=old[5], serial=serial, number=count, granule=struct.unpack("<q", old[6:14])[0])
    return data[: starts[index]] + new + data[starts[index + 1] :]


def comment(data: bytes, secret: bytes) -> bytes:
    text = b"NOTE=" + secret.hex().encode()[:50_000]
    tags = b"OpusTags" + struct.pack("<I", 6) + b"ffmpeg" + struct.pack("<II", 1, len(text)) + text
    return repaged(data, 1, tags)


def behind_the_comments(data: bytes, secret: bytes) -> bytes:
    return repaged(data, 1, b"OpusTags" + struct.pack("<I", 6) + b"ffmpeg" + struct.pack("<I", 0) + secret[:50_000])


def padded_packet(data: bytes, secret: bytes) -> bytes:
    """A page more, of a packet of silence that is padded (RFC 6716, code 3)."""
    ends = page_ends(data)
    last = data[ends[-2] :]
    serial, count = struct.unpack("<II", last[14:22])
    padding = secret[:200]
    packet = b"\xff\x41" + bytes([len(padding)]) + b"\xff\xfe" + padding
    more = page(packet, flags=0, serial=serial, number=count, granule=struct.unpack("<q", last[6:14])[0] - 960)
    moved = last[:18] + struct.pack("<II", count + 1, 0) + last[26:]
    return data[: ends[-2]] + more + moved[:22] + struct.pack("<I", _checksum(moved)) + moved[26:]


OGG: dict[str, Plant] = {
    "trailing": lambda data, secret: data + secret,
    "another stream beside": lambda data, secret: (
        data[: page_ends(data)[0]] + pages_of(secret, flags=2, serial=77, number=0) + data[page_ends(data)[0] :]
    ),
    "a page of another stream": lambda data, secret: (
        data[: page_ends(data)[2]] + pages_of(secret, flags=0, serial=77, number=0) + data[page_ends(data)[2] :]
    ),
    "another stream behind": lambda data, secret: data + pages_of(secret, flags=2, serial=77, number=0),
    "a page with a wrong checksum": lambda data, secret: (
        data[: page_ends(data)[2]]
        + pages_of(secret, flags=0, serial=0, number=3)[:-1]
        + b"\0"
        + data[page_ends(data)[2] :]
    ),
}
OPUS: dict[str, Plant] = {
    **OGG,
    "comment": comment,
    "behind the comments": behind_the_comments,
    "padding": padded_packet,
}


def long_setup(data: bytes, secret: bytes) -> bytes:
    """Comments and setup of Vorbis share a page: it is written anew with more behind the setup."""
    ends = page_ends(data)
    old = data[ends[0] : ends[1]]
    segments = old[26]
    lacing, body = old[27 : 27 + segments], old[27 + segments :] + secret[:20_000]
    first = next(at for at, value in enumerate(lacing) if value < 255) + 1
    size = sum(lacing[:first])
    rest = len(body) - size
    full = bytes([*lacing[:first], *[255] * (rest // 255), rest % 255])
    head = old[:22] + bytes(4) + bytes([len(full)]) + full + body
    return data[: ends[0]] + head[:22] + struct.pack("<I", _checksum(head)) + head[26:] + data[ends[1] :]


VORBIS: dict[str, Plant] = {**OGG, "setup": long_setup}


# Frames of MP3.


def frames_at(data: bytes) -> list[int]:
    at, starts = 20, []
    while at + 4 <= len(data):
        head = int.from_bytes(data[at : at + 4])
        rates = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
        starts.append(at)
        at += 144 * rates[head >> 12 & 15] * 1000 // (44100, 48000, 32000)[head >> 10 & 3] + (head >> 9 & 1)
    return starts


def stuffing(data: bytes, secret: bytes) -> bytes:
    """The secret in the place of what fills the frames of the silent second."""
    at = data.index(b"\x55" * 200)
    return data[:at] + secret[:200] + data[at + 200 :]


def id3(data: bytes, secret: bytes) -> bytes:
    frame = b"PRIV" + bytes(len(secret) >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(2) + secret
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + size + frame + data[20:]


MP3: dict[str, Plant] = {
    "trailing": lambda data, secret: data + secret,
    "ID3v1": lambda data, secret: data + b"TAG" + secret[:125],
    "APE": lambda data, secret: data + b"APETAGEX" + struct.pack("<IIII", 2000, 32 + len(secret), 0, 0) + secret,
    "ID3v2": id3,
    "padding of the tag": lambda data, secret: (
        data[:6] + bytes(len(secret) >> shift & 0x7F for shift in (21, 14, 7, 0)) + secret + data[20:]
    ),
    "between frames": lambda data, secret: data[: frames_at(data)[9]] + secret + data[frames_at(data)[9] :],
    "in the table": lambda data, secret: data[:250] + secret[:100] + data[350:],
    "in stuffing": stuffing,
}

IN_PLACE = ("in the table", "in stuffing")
# The first track of these is their picture.
PICTURE_FIRST: dict[str, Plant] = {
    name: plant for name, plant in MP4.items() if name not in ("description", "free in a description", "decoder")
} | {
    "description": within(*SOUND, b"stsd", b"avc1", name=b"abcd"),
    "free in a description": within(*SOUND, b"stsd", b"avc1"),
    "colours of a profile": within(*SOUND, b"stsd", b"avc1", name=b"colr"),
    "parameter sets": longer(*SOUND, b"stsd", b"avc1", b"avcC"),
}

CASES = [
    (suffix, name, plant)
    for suffix, plants in (
        ("m4a", MP4),
        ("mp4", PICTURE_FIRST),
        ("mov", PICTURE_FIRST),
        ("wav", WAV),
        ("flac", FLAC),
        ("mkv", MKV),
        ("webm", WEBM),
        ("opus", OPUS),
        ("ogg", VORBIS),
        ("mp3", MP3),
    )
    for name, plant in plants.items()
]


@pytest.mark.parametrize(("suffix", "name", "plant"), CASES, ids=[f"{suffix}: {name}" for suffix, name, _ in CASES])
def test_a_recording_beside_the_sound_is_found(
    redacted: Path, tmp_path: Path, suffix: str, name: str, plant: Plant
) -> None:
    path = tmp_path / f"a.{suffix}"
    secret = (redacted / "original.opus").read_bytes()
    path.write_bytes(plant((redacted / f"a.{suffix}").read_bytes(), secret))
    assert path.stat().st_size > (redacted / f"a.{suffix}").stat().st_size or name in IN_PLACE
    # The streams and tags are those of the file as it was redacted: none of these plants shows there.
    check = every_byte(path, probe(redacted / f"a.{suffix}"), output_format=format_of(path.suffix))
    assert check.verdict is ProofVerdict.UNCHECKED, check
    assert "not accounted for: " in check.detail


@pytest.mark.parametrize(
    ("suffix", "plant"),
    [
        ("m4a", MP4["free"]),
        ("mp4", MP4["media"]),
        ("wav", WAV["JUNK"]),
        ("flac", FLAC["padding"]),
        ("mkv", MKV["void"]),
    ],
)
def test_prove_says_so_in_one_line(redacted: Path, tmp_path: Path, suffix: str, plant: Plant) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(plant((redacted / f"a.{suffix}").read_bytes(), (redacted / "original.opus").read_bytes()))
    done = CliRunner().invoke(main, ["prove", str(path), "--plan", str(redacted / "plan.json")])
    assert done.exit_code == 10, done.output
    assert "could not check (every byte: not accounted for: " in done.stderr
    assert done.stderr.count("\n") == 1
