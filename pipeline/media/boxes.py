"""Looks at the first bytes and boxes of a file for what ffmpeg does not say: playlists, encryption, a cut end."""

from __future__ import annotations

import os

MOOV_LIMIT = 64 << 20
BOX_LIMIT = 10_000
OGG_PAGE_LIMIT = 1 << 17
UNKNOWN_SIZES = (0, 0xFFFFFFFF)
_PLAYLISTS = (b"#extm3u", b"ffconcat", b"<mpd", b"<?xml", b"<smil", b"v=0\r", b"v=0\n", b"[playlist]")
_PAGES = (b"<!doctype", b"<html", b"<head")


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


def is_cut_wav(fd: int) -> bool:
    """Whether a WAV file is shorter than its own header says; ffmpeg plays such a file without a word."""
    head = os.pread(fd, 12, 0)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return False
    size = int.from_bytes(head[4:8], "little")
    return size not in UNKNOWN_SIZES and size + 8 > os.fstat(fd).st_size + 1


def is_cut_ogg(fd: int) -> bool:
    """Whether the last page of an Ogg file does not end where the file ends."""
    if os.pread(fd, 4, 0) != b"OggS":
        return False
    size = os.fstat(fd).st_size
    tail = os.pread(fd, OGG_PAGE_LIMIT, max(0, size - OGG_PAGE_LIMIT))
    page = tail[tail.rfind(b"OggS") :]
    return len(page) < 27 or len(page) < 27 + page[26] or len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])


def _head(fd: int) -> bytes:
    return os.pread(fd, 256, 0).removeprefix(b"\xef\xbb\xbf").lstrip().lower()


def _top_level(fd: int, wanted: bytes) -> bytes:
    """The first ``MOOV_LIMIT`` bytes of the wanted top-level box; empty where the file has none."""
    position, end = 0, os.fstat(fd).st_size
    for _ in range(BOX_LIMIT):
        head = os.pread(fd, 16, position)
        if len(head) < 8 or not head[4:8].isalnum():
            return b""
        size = int.from_bytes(head[:4])
        if size == 1 and len(head) == 16:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = end - position
        if head[4:8] == wanted:
            return os.pread(fd, min(size, MOOV_LIMIT), position)
        if size < 8:
            return b""
        position += size
    return b""
