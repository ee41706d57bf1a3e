"""The rows of an export of answers, from CSV or from an Excel workbook; what is no table is refused."""

from __future__ import annotations

import codecs
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TypeAlias
from xml.etree.ElementTree import ParseError

from pipeline.errors import InputRefused
from pipeline.files.tabular import BrokenTable, rows_of

Cell: TypeAlias = str | datetime
"""A cell: text, or a time where the workbook itself says that it is one (without a zone)."""
Row: TypeAlias = tuple[int, list[Cell]]
"""The line of the file on which a row begins, from 1, with its cells."""

_WORKBOOK = b"PK\x03\x04"
_MAX_UNPACKED_BYTES = 100 * 2**20
_MAX_ROWS = 2**20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    AssertionError,
)
"""What openpyxl raises for a workbook that is damaged in one way or another."""


def refusal(line: int, column: int, problem: str, action: str) -> InputRefused:
    """The error for a place in a table, both counted from 1; never with what stands there."""
    return InputRefused(f"line {line}, column {column}: {problem}", action=action)


def read_rows(content: bytes, encodings: Sequence[str]) -> Iterator[Row]:
    """Every row with its line; raises ``InputRefused`` naming line and column."""
    return iter(_workbook_rows(content)) if content.startswith(_WORKBOOK) else _csv_rows(_decoded(content, encodings))


def _decoded(content: bytes, encodings: Sequence[str]) -> str:
    """The text, in the first encoding that fits; in UTF-16, as "Unicode text" of spreadsheets, where a mark says so."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    elif b"\0" in content:
        raise refusal(1, 1, "not text", "export the answers as CSV in UTF-8")
    first: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            first = first or error
    line = content.count(b"\n", 0, first.start if first else 0) + 1
    raise refusal(line, 1, "not UTF-8 text", "export the answers as CSV in UTF-8") from first


def _csv_rows(text: str) -> Iterator[Row]:
    try:
        for line, cells in rows_of(text):
            yield line, [*cells]
    except BrokenTable as error:
        raise refusal(error.args[0], 1, "not valid CSV", "export the answers again") from error


def _workbook_rows(content: bytes) -> list[Row]:
    """The rows of the one sheet that holds any, padded to the width of the header; a formula is refused."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > _MAX_UNPACKED_BYTES:
            raise refusal(1, 1, "this workbook is too large", "export the answers as CSV")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()
            sheets = [rows for sheet in book.worksheets if (rows := _sheet_rows(sheet.iter_rows()))]
    except _BROKEN as error:
        raise refusal(1, 1, "not a workbook that can be read", "export the answers again, or as CSV") from error
    if len(sheets) > 1:
        raise refusal(1, 1, f"{len(sheets)} sheets hold something", "leave only the sheet with the answers")
    rows = sheets[0] if sheets else []
    width = len(rows[0][1]) if rows else 0
    return [(line, cells + [""] * (width - len(cells))) for line, cells in rows]


def _sheet_rows(rows: Iterable[Iterable[object]]) -> list[Row]:
    sheet_rows: list[Row] = []
    for line, row in enumerate(rows, start=1):
        if line > _MAX_ROWS:
            raise refusal(line, 1, "this workbook has too many rows", "export the answers as CSV")
        cells = [_cell(line, number, cell) for number, cell in enumerate(row, start=1)]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            sheet_rows.append((line, cells))
    return sheet_rows


def _cell(line: int, number: int, cell: object) -> Cell:
    """A cell of a workbook as its text, whole numbers without a point; a time stays one, to the second."""
    value = getattr(cell, "value", None)
    if getattr(cell, "data_type", "") in ("f", "e"):
        raise refusal(line, number, "a formula or an error is in the cell", "export the answers again")
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
