"""Tables as text, whatever separates their cells: commas, the semicolons of European spreadsheets, tabs or bars."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

DELIMITERS = (",", ";", "\t", "|")
_DECLARED = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
_LINES = 40
"""So many lines are looked at to tell what separates the cells: a report may begin with a block about the meeting."""


class BrokenTable(Exception):
    """A text that is no table: ``args[0]`` is the line, from 1, in which the broken row begins."""


def delimiter_of(text: str) -> str:
    """What separates the cells of a table: what most of its first lines have equally often outside quotes, or a comma.

    Spreadsheets of some languages say it in a first line ``sep=;``.
    """
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    if lines and (declared := _DECLARED.fullmatch(lines[0])):
        return declared[1]
    bare = ["".join(line.split('"')[::2]) for line in lines]
    return max(DELIMITERS, key=lambda delimiter: _evenness([line.count(delimiter) for line in bare]))


def rows_of(text: str, *, delimiter: str | None = None, quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line, from 1, on which it begins; blank lines are empty rows.

    ``quoted`` False is for tables whose writer never quotes, so that a mark of a quote is part of a name. Raises
    ``BrokenTable``.
    """
    delimiter = delimiter or delimiter_of(text)
    source = io.StringIO(text, newline="")
    reader = (
        csv.reader(source, delimiter=delimiter, strict=True)
        if quoted
        else csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    )
    line = 1
    try:
        for cells in reader:
            if line > 1 or _DECLARED.fullmatch(delimiter.join(cells)) is None:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenTable(line) from error


def _evenness(counts: list[int]) -> tuple[int, int]:
    """How many lines have the count that most lines have, and that count; of two as many, the larger count."""
    tally = Counter(count for count in counts if count)
    return max(((lines, count) for count, lines in tally.items()), default=(0, 0))
