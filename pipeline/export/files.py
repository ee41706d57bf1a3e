"""The file formats: CSV (RFC 4180, UTF-8, formulas neutralised) and JSON Lines (unescaped, for machines)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from pipeline.errors import TryAgain
from pipeline.export.requests import Request
from pipeline.store.files import write_bytes

COLUMNS = tuple(field.name for field in fields(Request))
# What Excel, LibreOffice and Google Sheets read as the start of a formula or as a command, and the fullwidth forms of
# it that they fold (OWASP, "CSV Injection").
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def neutralise_formula(text: str) -> str:
    """The text without NUL, and with an apostrophe in front where a spreadsheet would read it as a formula.

    Quoting the cell does not help: a spreadsheet looks for formulas after it has taken the quotes away.
    """
    clean = text.replace("\x00", "")
    first = clean.lstrip(" \u00a0\u3000")[:1]
    return f"'{clean}" if clean[:1] in _FORMULA_STARTS or first in _FORMULA_STARTS else clean


def as_csv(rows: Sequence[Request]) -> str:
    """The rows with a header; lines end with CR LF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = asdict(row).values()
        writer.writerow([neutralise_formula(value) if isinstance(value, str) else value for value in values])
    return out.getvalue()


def as_jsonl(rows: Sequence[Request]) -> str:
    """One JSON object a line, keys in the order of the columns."""
    return "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


FORMATS: dict[str, Callable[[Sequence[Request]], str]] = {"csv": as_csv, "jsonl": as_jsonl}
"""Every format by its suffix: a run writes each, and ``offrecord export requests --format`` offers each."""


def write(path: Path, content: str) -> None:
    """Writes a file, all of it or nothing (0600); raises ``TryAgain`` when the disk does not take it."""
    try:
        write_bytes(path, content.encode())
    except OSError as error:
        raise TryAgain("the export could not be written", action="check the folder and the space left") from error
