"""Which elements a finished Matroska file may have, where, and what may stand in them (RFC 9559, section 5)."""

from __future__ import annotations

import re

from pipeline.proof.containers.comments import is_bare_comment
from pipeline.proof.containers.descriptions import is_plain_aac, is_whole_avc, is_whole_hevc
from pipeline.proof.containers.vorbis import is_bare_setup


def _name(digits: str) -> bytes:
    return bytes.fromhex(digits)


VOID, CRC = _name("ec"), _name("bf")
HEADER, SEGMENT = _name("1a45dfa3"), _name("18538067")
SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = _name("114d9b74"), _name("4dbb"), _name("53ab"), _name("53ac")
INFO, TRACKS, TRACK = _name("1549a966"), _name("1654ae6b"), _name("ae")
TRACK_NUMBER, TRACK_ID, CODEC, CODEC_PRIVATE = _name("d7"), _name("73c5"), _name("86"), _name("63a2")
VIDEO, AUDIO, COLOUR = _name("e0"), _name("e1"), _name("55b0")
CLUSTER, SIMPLE_BLOCK, GROUP, BLOCK = _name("1f43b675"), _name("a3"), _name("a0"), _name("a1")
CUES, CUE, CUE_TIME, CUE_PLACE = _name("1c53bb6b"), _name("bb"), _name("b3"), _name("b7")
CUE_TRACK, CUE_CLUSTER, CUE_OFFSET = _name("f7"), _name("f1"), _name("f0")
CLUSTER_TIME, TAG_NAME = _name("e7"), _name("45a3")
TAGS, TAG, TARGETS, TAG_TRACK, SIMPLE_TAG = (
    _name("1254c367"),
    _name("7373"),
    _name("63c0"),
    _name("63c5"),
    _name("67c8"),
)
# Four features, of three bytes each (WebM's guidelines for containers).
_LONGEST_VP9 = 12
_NUMBER = re.compile(rb".{0,8}", re.DOTALL)
_FLOAT = re.compile(rb"(?:.{4}|.{8})", re.DOTALL)
_WRITER = re.compile(rb"Lavf[\d.]{0,16}")
# Each by where it may be: numbers, and whatever else with what it must look like.
_LEAVES: dict[bytes, dict[str, re.Pattern[bytes]]] = {
    HEADER: {
        **dict.fromkeys(("4286", "42f7", "42f2", "42f3", "4287", "4285"), _NUMBER),
        "4282": re.compile(rb"matroska|webm"),
    },
    SEEK: {"53ab": re.compile(rb".{4}", re.DOTALL), "53ac": _NUMBER},
    INFO: {"2ad7b1": _NUMBER, "4489": _FLOAT, "4d80": _WRITER, "5741": _WRITER},
    TRACK: {
        **dict.fromkeys(
            ("d7", "73c5", "83", "9c", "88", "b9", "55aa", "23e383", "56aa", "56bb", "55ee", "6de7"), _NUMBER
        ),
        "22b59c": re.compile(rb"[a-z]{3}"),
        "86": re.compile(rb"[A-Z0-9_/]{1,24}"),
        "63a2": re.compile(rb".*", re.DOTALL),
    },
    VIDEO: dict.fromkeys(("b0", "ba", "9a", "9d", "54b0", "54ba", "54b2"), _NUMBER),
    COLOUR: dict.fromkeys((f"55b{digit:x}" for digit in range(1, 14)), _NUMBER),
    AUDIO: {"9f": _NUMBER, "6264": _NUMBER, "b5": _FLOAT, "78b5": _FLOAT},
    CLUSTER: {"e7": _NUMBER, "a3": _NUMBER},
    GROUP: {"a1": _NUMBER, "9b": _NUMBER, "fb": _NUMBER, "75a2": _NUMBER},
    TARGETS: {"63c5": _NUMBER, "68ca": _NUMBER},
    SIMPLE_TAG: {
        "45a3": re.compile(rb"DURATION|ENCODER"),
        "4487": re.compile(rb"\d\d:\d\d:\d\d\.\d{1,9}\0{0,2}|Lav[fc][\d.]{0,16}( l\w{1,16}| aac| flac)?"),
        "447a": re.compile(rb"und"),
        "4484": _NUMBER,
    },
}
_MASTERS: dict[bytes, tuple[bytes, ...]] = {
    b"": (HEADER, SEGMENT),
    SEGMENT: (SEEK_HEAD, INFO, TRACKS, TAGS, CLUSTER, CUES),
    SEEK_HEAD: (SEEK,),
    TRACKS: (TRACK,),
    TRACK: (VIDEO, AUDIO),
    VIDEO: (COLOUR,),
    CLUSTER: (GROUP,),
    CUES: (CUE,),
    TAGS: (TAG,),
    TAG: (TARGETS, SIMPLE_TAG),
}
RULES = {_name(digits): rule for leaves in _LEAVES.values() for digits, rule in leaves.items()}
RULES[CRC] = re.compile(rb".{4}", re.DOTALL)
INSIDE = {
    name: {*_MASTERS.get(name, ()), *map(_name, _LEAVES.get(name, ())), *((CRC,) if name else ())}
    for name in {*_MASTERS, *_LEAVES}
}
SEVERAL = {SEEK, TRACK, CLUSTER, SIMPLE_BLOCK, GROUP, CUE, TAG, SIMPLE_TAG}


def is_bare_private(codec: bytes, content: bytes) -> bool:
    """Whether what a decoder is told beforehand is what its codec needs, and nothing more."""
    if codec == b"A_AAC":
        return is_plain_aac(content)
    if codec == b"V_MPEG4/ISO/AVC":
        return is_whole_avc(content)
    if codec == b"V_MPEGH/ISO/HEVC":
        return is_whole_hevc(content)
    if codec == b"V_VP9":
        return len(content) <= _LONGEST_VP9
    if codec == b"A_OPUS":
        return content.startswith(b"OpusHead") and len(content) == (19 if content[18:19] == b"\0" else 21 + content[9])
    return codec == b"A_VORBIS" and _is_bare_vorbis(content)


def _is_bare_vorbis(content: bytes) -> bool:
    """Three headers behind their lengths, laced as in Ogg."""
    sizes: list[int] = []
    at = 1
    while len(sizes) < 2 and at < len(content):
        size = 0
        while at < len(content) and content[at] == 255:
            size, at = size + 255, at + 1
        size, at = size + content[at] if at < len(content) else size, at + 1
        sizes.append(size)
    if content[:1] != b"\x02" or len(sizes) < 2:
        return False
    first, second = content[at : at + sizes[0]], content[at + sizes[0] : at + sum(sizes)]
    third = content[at + sum(sizes) :]
    return (
        len(first) == 30 and is_bare_comment(second[7:], end=b"\x01") and is_bare_setup(third[7:], channels=first[11])
    )
