"""Exports of the form tools made by hand, imported as the command does it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from sqlalchemy import select

from pipeline.consent.answers.importer import ImportedAnswers, import_answers
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.tables.consent import alias, answer_row, consent_event, notice, party
from tests.consent.conftest import FORM, NOW

TABLES = ("answers", "ticks", "withdraws", "options")
Rows = Sequence[Sequence[object]]


def mapping(tool: str, columns: Mapping[str, str], **changed: str) -> str:
    """A form mapping for a tool; ``tables`` may come as ``answers``, ``ticks``, ``withdraws`` or ``options``."""
    said: dict[str, str] = {
        name: changed.pop(name) for name in ("answers", "ticks", "withdraws", "options") if name in changed
    }
    tables: dict[str, str] = {"answers": "Yes = 'given'\nNo = 'refused'", "options": "email_verified = true", **said}
    values = {"tool": f'"{tool}"'} | {key: value for key, value in FORM.items() if key != "date_format"} | changed
    lines = [f"{key} = {value}" for key, value in values.items() if value]
    lines += ["[columns]", *(f"{json.dumps(key)} = '{value}'" for key, value in columns.items())]
    for name, text in tables.items():
        lines += [f"[{name}]", text]
    return "\n".join(lines) + "\n"


def as_csv(rows: Rows, *, encoding: str = "utf-8") -> bytes:
    """The bytes of a CSV table."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Rows, **more_sheets: Rows) -> bytes:
    """The bytes of a workbook."""
    book = Workbook()
    sheets = [(book.active, rows), *((book.create_sheet(name), some) for name, some in more_sheets.items())]
    for sheet, some in sheets:
        for row in some:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bring_in(workspace: Workspace, content: bytes, form: str) -> ImportedAnswers:
    """Imports a table through a mapping."""
    folder = workspace.root.parent
    (folder / "table").write_bytes(content)
    (folder / "form.toml").write_text(form, "utf-8")
    return import_answers(folder / "table", folder / "form.toml", workspace=workspace, now=NOW)


def bodies(workspace: Workspace) -> list[dict[str, str]]:
    """The events of the log."""
    with reading(workspace.db) as connection:
        query = select(consent_event.c.body).order_by(consent_event.c.seq)
        return [json.loads(text) for text in connection.execute(query).scalars()]


def states(workspace: Workspace) -> dict[str, str]:
    """The last state of each purpose."""
    return {event["purpose"]: event["state"] for event in bodies(workspace)}


def rows_on_file(workspace: Workspace) -> list[int]:
    """How many rows each table of the store has, and how many answers are kept as they were written."""
    with reading(workspace.db) as connection:
        counts = [len(connection.execute(select(table)).all()) for table in (party, alias, notice, consent_event)]
    return [*counts, len(kept_rows(workspace))]


def kept_rows(workspace: Workspace) -> list[tuple[str, int, str]]:
    """Table, line and digest of every row that is kept."""
    with reading(workspace.db) as connection:
        query = select(answer_row.c.source, answer_row.c.line, answer_row.c.digest)
        return [tuple(row) for row in connection.execute(query.where(answer_row.c.sealed.is_not(None)))]


def aliases(workspace: Workspace) -> list[tuple[str, str]]:
    """Kind and voucher of every alias."""
    with reading(workspace.db) as connection:
        return sorted((row.kind, row.verified) for row in connection.execute(select(alias)))


def folder_of(workspace: Workspace) -> Path:
    """Where a test may write."""
    return workspace.root.parent
