"""Every byte of an MP4 or MOV file: boxes that our own writing leaves, and media that the tables point to.

After ISO/IEC 14496-12 (boxes), 14496-14 and -15 (descriptions of AAC, H.264 and HEVC) and QuickTime's file format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pipeline import spans
from pipeline.media import Probe
from pipeline.proof.containers import descriptions
from pipeline.proof.containers.sample_tables import TABLES, SampleTables
from pipeline.proof.containers.source import FileBytes, Malformed, Unaccounted

_ROOM = (b"free", b"skip", b"wide")
_SPAN = tuple[int, int]
# Which boxes may be in which, each once, but for those of ``_SEVERAL``.
_INSIDE: dict[bytes, tuple[bytes, ...]] = {
    b"moov": (b"mvhd", b"trak", b"udta"),
    b"trak": (b"tkhd", b"edts", b"mdia"),
    b"edts": (b"elst",),
    b"mdia": (b"mdhd", b"hdlr", b"minf"),
    b"minf": (b"smhd", b"vmhd", b"hdlr", b"dinf", b"stbl"),
    b"dinf": (b"dref",),
    b"stbl": (b"stsd", b"sgpd", b"sbgp", *TABLES),
    b"stsd": tuple(descriptions.ENTRIES),
    b"udta": (b"meta",),
    b"meta": (b"hdlr", b"ilst"),
    b"ilst": (b"\xa9too",),
    b"\xa9too": (b"data",),
    **descriptions.INSIDE,
}
_SEVERAL = (b"trak",)
# What stands in a box before the boxes in it.
_HEADS: dict[bytes, re.Pattern[bytes]] = {
    b"stsd": re.compile(rb"\0{7}\x01"),
    b"meta": re.compile(rb"\0{4}"),
    **descriptions.ENTRIES,
}
_HANDLER = (
    rb"\0{4}(?:\0{4}|mhlr|dhlr)(?:vide|soun|url |alis|mdir)(?:\0{12}|appl\0{8})"
    rb"(?:[\x0b\x0c]?(?:Sound|Video|Data)Handler\0?|\0?)"
)
# Headers of fixed size; times of making are zero where nothing tells them.
_LEAVES: dict[bytes, re.Pattern[bytes] | Callable[[bytes], bool]] = {
    b"ftyp": re.compile(rb"[\w ]{4}.{4}(?:[\w ]{4}){1,8}", re.DOTALL),
    b"mvhd": re.compile(rb"\0\0{3}\0{8}.{88}|\x01\0{3}\0{16}.{92}", re.DOTALL),
    b"tkhd": re.compile(rb"\0.{3}\0{8}.{72}|\x01.{3}\0{16}.{76}", re.DOTALL),
    b"mdhd": re.compile(rb"\0{4}\0{8}.{12}|\x01\0{3}\0{16}.{16}", re.DOTALL),
    b"elst": re.compile(rb"\0{7}[\x01-\x04](?:.{12}){1,4}|\x01\0{6}[\x01-\x04](?:.{20}){1,4}", re.DOTALL),
    b"hdlr": re.compile(_HANDLER),
    b"smhd": re.compile(rb"\0{8}"),
    b"vmhd": re.compile(rb"\0{3}\x01\0{8}"),
    b"dref": re.compile(rb"\0{7}\x01\0{3}\x0curl \0{3}\x01"),
    b"sgpd": re.compile(rb"\x01\0{3}roll\0{3}\x02\0{3}[\x01\x02].{2,4}", re.DOTALL),
    b"data": re.compile(rb"\0{3}\x01\0{4}Lav[fc][\d.]{0,16}"),
    **descriptions.LEAVES,
}


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    body: int
    end: int


@dataclass(slots=True)
class _Movie:
    """What the walk through the boxes collects: where media lie, and the tables of each track."""

    media: list[_SPAN] = field(default_factory=list)
    tracks: list[SampleTables] = field(default_factory=list)


def unaccounted(file: FileBytes, probe: Probe) -> Iterator[Unaccounted]:
    """What of an MP4 file is none of what it needs."""
    movie, seen = _Movie(), set[bytes]()
    at = 0
    for box in _boxes(file, 0, file.size):
        if box.name == b"mdat":
            movie.media.append((box.body, box.end))
        elif box.name in _ROOM:
            yield from _room(file, box)
        elif box.name in (b"ftyp", b"moov") and box.name not in seen:
            yield from _known(file, box, movie, b"")
        else:
            yield Unaccounted("a box beside sound and picture", box.start, box.end)
        seen.add(box.name)
        at = box.end
    yield Unaccounted("what follows the last box", at, file.size)
    if len(movie.tracks) != len(probe.streams):
        raise Malformed
    samples = [span for track in movie.tracks for span in track.samples(file.size)]
    for start, end in spans.subtract(movie.media, samples):
        yield Unaccounted("media that no track plays", start, end)


def _boxes(file: FileBytes, start: int, end: int) -> Iterator[_Box]:
    """The boxes that follow one another, up to what is none."""
    at = start
    while at + 8 <= end:
        head = file.read(at, 8)
        size, body = int.from_bytes(head[:4]), at + 8
        if size == 1 and at + 16 <= end:
            size, body = int.from_bytes(file.read(body, 8)), at + 16
        if size < body - at or at + size > end:
            return
        yield _Box(head[4:], at, body, at + size)
        at += size


def _known(file: FileBytes, box: _Box, movie: _Movie, parent: bytes) -> Iterator[Unaccounted]:
    """What is unaccounted in a box that may be where it is."""
    name = b"mp4a/wave" if (parent, box.name) == (b"wave", b"mp4a") else box.name
    if name == b"trak":
        movie.tracks.append(SampleTables())
    if name in TABLES:
        if not movie.tracks or not movie.tracks[-1].take(name, file.read(box.body, box.end - box.body)):
            yield Unaccounted("a table with more than it needs", box.start, box.end)
        return
    if name in _INSIDE:
        yield from _children(file, box, movie)
        return
    rule, content = _LEAVES.get(name), file.read(box.body, box.end - box.body)
    fits = rule is not None and bool(rule.fullmatch(content) if isinstance(rule, re.Pattern) else rule(content))
    if not fits:
        yield Unaccounted("a header with more than it needs", box.start, box.end)


def _children(file: FileBytes, box: _Box, movie: _Movie) -> Iterator[Unaccounted]:
    at, seen = box.body, set[bytes]()
    head = _HEADS.get(box.name)
    if head is not None:
        match = head.match(file.read(at, min(box.end - at, descriptions.LONGEST_HEAD)))
        if match is None:
            yield Unaccounted("a header with more than it needs", box.start, box.end)
            return
        at += match.end()
    for child in _boxes(file, at, box.end):
        if child.name in _ROOM:
            yield from _room(file, child)
        elif child.name not in _INSIDE[box.name] or (child.name in seen and child.name not in _SEVERAL):
            yield Unaccounted("a box beside sound and picture", child.start, child.end)
        else:
            yield from _known(file, child, movie, box.name)
        seen.add(child.name)
        at = child.end
    yield Unaccounted("what follows the boxes in a box", at, box.end)


def _room(file: FileBytes, box: _Box) -> Iterator[Unaccounted]:
    """Room that was left free must be empty."""
    if not file.is_zero(box.body, box.end):
        yield Unaccounted("a free box that is not empty", box.start, box.end)
