"""Every byte of an MP3 file: a bare ID3v2 header, frames that follow one another to the end, and what fills them.

After MPEG-1 Layer III (ISO/IEC 11172-3): the side information of a frame says how many bits of it are sound, and where
they begin. What lies between the sound of two frames is stuffing, in which a whole recording would have room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.media import Probe
from pipeline.proof.containers.source import FileBytes, Malformed, Unaccounted

_TAG_HEAD, _TAG_FRAME_HEAD = 10, 10
_WRITER = re.compile(rb"[\x00\x03]Lavf[\d.]{0,16}\x00?")
_BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES = (44100, 48000, 32000)
_HEAD, _CRC = 4, 2
# The first frame holds no sound but a table: flags, counts, where which hundredth lies, and who wrote it (36 bytes).
_TABLE = re.compile(rb"(?:Xing|Info)\x00{3}[\x00-\x0f].{0,112}(?:(?:LAME|Lav[fc]).{32})?\x00*", re.DOTALL)
# LAME fills what it has no use for with its name, as far as there is room, and bits that alternate; once before and
# once behind the sound. Runs of any number would spell something. Mostly they begin at a whole byte.
_FILLED = re.compile(rb"(?:LAME(?:3\.\d{2,3})?)?(?:\x55*|\xaa*|\x00*)")
_NAME = "".join(f"{letter:08b}" for letter in b"LAME3.")
_VERSION = re.compile(r"(?:0011[01]{4}){0,3}")
MOST_RUNS, _LETTER = 3, 8


@dataclass(frozen=True, slots=True)
class _Frame:
    """One frame: where it lies, where its sound data begin, how many bits of sound it has and how far back they are."""

    start: int
    end: int
    data: int
    bits: int
    back: int


def unaccounted(file: FileBytes, probe: Probe) -> Iterator[Unaccounted]:
    """What of an MP3 file is no frame, and what in frames is neither sound nor stuffing."""
    at = 0
    if file.read(0, 3) == b"ID3":
        at = _TAG_HEAD + _synchsafe(file.read(6, 4))
        if not _is_bare_tag(file.read(0, min(at, file.size))):
            yield Unaccounted("a tag before the sound", 0, at)
    table = _frame(file, at)
    if table is None:
        raise Malformed
    if not _TABLE.fullmatch(file.read(table.data, table.end - table.data)):
        yield Unaccounted("a first frame that is no table", table.data, table.end)
    at = last = table.end
    waiting, before = bytearray(), None
    while (frame := _frame(file, at)) is not None:
        # The sound of a frame begins so many bytes before its own data, in those of the frames before it.
        begins = len(waiting) - frame.back
        if before is not None and begins * 8 < before:
            raise Malformed
        if before is not None and not _is_stuffing(waiting[before // 8 : begins], before % 8):
            yield Unaccounted("what fills a frame beside its sound", last, at)
        before = None if begins < 0 else frame.bits
        waiting = waiting[max(0, begins) :] + file.read(frame.data, frame.end - frame.data)
        last, at = at, frame.end
    if before is not None and not _is_stuffing(waiting[before // 8 :], before % 8):
        yield Unaccounted("what fills a frame beside its sound", last, at)
    yield Unaccounted("what follows the last frame", at, file.size)


def _synchsafe(data: bytes) -> int:
    """A number of 28 bits, 7 in each byte (ID3v2, section 6.2)."""
    return sum((byte & 0x7F) << shift for byte, shift in zip(data, (21, 14, 7, 0), strict=True))


def _is_bare_tag(tag: bytes) -> bool:
    """Whether an ID3v2 tag holds nothing, or only the name of the program that wrote it."""
    body = tag[_TAG_HEAD:]
    if tag[3:6] not in (b"\x03\0\0", b"\x04\0\0"):
        return False
    if body[:4] == b"TSSE":
        size = _synchsafe(body[4:8])
        text, body = body[_TAG_FRAME_HEAD : _TAG_FRAME_HEAD + size], body[_TAG_FRAME_HEAD + size :]
        if not _WRITER.fullmatch(text):
            return False
    return not any(body)


def _frame(file: FileBytes, at: int) -> _Frame | None:
    """The frame that begins exactly here, or None where none does."""
    if at + _HEAD > file.size:
        return None
    head = int.from_bytes(file.read(at, _HEAD))
    bitrate, rate = head >> 12 & 15, head >> 10 & 3
    if head >> 17 != 0x7FFD or bitrate in (0, 15) or rate == 3:
        return None
    size = 144 * _BITRATES[bitrate] * 1000 // _RATES[rate] + (head >> 9 & 1)
    channels = 1 if head >> 6 & 3 == 3 else 2
    side = 17 if channels == 1 else 32
    info = at + _HEAD + (0 if head >> 16 & 1 else _CRC)
    if at + size > file.size or info + side > at + size:
        return None
    bits = int.from_bytes(file.read(info, side))
    return _Frame(
        start=at,
        end=at + size,
        data=info + side,
        bits=_sound_bits(bits, 8 * side, channels),
        back=bits >> 8 * side - 9,
    )


def _sound_bits(info: int, size: int, channels: int) -> int:
    """The bits of sound in both granules, which the side information ``info`` of ``size`` bits gives."""
    # 9 bits say how far back, then come private bits and 4 flags a channel; each granule takes 59 bits.
    at = 9 + (5 if channels == 1 else 3) + 4 * channels
    return sum(info >> (size - at - 59 * number - 12) & 0xFFF for number in range(2 * channels))


def _is_stuffing(data: bytes | bytearray, used: int) -> bool:
    """Whether what follows the first ``used`` bits of some bytes is what an encoder fills frames with."""
    if _FILLED.fullmatch(data[1:] if used else data):
        return True
    bits = f"{int.from_bytes(data):0{8 * len(data)}b}"[used:]
    return any(_is_filled(bits[skipped:], MOST_RUNS) for skipped in range(_LETTER))


def _is_filled(bits: str, runs: int) -> bool:
    """Whether bits are so many runs at most, each of a name, whole or cut, and of bits that alternate or are 0."""
    at = 0
    while at < min(len(bits), len(_NAME)) and bits[at] == _NAME[at]:
        at += 1
    if at == len(_NAME) and (version := _VERSION.match(bits, at)):
        at = version.end()
    end = at + 1
    while end < len(bits) and bits[end] != bits[end - 1]:
        end += 1
    if end >= len(bits) or "1" not in bits[at:]:
        return True
    # The name begins with bits that alternate, so that the run before may have taken a few of them.
    starts = [start for start in range(end, max(-1, end - 4), -1) if bits.startswith(_NAME[:_LETTER], start)]
    return runs > 1 and any(_is_filled(bits[start:], runs - 1) for start in starts if start)
