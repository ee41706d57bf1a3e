"""Writes the rows as CSV (RFC 4180, UTF-8, formulas neutralised) and as JSON Lines (unescaped, for machines)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from pipeline.errors import TryAgain
from pipeline.export.neutral import neutral
from pipeline.export.requests import Request
from pipeline.files import write_bytes

COLUMNS = tuple(field.name for field in fields(Request))


def as_csv(rows: Sequence[Request]) -> str:
    """The rows with a header; lines end with CR LF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([neutral(value) if isinstance(value, str) else value for value in asdict(row).values()])
    return out.getvalue()


def as_jsonl(rows: Sequence[Request]) -> str:
    """One JSON object a line, keys in the order of the columns."""
    return "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


FORMATS: dict[str, Callable[[Sequence[Request]], str]] = {"csv": as_csv, "jsonl": as_jsonl}


def write(path: Path, content: str) -> None:
    """Puts the file in place whole or not at all (0600); raises ``TryAgain`` when the disk does not take it."""
    try:
        write_bytes(path, content.encode())
    except OSError as error:
        raise TryAgain("the export could not be written", action="check the folder and the space left") from error
