"""Every byte of an Ogg file: pages of one stream that follow one another to the end, its headers, its packets.

After RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), RFC 6716 (Opus packets) and the Vorbis I specification.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.media import Probe
from pipeline.proof.containers.comments import is_bare_comment
from pipeline.proof.containers.source import FileBytes, Malformed, Unaccounted
from pipeline.proof.containers.vorbis import is_bare_setup

_HEAD = 27
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_WHOLE = 255
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_OPUS, _OPUS_TAGS, _VORBIS = b"OpusHead", b"OpusTags", b"vorbis"
_OPUS_FAMILIES = {0, 1, 255}


@dataclass(frozen=True, slots=True)
class _Page:
    """One page: where it lies, its flags and number, and the packets that end on it or go on after it."""

    start: int
    end: int
    flags: int
    serial: bytes
    number: int
    packets: list[bytes]
    goes_on: bool


def unaccounted(file: FileBytes, probe: Probe) -> Iterator[Unaccounted]:
    """What of an Ogg file is none of its one stream."""
    at, number, ended, open_packet, serial = 0, 0, False, b"", None
    goes_on, packets = False, 0
    headers: list[bytes] = []
    while at < file.size:
        page = _page(file, at)
        follows = page is not None and page.number == number and page.serial == (serial or page.serial)
        if page is None or not follows or ended or bool(page.flags & _FIRST) != (number == 0):
            yield Unaccounted("a page of no stream that is played", at, page.end if page else file.size)
            at = page.end if page else file.size
            continue
        if bool(page.flags & _CONTINUED) != goes_on:
            yield Unaccounted("a packet that is not played", page.start, page.end)
        serial, goes_on = page.serial, page.goes_on
        pieces = [open_packet + page.packets[0], *page.packets[1:]] if page.packets else [open_packet]
        open_packet = pieces.pop() if page.goes_on or not page.packets else b""
        for packet in pieces:
            if packets < _headers_of(headers):
                headers.append(packet)
                if not _is_known_header(headers):
                    yield Unaccounted("a header with more than it needs", page.start, page.end)
            elif headers[0].startswith(_OPUS) and not _is_whole_opus(packet):
                yield Unaccounted("a packet that holds more than its sound", page.start, page.end)
            packets += 1
        at, number, ended = page.end, number + 1, bool(page.flags & _LAST)
    if open_packet or not ended:
        raise Malformed


def _page(file: FileBytes, at: int) -> _Page | None:
    """The page that begins exactly here, or None where none does or its checksum is wrong."""
    if at + _HEAD > file.size or file.read(at, 5) != b"OggS\0":
        return None
    head = file.read(at, _HEAD)
    if at + _HEAD + head[26] > file.size:
        return None
    lacing = file.read(at + _HEAD, head[26])
    body_at = at + _HEAD + len(lacing)
    end = body_at + sum(lacing)
    if end > file.size or head[5] & ~(_CONTINUED | _FIRST | _LAST):
        return None
    body = file.read(body_at, end - body_at)
    if _checksum(head[:22] + bytes(4) + head[26:] + lacing + body) != int.from_bytes(head[22:26], "little"):
        return None
    packets, start, size = [], 0, 0
    for value in lacing:
        size += value
        if value < _WHOLE:
            packets.append(body[start : start + size])
            start, size = start + size, 0
    goes_on = bool(lacing) and lacing[-1] == _WHOLE
    if goes_on:
        packets.append(body[start:])
    return _Page(
        start=at,
        end=end,
        flags=head[5],
        serial=head[14:18],
        number=int.from_bytes(head[18:22], "little"),
        packets=packets,
        goes_on=goes_on,
    )


def _checksum(data: bytes) -> int:
    """CRC-32 as Ogg has it: the polynomial of zlib, but bits in the other order, from 0 and not inverted."""
    mirrored = ~zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) & 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def _headers_of(headers: list[bytes]) -> int:
    """How many packets come before the sound."""
    return 2 if headers and headers[0].startswith(_OPUS) else 3


def _is_known_header(headers: list[bytes]) -> bool:
    """Whether the last header that came is what it should be, and nothing more."""
    first, last = headers[0], headers[-1]
    if first.startswith(_OPUS):
        if len(headers) == 2:
            return last.startswith(_OPUS_TAGS) and is_bare_comment(last[len(_OPUS_TAGS) :])
        simple = len(first) == 19 and first[18] == 0
        return simple or (len(first) == 21 + first[9] and first[18] in _OPUS_FAMILIES)
    if len(headers) == 1:
        return first.startswith(b"\x01" + _VORBIS) and len(first) == 30
    if len(headers) == 2:
        return last.startswith(b"\x03" + _VORBIS) and is_bare_comment(last[7:], end=b"\x01")
    return last.startswith(b"\x05" + _VORBIS) and is_bare_setup(last[7:], channels=first[11])


def _is_whole_opus(packet: bytes) -> bool:
    """Whether a packet has no padding but zeros (RFC 6716, section 3.2.5)."""
    if not packet or packet[0] & 3 != 3:
        return bool(packet)
    if len(packet) < 2 or not packet[1] & 0x40:
        return len(packet) >= 2
    at, padding = 2, 0
    while at < len(packet):
        byte = packet[at]
        at += 1
        padding += 254 if byte == 255 else byte
        if byte != 255:
            break
    return padding <= len(packet) - at and not any(packet[len(packet) - padding :])
