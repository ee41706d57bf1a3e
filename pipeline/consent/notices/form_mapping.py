"""Reads the TOML file of a form mapping; one that contradicts itself is refused, naming the key."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from pipeline.consent.notices.forms import ASKABLE, ASKING, IDENTIFYING, ONCE, ColumnKind, Form, purposes_of
from pipeline.consent.notices.vendors import FormTool
from pipeline.errors import UsageProblem
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml_file

_YEAR = re.compile("%[YyGcxs]")
_SCOPE = re.compile(r"series:\S+|session:\S+|until:\d{4}-\d{2}-\d{2}|any")


def read_form(path: Path) -> Form:
    """The form mapping in a TOML file; raises ``UsageProblem`` naming the key that is wrong."""
    try:
        values: dict[str, Any] = read_toml_file(path)
        form = Form(**values)
    except OSError as error:
        raise UsageProblem("the form mapping cannot be read", action="check the path given to --form") from error
    except BrokenToml as error:
        raise UsageProblem(f"the form mapping: {error}", action="correct it as UTF-8 TOML") from error
    except ValidationError as error:
        raise UsageProblem(f"form mapping: {problem_of(error, Form)}", action="see docs/consent.md") from error
    for problem, is_there in _problems(form).items():
        if is_there:
            raise UsageProblem(f"form mapping: {problem}", action="see docs/consent.md")
    return form


def _problems(form: Form) -> dict[str, bool]:
    """Everything by which a mapping can contradict itself, and whether it does."""
    added = {column.kind for column in form.added_columns().values()}
    columns = list(form.bound_columns().values())
    kinds = [column.kind for column in columns]
    there = added | set(kinds)
    purposes_asked = {purpose for column in columns for purpose in column.purposes}
    zones_apart = form.tool is FormTool.TYPEFORM and form.timezone not in ("", form.vendor_format.timezone)
    return {
        "columns: one column must be the timestamp": ColumnKind.TIMESTAMP not in there,
        "columns: at most one column can be the timestamp, and one the email": any(
            kinds.count(kind) > 1 for kind in ONCE if kind is not ColumnKind.NAME
        ),
        "columns: an email or platform column is needed": not set(IDENTIFYING) & there,
        "columns: guardian and for_name need for_email, the address of whom it is filled in for": bool(
            {ColumnKind.GUARDIAN, ColumnKind.FOR_NAME} & there
        )
        and ColumnKind.FOR_EMAIL not in there,
        "columns: no column holds an answer": not {*ASKING, ColumnKind.WITHDRAWS} & set(kinds),
        "columns: a question asks for a purpose that names_purposes lacks": not purposes_asked
        <= set(form.names_purposes),
        "names_purposes: code_publish is for an organisation to allow": not set(form.names_purposes) <= set(ASKABLE),
        "scope: use series:NAME, session:ID, until:YYYY-MM-DD or any": not _is_scope(form.scope),
        "ticks: use purposes that a column with ticks asks for": not _ticks_fit(form),
        "scope: any is for withdrawals; a yes needs a narrower one": form.scope == "any" and form.asks,
        "withdraws: use purposes or everything": any(form.withdrawn(label) is None for label in form.withdraws),
        "date_format: it must hold year, month, day, hour and minute": not all(map(_keeps_minutes, form.date_format)),
        "timezone: Typeform writes UTC": zones_apart,
        "timezone: there is no such zone on this machine": not _has_zone(form.timezone or form.vendor_format.timezone),
        "material_change: it needs supersedes and effective_from": form.material_change
        and not (form.supersedes.strip() and form.effective_from),
        "supersedes: a version cannot supersede itself": form.supersedes == form.version,
        "changes: they need material_change": bool(form.changes) and not form.material_change,
    }


def _ticks_fit(form: Form) -> bool:
    """Whether each label stands for purposes that a question with ticked answers asks for."""
    columns = form.bound_columns().values()
    purposes_asked = {purpose for column in columns if column.kind is ColumnKind.TICKS for purpose in column.purposes}
    try:
        return all(set(purposes_of(codes)) <= purposes_asked for codes in form.ticks.values())
    except ValueError:
        return False


def _is_scope(scope: str) -> bool:
    if not _SCOPE.fullmatch(scope):
        return False
    try:
        return not scope.startswith("until:") or bool(date.fromisoformat(scope.removeprefix("until:")))
    except ValueError:
        return False


def _keeps_minutes(date_format: str) -> bool:
    sample = datetime(2026, 11, 22, 13, 47)
    if not _YEAR.search(date_format):
        return False
    try:
        read = datetime.strptime(sample.strftime(date_format), date_format)
    except (ValueError, re.error):
        return False
    return read.replace(tzinfo=None) == sample


def _has_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
