"""A table of answers by its columns, before any mapping: its header, the tool that wrote it, and its times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pipeline.consent.answers.tables import Cell, read_rows, refusal
from pipeline.consent.log.identity import is_address
from pipeline.consent.notices.forms import ColumnKind
from pipeline.consent.notices.vendors import VENDOR_FORMATS, FormTool, heading
from pipeline.files.written_times import plain_time

_PREAMBLE_ROWS = 40
_ENCODINGS = ("utf-8-sig", "cp1252")
_LEAST_COLUMNS = 2
_TIME = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T].*\d{1,2}:\d{2}")


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Each header, as it is compared, with the cells below it from top to bottom."""

    tool: FormTool
    columns: Mapping[str, Sequence[Cell]]

    @property
    def added(self) -> Mapping[str, str]:
        """What the headers mean that the tool adds, for those that are there."""
        meanings = {heading(header): meaning for header, meaning in VENDOR_FORMATS[self.tool].columns.items()}
        return {header: meanings[header] for header in self.columns if header in meanings}

    @property
    def questions(self) -> Mapping[str, list[str]]:
        """Every header that the tool does not add, with its answers as text."""
        ignored = VENDOR_FORMATS[self.tool].ignored
        return {
            header: [cell.isoformat(" ") if isinstance(cell, datetime) else cell for cell in cells]
            for header, cells in self.columns.items()
            if header not in self.added and not (ignored and ignored.fullmatch(header))
        }

    @property
    def written_time(self) -> str | None:
        """The header of the first column that holds times, where the tool adds none; None where there is none."""
        if ColumnKind.TIMESTAMP in self.added.values():
            return None
        return next((header for header, cells in self.columns.items() if _are_times(cells)), None)

    @property
    def times(self) -> Sequence[Cell]:
        """When each row was sent, without blank ones."""
        added = next((header for header, meaning in self.added.items() if meaning == ColumnKind.TIMESTAMP), None)
        header = added or self.written_time
        return [cell for cell in self.columns[header] if cell] if header else []


def read_table(content: bytes) -> AnswerColumns:
    """The table in a file's bytes; raises ``InputRefused`` where it has no header, or one header twice.

    The header is the first row of those with the most filled cells: some reports begin with a block about the meeting.
    A row with an address or a time in it holds answers, however many cells a stray comma gave it.
    """
    rows = list(read_rows(content, _ENCODINGS))
    widths = [0 if _holds_answers(cells) else _filled(cells) for _, cells in islice(rows, _PREAMBLE_ROWS)]
    if not widths or max(widths) < _LEAST_COLUMNS:
        raise refusal(1, 1, "there is no header with two columns or more", "export the answers again")
    at = widths.index(max(widths))
    line, cells = rows[at]
    headers = [heading(_text(cell)) for cell in cells]
    for number, header in enumerate(headers, start=1):
        if header in headers[: number - 1]:
            raise refusal(line, number, "this header occurs twice", "rename one in the table")
    below = [row for _, row in rows[at + 1 :] if any(map(_text, row))]
    columns = {
        header: [row[number] if number < len(row) else "" for row in below]
        for number, header in enumerate(headers)
        if header
    }
    return AnswerColumns(_tool(headers), columns)


def _tool(headers: Sequence[str]) -> FormTool:
    """The tool that adds a time under one of these headers; generic where none does."""
    for tool, vendor_format in VENDOR_FORMATS.items():
        times = {heading(name) for name, meaning in vendor_format.columns.items() if meaning == ColumnKind.TIMESTAMP}
        if not times.isdisjoint(headers):
            return tool
    return FormTool.GENERIC


def _filled(cells: Sequence[Cell]) -> int:
    return sum(bool(_text(cell)) for cell in cells)


def _holds_answers(cells: Sequence[Cell]) -> bool:
    return any(isinstance(cell, datetime) or is_address(cell) or _TIME.fullmatch(plain_time(cell)) for cell in cells)


def _are_times(cells: Sequence[Cell]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(isinstance(cell, datetime) or _TIME.search(plain_time(cell)) for cell in filled)


def _text(cell: Cell) -> str:
    return cell.isoformat(" ") if isinstance(cell, datetime) else cell.strip()
