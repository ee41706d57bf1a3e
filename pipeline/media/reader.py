"""Reads the writing in a picture with tesseract, a frame at a time; the only caller of tesseract."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigurationError, TryAgain
from pipeline.media import tools
from pipeline.media.child import child
from pipeline.media.frames import Frame, frames
from pipeline.records import Region, Seen, SeenLine, SeenWord

# Writing in a lower picture is too small to be read as it is.
HIGH = 720
SQUARE = 8
LEAST_CHANGED = 6.0
TEXT_LIMIT = 4 << 20
_WORD_LEVEL = "5"
_PAGE = ("--psm", "11", "-l", tools.LANGUAGE, "tsv")


def version() -> str | None:
    """The reader and its version; None where there is none."""
    tool = tools.reader()
    return None if tool.version is None else f"{tool.name} {tool.version}"


def read(path: Path, *, per_second: float) -> Seen:
    """All writing in the first picture of the file, looked at ``per_second`` times a second where it changed.

    Each line stands from the look before to the look after those at which it was there. Raises
    ``ConfigurationError`` where there is no reader and ``InputRefused`` where the picture cannot be decoded.
    """
    reader = version()
    if reader is None:
        raise ConfigurationError("tesseract is missing", action=f"install it: {tools.reader().install}")
    lines: list[SeenLine] = []
    looked = 0
    for frame, last_s in _still(path, per_second):
        start_s = max(0.0, frame.at_s - 0.5 / per_second) if looked else 0.0
        end_s = last_s + 1.5 / per_second
        looked += 1
        lines += [SeenLine(start_s=start_s, end_s=end_s, words=words) for words in _lines(frame)]
    return Seen(reader=reader, frames=looked, lines=tuple(lines))


def _still(path: Path, per_second: float) -> Iterator[tuple[Frame, float]]:
    """Each frame that differs from the one before, with the time of the last look that saw it."""
    held: tuple[Frame, NDArray[np.float32]] | None = None
    last_s = 0.0
    for frame in frames(path, gray=True, per_second=per_second):
        squares = _squares(frame.planes[0])
        if held is None or held[1].shape != squares.shape or np.abs(held[1] - squares).max() > LEAST_CHANGED:
            if held is not None:
                yield held[0], last_s
            held = (frame, squares)
        last_s = frame.at_s
    if held is not None:
        yield held[0], last_s


def _squares(plane: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The mean brightness of each square of the picture, the rest at its edges included by repeating it."""
    height, width = plane.shape
    full = np.pad(plane, ((0, -height % SQUARE), (0, -width % SQUARE)), mode="edge")
    squares = full.reshape(full.shape[0] // SQUARE, SQUARE, full.shape[1] // SQUARE, SQUARE)
    return np.asarray(squares.mean(axis=(1, 3), dtype=np.float32))


def _lines(frame: Frame) -> list[tuple[SeenWord, ...]]:
    plane = frame.planes[0]
    times = 2 if frame.height < HIGH else 1
    big = np.repeat(np.repeat(plane, times, axis=0), times, axis=1)
    height, width = big.shape
    image = b"P5 %d %d 255\n" % (width, height) + big.tobytes()
    with child([tools.READER, "stdin", "stdout", *_PAGE], feeds=True) as running:
        taken = running.write(memoryview(image))
        running.end_input()
        text = running.read(TEXT_LIMIT)
        if not taken or len(text) == TEXT_LIMIT or running.finish() != 0:
            raise TryAgain("the writing in a picture could not be read", action="run again")
    return _of_table(text.decode("utf-8", "replace"), width, height)


def _of_table(table: str, width: int, height: int) -> list[tuple[SeenWord, ...]]:
    """The words of each line of writing, from tesseract's table."""
    lines: dict[tuple[str, ...], list[SeenWord]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] != _WORD_LEVEL or not (row["text"] or "").strip():
            continue
        left, top = int(row["left"]) / width, int(row["top"]) / height
        region = Region(
            left=left,
            top=top,
            right=min(1.0, left + int(row["width"]) / width),
            bottom=min(1.0, top + int(row["height"]) / height),
        )
        confidence = min(1.0, max(0.0, float(row["conf"]) / 100))
        place = tuple(row[key] for key in ("page_num", "block_num", "par_num", "line_num"))
        lines[place].append(SeenWord(text=row["text"].strip(), region=region, confidence=round(confidence, 3)))
    return [tuple(words) for words in lines.values()]
