"""Every byte of a FLAC file: its description, empty padding, and frames that follow one another to the end."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.media import Probe
from pipeline.media.flac import flac_frames
from pipeline.media.isolated.client import Unsupported
from pipeline.proof.containers.comments import is_bare_comment
from pipeline.proof.containers.source import FileBytes, Malformed, Unaccounted

_STREAM_INFO, _PADDING, _COMMENT = 0, 1, 4
_STREAM_INFO_SIZE = 34


def unaccounted(file: FileBytes, probe: Probe) -> Iterator[Unaccounted]:
    """What of a FLAC file is none of what it needs."""
    if file.read(0, 4) != b"fLaC":
        raise Malformed
    at, last, seen = 4, False, set[int]()
    while not last:
        head = file.read(at, 4)
        last, kind, size = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:])
        start, end = at + 4, at + 4 + size
        if end > file.size:
            raise Malformed
        if kind in seen or not _is_known(file, kind, start, end):
            yield Unaccounted("a block beside the sound", at, end)
        seen.add(kind)
        at = end
    frames = flac_frames(file.fd)
    if isinstance(frames, Unsupported) or frames.loose or frames.size != file.size - at:
        yield Unaccounted("what lies between the frames or behind them", at, file.size)


def _is_known(file: FileBytes, kind: int, start: int, end: int) -> bool:
    if kind == _STREAM_INFO:
        return end - start == _STREAM_INFO_SIZE
    if kind == _PADDING:
        return file.is_zero(start, end)
    return kind == _COMMENT and is_bare_comment(file.read(start, end - start))
