"""XLSX with typed cells: requests, discoveries, counts and quotes, each with a frozen header and a filter.

The one door to xlsxwriter. Only ``write_string`` takes texts, with every conversion switched off: of twelve hostile
strings ``write`` turned two into formulas (measured). A string over 32,767 characters, which it would drop, goes on in
cells after the last of its row.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from pipeline.errors import TryAgain, UsageProblem
from pipeline.export.formats.options import ExportOptions
from pipeline.export.report import RequestReport
from pipeline.export.tables import Table, Value, count_table, group_table, mention_table

_MOST_CHARACTERS = 32_767
_MOST_ROWS = 1_048_575
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same in every file, so that the same report has the same bytes."""
_WIDTHS = {str: 22, int: 11, float: 11, bool: 9}
_WIDE = {"title": 48, "quote": 80, "answer": 60, "request_ids": 30}


def render(report: RequestReport, options: ExportOptions) -> bytes:
    """A workbook of four sheets; what is grouped and what is not are both in it."""
    out = io.BytesIO()
    settings = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    workbook = xlsxwriter.Workbook(out, settings)
    workbook.set_properties({"title": "Feature requests", "created": _NO_DATE})
    styles = {
        "header": workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": workbook.add_format({"text_wrap": True, "valign": "top"}),
        "number": workbook.add_format({"valign": "top"}),
        "day": workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
    }
    groups = group_table(report)
    kinds = {"requests": "request", "discoveries": "discovery"}
    for name, kind in kinds.items():
        rows = tuple(row for row in groups.rows if row[1] == kind)
        _sheet(workbook, Table(name, groups.columns, rows), styles)
    for table in (count_table(report), mention_table(report)):
        _sheet(workbook, table, styles)
    workbook.close()
    return out.getvalue()


def _sheet(workbook: Any, table: Table, styles: dict[str, Any]) -> None:
    sheet = workbook.add_worksheet(table.name)
    for column, (name, kind) in enumerate(table.columns):
        sheet.set_column(column, column, _WIDE.get(name, _WIDTHS[kind]))
        _put(sheet.write_string(0, column, name, styles["header"]))
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(table.rows[:_MOST_ROWS], 1):
        for column, value in enumerate(row):
            _cell(sheet, number, column, value, styles, after=len(row))
    if len(table.rows) > _MOST_ROWS:
        raise UsageProblem(
            "a sheet of XLSX holds a million rows at most", action="choose a later --since, or --format csv"
        )
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)


def _cell(sheet: Any, row: int, column: int, value: Value, styles: dict[str, Any], *, after: int) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        _put(sheet.write_boolean(row, column, value, styles["number"]))
    elif isinstance(value, int | float):
        _put(sheet.write_number(row, column, value, styles["number"]))
    elif day := _day(value):
        _put(sheet.write_datetime(row, column, day, styles["day"]))
    else:
        clean = value.replace("\x00", "")
        pieces = [clean[at : at + _MOST_CHARACTERS] for at in range(0, len(clean), _MOST_CHARACTERS)]
        for number, piece in enumerate(pieces):
            _put(sheet.write_string(row, column if number == 0 else after + number, piece, styles["text"]))


def _day(value: str) -> datetime | None:
    if len(value) != len("2026-11-18") or value[4:5] != "-":
        return None
    try:
        return datetime.combine(date.fromisoformat(value), datetime.min.time())
    except ValueError:
        return None


def _put(code: int) -> None:
    """Raises ``TryAgain`` when a cell was not written: what is dropped silently would be missed by nobody."""
    if code:
        raise TryAgain(f"a cell could not be written (xlsxwriter says {code})", action="use --format csv")
