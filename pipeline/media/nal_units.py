"""The units of a compressed picture, told apart by our own reading: what is seen, and what hides beside it.

ffmpeg's filter takes units out of packets, but not out of the header of the container, where HEVC may keep messages
(SEI) too; so the header is cleaned here, and what is left is counted here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import command, container_checks, untrusted_input
from pipeline.media.tool_process import child

PIECE = 1 << 20
LONGEST_UNIT = 64 << 20
# Parameter sets of x264, x265 and phones have 20 to 150 bytes; with scaling lists of their own some hundred more.
LONGEST_SET, LONGEST_MARK = 1024, 2
_START = b"\x00\x00\x01"
_HVCC_HEAD = 23
_FREE_HEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """A codec whose pictures may be copied: only units of the types ``kept`` (slices, parameter sets) are.

    ``sets`` are the types of parameter sets, ``marks`` those of units that only mark where a picture begins.
    """

    name: str
    kept: frozenset[int]
    sets: frozenset[int]
    marks: frozenset[int]
    shift: int
    mask: int

    @property
    def types(self) -> str:
        """The kept types as ffmpeg's ``filter_units`` takes them."""
        return "|".join(map(str, sorted(self.kept)))

    def type_of(self, unit: bytes) -> int:
        """The type that the first byte of a unit says."""
        return unit[0] >> self.shift & self.mask

    def longest(self, kind: int) -> int:
        """The bytes that a unit of this type may have: a slice any number, what describes or marks pictures few."""
        if kind in self.marks:
            return LONGEST_MARK
        return LONGEST_SET if kind in self.sets else LONGEST_UNIT

    def layer_of(self, unit: bytes) -> int:
        """The layer of a unit; only 0 is shown. Layers of H.264 have types of their own, which are not kept."""
        return 0 if self.shift == 0 else (unit[0] & 1) << 5 | unit[1] >> 3


# SEI (hidden captions, encoder banners), delimiters, fillers, and private and reserved units go.
H264 = Codec(
    name="h264",
    kept=frozenset({*range(1, 6), *range(7, 10)}),
    sets=frozenset({7, 8}),
    marks=frozenset({9}),
    shift=0,
    mask=31,
)
HEVC = Codec(
    name="hevc",
    kept=frozenset({*range(10), *range(16, 22), *range(32, 35)}),
    sets=frozenset({32, 33, 34}),
    marks=frozenset(),
    shift=1,
    mask=63,
)
CODECS = {codec.name: codec for codec in (H264, HEVC)}


def units(path: Path, codec: Codec) -> Iterator[bytes]:
    """Every unit of the first picture of the file in order, those of the container's header among them."""
    with untrusted_input.opened(path) as fd:
        picture = command.opened_input(fd)["V:0"]
        bare = picture.output("pipe:1", format=codec.name, c="copy", **{"bsf:v": f"{codec.name}_mp4toannexb"})
        with child(command.argv(bare), fds=[fd]) as running:
            yield from _split(iter(lambda: running.read(PIECE), b""))
            if running.finish() != 0:
                raise untrusted_input.damaged()


def clean_header(path: Path) -> None:
    """Take every unit that is no parameter set out of the HEVC header of an MP4 or MOV file of ours, in place.

    The room becomes a ``free`` box of zeros, so that nothing else moves. Raises ``InputRefused`` for a header that
    cannot be read.
    """
    fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        headers = container_checks.inside(
            fd, (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hvc1|hev1", b"hvcC")
        )
        for position, size in headers:
            header = os.pread(fd, size, position)
            os.pwrite(fd, _cleaned(header), position)
        os.fsync(fd)
    finally:
        os.close(fd)


def _split(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The units between start codes, without the zeros that may stand before one."""
    held = b""
    for piece in pieces:
        *whole, held = (held + piece).split(_START)
        yield from (unit for part in whole if (unit := part.rstrip(b"\x00")))
        if len(held) > LONGEST_UNIT:
            raise InputRefused("a picture cannot be taken apart", action=untrusted_input.OTHER_FILE)
    if unit := held.rstrip(b"\x00"):
        yield unit


def _cleaned(box: bytes) -> bytes:
    """The ``hvcC`` box with parameter sets alone, followed by a ``free`` box in the room of the others."""
    start = _FREE_HEAD + _HVCC_HEAD
    kept, at = [], start
    for _ in range(box[start - 1]):
        end = at + 3
        for _ in range(int.from_bytes(box[at + 1 : at + 3])):
            end += 2 + int.from_bytes(box[end : end + 2])
        if end > len(box):
            raise untrusted_input.damaged()
        if box[at] & HEVC.mask in HEVC.kept:
            kept.append(box[at:end])
        at = end
    body = box[_FREE_HEAD : start - 1] + bytes([len(kept)]) + b"".join(kept)
    room = len(box) - _FREE_HEAD - len(body)
    if room == 0:
        return box
    if room < _FREE_HEAD:
        raise untrusted_input.damaged()
    header = (_FREE_HEAD + len(body)).to_bytes(4) + b"hvcC" + body
    return header + room.to_bytes(4) + b"free" + bytes(room - _FREE_HEAD)
