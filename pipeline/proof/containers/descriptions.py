"""What a file says of its codecs: fixed headers, and descriptions whose lengths must add up."""

from __future__ import annotations

import re
from collections.abc import Callable

LONGEST_HEAD = 96
# How sound and picture are described, before the boxes in that description: 28 bytes for sound, in QuickTime 44 or 64,
# and 78 for a picture, whose name of a program must be empty.
_SOUND = re.compile(rb"\0{6}\0\x01(?:\0\0.{18}|\0\x01.{34}|\0\x02.{54})", re.DOTALL)
_PICTURE = re.compile(rb"\0{6}\0\x01.{34}\0{32}.{4}", re.DOTALL)
ENTRIES = {b"mp4a": _SOUND, b"avc1": _PICTURE, b"hvc1": _PICTURE, b"hev1": _PICTURE}
INSIDE: dict[bytes, tuple[bytes, ...]] = {
    b"mp4a": (b"esds", b"btrt", b"wave", b"chan"),
    b"wave": (b"frma", b"mp4a", b"esds", b"\0\0\0\0"),
    b"avc1": (b"avcC", b"pasp", b"btrt", b"colr", b"fiel"),
    b"hvc1": (b"hvcC", b"pasp", b"btrt", b"colr", b"fiel"),
    b"hev1": (b"hvcC", b"pasp", b"btrt", b"colr", b"fiel"),
}
# The longest that says plain AAC has 5 bytes; one with a list of channels could hold a text of 255 bytes more.
_LONGEST_AAC = 8
_LENGTH = rb"(?:\x80{1,3})?[\0-\x7f]"
_ELEMENTARY_STREAM = re.compile(
    rb"\0{4}\x03" + _LENGTH + rb".{3}\x04" + _LENGTH + rb".{13}\x05" + _LENGTH
    + rb".{2,%d}\x06" % _LONGEST_AAC + _LENGTH + rb"\x02",
    re.DOTALL,
)  # fmt: skip
_HIGH_PROFILES = {100, 110, 122, 144, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_HVCC_HEAD = 23


def is_plain_aac(content: bytes) -> bool:
    """Whether an AudioSpecificConfig is no longer than one of plain AAC."""
    return 2 <= len(content) <= _LONGEST_AAC


def is_whole_avc(content: bytes) -> bool:
    """Whether an AVCDecoderConfigurationRecord holds parameter sets and nothing behind them."""
    if len(content) < 7 or content[0] != 1:
        return False
    at = _behind_sets(content, 6, content[5] & 31)
    if at < len(content):
        at = _behind_sets(content, at + 1, content[at])
    if at == len(content):
        return True
    # High profiles say the kind of colour in four bytes more, of which the last counts further sets.
    has_more = content[1] in _HIGH_PROFILES and at + 4 <= len(content)
    return has_more and _behind_sets(content, at + 4, content[at + 3]) == len(content)


def is_whole_hevc(content: bytes) -> bool:
    """Whether an HEVCDecoderConfigurationRecord holds arrays of units and nothing behind them."""
    if len(content) < _HVCC_HEAD or content[0] != 1:
        return False
    at = _HVCC_HEAD
    for _ in range(content[_HVCC_HEAD - 1]):
        at = _behind_sets(content, at + 3, int.from_bytes(content[at + 1 : at + 3]))
    return at == len(content)


def _behind_sets(content: bytes, at: int, count: int) -> int:
    """Where so many units end that follow one another, each after its length."""
    for _ in range(count):
        if at + 2 > len(content):
            return len(content) + 1
        at += 2 + int.from_bytes(content[at : at + 2])
    return at


LEAVES: dict[bytes, re.Pattern[bytes] | Callable[[bytes], bool]] = {
    b"esds": _ELEMENTARY_STREAM,
    b"avcC": is_whole_avc,
    b"hvcC": is_whole_hevc,
    b"btrt": re.compile(rb".{12}", re.DOTALL),
    b"pasp": re.compile(rb".{8}", re.DOTALL),
    b"fiel": re.compile(rb".{2}", re.DOTALL),
    b"colr": re.compile(rb"nclx.{7}|nclc.{6}", re.DOTALL),
    b"chan": re.compile(rb"\0{4}.{8}\0{4}", re.DOTALL),
    b"frma": re.compile(rb"mp4a"),
    b"mp4a/wave": re.compile(rb"\0{4}"),
    b"\0\0\0\0": re.compile(rb""),
}
