"""Reads the writing in a picture with tesseract, a few frames at a time; the only caller of tesseract."""

from __future__ import annotations

import csv
import functools
import io
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigurationError, TryAgain
from pipeline.media import tools
from pipeline.media.frames import Frame, frames
from pipeline.media.standing_writing import Ink, Look, Looks
from pipeline.media.stillness import is_still
from pipeline.media.tool_process import child
from pipeline.records import OcrLine, OcrResult, OcrWord, Region

# Writing in a lower picture is too small to be read as it is.
HIGH = 720
TEXT_LIMIT = 4 << 20
# Few enough that the reader is done long before it counts as standing still.
MOST_TOGETHER, MOST_BYTES = 8, 16 << 20
_PAGE_LEVEL, _WORD_LEVEL = "1", "5"
_PAGE = ("--psm", "11", "-l", tools.LANGUAGE, "tsv")
_TIFF = b"II*\0" + struct.pack("<I", 8)
_COUNT, _ENTRY, _NEXT = struct.Struct("<H"), struct.Struct("<HHII"), struct.Struct("<I")
_LONG = 4
# Width, height, bits, compression, what is black, where the samples are, channels, rows in a strip, its bytes.
_TAGS = (256, 257, 258, 259, 262, 273, 277, 278, 279)
_DEPTH, _PLAIN, _BLACK_IS_0, _CHANNELS = 8, 1, 1, 1
Page = NDArray[np.uint8]
Line = tuple[OcrWord, ...]
Writing = tuple[str, float, float]
"""A line's text and where it begins, so that the same line read again is not followed twice."""
Cover = Callable[[Frame], None]
"""Blanks what of a frame nobody may see."""


@dataclass(frozen=True, slots=True)
class Still:
    """A frame that differs from the one before, and the time of the last look that saw it, in seconds."""

    frame: Frame
    look: Look
    last_s: float


def version() -> str | None:
    """The reader and its version; None where there is none."""
    tool = tools.reader()
    return None if tool.version is None else f"{tool.name} {tool.version}"


def read(path: Path, *, per_second: float, cover: Cover | None = None) -> OcrResult:
    """All writing in the first picture of the file, looked at ``per_second`` times a second where it changed.

    Each line stands from the look before to the look after those at which it was there, also where a look could not
    read it: a page is read as a whole, and what moves elsewhere in it may make the same writing unreadable. ``cover``
    changes each frame beforehand to what may be read of it. Raises ``ConfigurationError`` where there is no reader and
    ``InputRefused`` where the picture cannot be decoded.
    """
    reader = version()
    if reader is None:
        raise ConfigurationError("tesseract is missing", action=f"install it: {tools.reader().install}")
    early_s = (0.5 if cover is None else 1.0) / per_second
    lines: list[OcrLine] = []
    standing: dict[Writing, tuple[int, Ink]] = {}
    looked, first_s = 0, 0.0
    for stills in _together(_still(path, per_second, cover)):
        for still, words_of_lines in zip(stills, read_pages([_page(still.frame) for still in stills]), strict=True):
            first_s = first_s if looked else still.frame.at_s
            looked += 1
            end_s = still.last_s + 1.5 / per_second
            standing = {
                writing: (index, ink) for writing, (index, ink) in standing.items() if still.look.still_has(ink)
            }
            for index, _ in standing.values():
                lines[index] = replace(lines[index], end_s=end_s)
            for words in words_of_lines:
                region = _region(words)
                began_s = still.look.began_s(region)
                began_s = still.frame.at_s if began_s is None else began_s
                start_s = max(0.0, began_s - early_s) if began_s > first_s else 0.0
                standing.setdefault(_writing(words), (len(lines), still.look.ink(region)))
                lines.append(OcrLine(start_s=start_s, end_s=end_s, words=words))
    return OcrResult(reader=reader, frames=looked, lines=tuple(lines))


def _region(words: Line) -> Region:
    return functools.reduce(Region.union, (word.region for word in words))


def _writing(words: Line) -> Writing:
    place = _region(words)
    return " ".join(word.text for word in words), round(place.left, 2), round(place.top, 2)


def _still(path: Path, per_second: float, cover: Cover | None) -> Iterator[Still]:
    """Each frame that differs from the one before, with the time of the last look that saw it."""
    held: Still | None = None
    looks = Looks()
    for frame in frames(path, gray=True, per_second=per_second, as_shown=cover is not None):
        if cover is not None:
            cover(frame)
        look = looks.at(frame.planes[0], frame.at_s)
        if held is not None and is_still(held.look.squares, look.squares):
            held = replace(held, last_s=frame.at_s)
            continue
        if held is not None:
            yield held
        held = Still(frame, look, frame.at_s)
    if held is not None:
        yield held


def _together(stills: Iterable[Still]) -> Iterator[list[Still]]:
    """A few at a time: the reader takes longer to start than to read a frame."""
    waiting: list[Still] = []
    for still in stills:
        waiting.append(still)
        if len(waiting) == MOST_TOGETHER or sum(len(each.frame.data) for each in waiting) >= MOST_BYTES:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def read_pages(pages: Sequence[Page]) -> list[list[Line]]:
    """The lines of writing on each gray page, shape (height, width); raises ``TryAgain`` unless all were read."""
    with child([tools.READER, "stdin", "stdout", *_PAGE], feeds=True) as running:
        taken = all(running.write(memoryview(part)) for part in tiff(pages))
        running.end_input()
        limit = TEXT_LIMIT * len(pages)
        text = running.read(limit)
        if not taken or len(text) == limit or running.finish() != 0:
            raise _unread()
    return _of_table(text.decode("utf-8", "replace"), pages)


def _page(frame: Frame) -> Page:
    times = 2 if frame.height < HIGH else 1
    return np.repeat(np.repeat(frame.planes[0], times, axis=0), times, axis=1)


def tiff(pages: Sequence[Page]) -> Iterator[bytes]:
    """Gray pages as one TIFF file, piece by piece; nothing is compressed."""
    at = len(_TIFF)
    yield _TIFF
    for number, page in enumerate(pages, start=1):
        height, width = page.shape
        samples = at + _COUNT.size + len(_TAGS) * _ENTRY.size + _NEXT.size
        at = samples + width * height
        values = (width, height, _DEPTH, _PLAIN, _BLACK_IS_0, samples, _CHANNELS, height, width * height)
        entries = (_ENTRY.pack(tag, _LONG, 1, value) for tag, value in zip(_TAGS, values, strict=True))
        yield _COUNT.pack(len(_TAGS)) + b"".join(entries) + _NEXT.pack(0 if number == len(pages) else at)
        yield page.tobytes()


def _of_table(table: str, pages: Sequence[Page]) -> list[list[Line]]:
    """The words of each line of writing on each page, from tesseract's table; ``TryAgain`` unless all were read."""
    lines: list[dict[tuple[str, ...], list[OcrWord]]] = [defaultdict(list) for _ in pages]
    read = 0
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        read += row["level"] == _PAGE_LEVEL
        if row["level"] != _WORD_LEVEL or not (row["text"] or "").strip():
            continue
        page = int(row["page_num"]) - 1
        height, width = pages[page].shape
        left, top = int(row["left"]) / width, int(row["top"]) / height
        region = Region(
            left=left,
            top=top,
            right=min(1.0, left + int(row["width"]) / width),
            bottom=min(1.0, top + int(row["height"]) / height),
        )
        confidence = min(1.0, max(0.0, float(row["conf"]) / 100))
        place = tuple(row[key] for key in ("block_num", "par_num", "line_num"))
        lines[page][place].append(OcrWord(text=row["text"].strip(), region=region, confidence=round(confidence, 3)))
    if read != len(pages):
        raise _unread()
    return [[tuple(words) for words in words_of_lines.values()] for words_of_lines in lines]


def _unread() -> TryAgain:
    return TryAgain("the writing in a picture could not be read", action="run again")
