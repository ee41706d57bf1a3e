"""Looks at the first bytes and boxes of a file for what ffmpeg does not say: playlists, encryption, chains."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

MOOV_LIMIT = 64 << 20
BOX_LIMIT = 10_000
OGG_PAGE_LIMIT = 1 << 17
_OGG_HEAD, _OGG_BEGINS = 27, 2
_PLAYLISTS = (b"#extm3u", b"ffconcat", b"<mpd", b"<?xml", b"<smil", b"v=0\r", b"v=0\n", b"[playlist]")
_PAGES = (b"<!doctype", b"<html", b"<head")
# Bytes between the head of a box and the boxes in it: a version and a count, or a picture's description.
_HEADS = {b"stsd": 8, b"hvc1": 78, b"hev1": 78}


def is_playlist(fd: int) -> bool:
    """Whether the open file is a list of other files, whatever its name says."""
    return _head(fd).startswith(_PLAYLISTS)


def is_page(fd: int) -> bool:
    """Whether the open file is a web page, as a failed download leaves one."""
    return _head(fd).startswith(_PAGES)


def is_encrypted(fd: int) -> bool:
    """Whether the ``moov`` box of the open file carries a protection scheme; False for anything that is not MP4."""
    moov = _top_level(fd, b"moov")
    return b"sinf" in moov and b"schm" in moov


def is_cut_ogg(fd: int) -> bool:
    """Whether the last page of an Ogg file does not end where the file ends."""
    if os.pread(fd, 4, 0) != b"OggS":
        return False
    size = os.fstat(fd).st_size
    tail = os.pread(fd, OGG_PAGE_LIMIT, max(0, size - OGG_PAGE_LIMIT))
    page = tail[tail.rfind(b"OggS") :]
    return len(page) < 27 or len(page) < 27 + page[26] or len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])


def ogg_recordings(fd: int) -> int:
    """How many recordings follow one another in an Ogg file (RFC 3533: chained streams); 0 where it is no Ogg file.

    Each begins with a page that says so; those of one recording, of sound and picture, come together at its start.
    """
    at, count, beginning = 0, 0, False
    while len(head := os.pread(fd, _OGG_HEAD, at)) == _OGG_HEAD and head[:4] == b"OggS":
        begins = bool(head[5] & _OGG_BEGINS)
        count += begins and not beginning
        beginning = begins
        at += _OGG_HEAD + head[26] + sum(os.pread(fd, head[26], at + _OGG_HEAD))
    return count


def _head(fd: int) -> bytes:
    return os.pread(fd, 256, 0).removeprefix(b"\xef\xbb\xbf").lstrip().lower()


def _top_level(fd: int, wanted: bytes) -> bytes:
    """The first ``MOOV_LIMIT`` bytes of the wanted top-level box; empty where the file has none."""
    for name, position, size in _boxes(fd, 0, os.fstat(fd).st_size):
        if name == wanted:
            return os.pread(fd, min(size, MOOV_LIMIT), position)
        if not name.isalnum():
            break
    return b""


def inside(fd: int, names: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Position and size of every box at the end of the path ``names``; ``a|b`` is either, heads included."""
    yield from _within(fd, names, 0, os.fstat(fd).st_size)


def _within(fd: int, names: Sequence[bytes], position: int, end: int) -> Iterator[tuple[int, int]]:
    for name, at, size in _boxes(fd, position, end):
        if name in names[0].split(b"|"):
            if len(names) == 1:
                yield at, size
            else:
                yield from _within(fd, names[1:], at + 8 + _HEADS.get(name, 0), at + size)


def _boxes(fd: int, position: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, position and size of the boxes that follow one another, up to ``BOX_LIMIT``."""
    for _ in range(BOX_LIMIT):
        head = os.pread(fd, 16, position)
        if position + 8 > end or len(head) < 8:
            return
        size = int.from_bytes(head[:4])
        if size == 1 and len(head) == 16:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = end - position
        if size < 8:
            return
        yield head[4:8], position, min(size, end - position)
        position += size
