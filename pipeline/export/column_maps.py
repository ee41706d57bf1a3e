"""CSV for issue trackers, by a map of columns in TOML: one row a group, texts neutralised for where they are read."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigurationError
from pipeline.export.formats.csv import table_as_csv
from pipeline.export.formats.options import ExportOptions
from pipeline.export.neutralise import for_markdown, one_line
from pipeline.export.report import GroupRow, RequestReport
from pipeline.export.tables import Table
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml
from pipeline.lexicon.counted import counted
from pipeline.lexicon.plain import word_set

TARGETS = ("jira", "linear", "github", "gitlab", "productboard")
"""The maps that are shipped."""
_FIELDS = word_set(
    """group_id kind title quote area strength customers sessions heard mentions first last answer source typed labels
    issue_type priority"""
)
_LISTS = frozenset({"labels"})
_TYPED = {"chat": " Typed into the chat.", "both": " Said aloud, and typed into the chat."}
"""The sentence that ``typed`` is; empty for what was only said."""


class _Column(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    header: str = Field(min_length=1)
    value: str = ""
    each: str = ""
    longest: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _check(self) -> _Column:
        unknown = {name for _, name, _, _ in string.Formatter().parse(self.value) if name is not None} - _FIELDS
        if unknown or (self.each and self.each not in _LISTS):
            raise ValueError(f"there is no field {sorted(unknown)[0] if unknown else self.each}")
        if self.each and self.value:
            raise ValueError("a column has a value or is repeated for each of a list, not both")
        return self


class ColumnMap(BaseModel):
    """The columns of one target; ``names`` translates a field's values, ``rows_a_file`` cuts long exports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: tuple[_Column, ...] = Field(min_length=1)
    names: Mapping[str, Mapping[str, str]] = {}
    rows_a_file: int | None = Field(None, ge=1)


def read_map(target: str | Path) -> ColumnMap:
    """A shipped map by name, or one of a file; raises ``ConfigurationError`` naming what is wrong in it."""
    try:
        if isinstance(target, Path):
            content = target.read_text("utf-8")
        else:
            content = (files("pipeline.export") / "targets" / f"{target}.toml").read_text("utf-8")
        return ColumnMap.model_validate(read_toml(content))
    except (OSError, BrokenToml, UnicodeDecodeError) as error:
        raise ConfigurationError("the column map is not a readable TOML file", action="correct it") from error
    except ValidationError as error:
        problem = problem_of(error, ColumnMap)
        raise ConfigurationError(f"column map: {problem}", action="see docs/product-managers.md") from None


def render(report: RequestReport, columns: ColumnMap, options: ExportOptions) -> list[bytes]:
    """One CSV file, or several where the target takes only so many rows at once; at least one."""
    rows = [group for group in report.groups if group.kind in report.selection.kinds]
    size = columns.rows_a_file or max(1, len(rows))
    pieces = [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
    return [table_as_csv(_table(piece, columns, report.selection.min_customers), options) for piece in pieces]


def _table(groups: Sequence[GroupRow], columns: ColumnMap, least: int) -> Table:
    values = [_values(group, columns, least) for group in groups]
    labels = max((len(_labels(group)) for group in groups), default=1)
    headers: list[str] = []
    for column in columns.column:
        headers += [column.header] * (labels if column.each else 1)
    rows = tuple(
        tuple(_cells(group, row_values, columns, labels)) for group, row_values in zip(groups, values, strict=True)
    )
    return Table("issues", tuple((header, str) for header in headers), rows)


def _cells(group: GroupRow, values: Mapping[str, str], columns: ColumnMap, labels: int) -> Iterator[str]:
    for column in columns.column:
        if column.each:
            own = _labels(group)
            yield from [*own, *[""] * (labels - len(own))]
        else:
            text = column.value.strip("\n").format_map(values)
            text = "\n".join(line for line in text.split("\n") if line.strip() or line == "").rstrip()
            yield text if column.longest is None else _cut(text, column.longest)


def _values(group: GroupRow, columns: ColumnMap, least: int) -> dict[str, str]:
    few = group.customers is None
    when = group.first if group.first == group.last else f"{group.first} to {group.last}"
    plain = {
        "group_id": group.group_id,
        "kind": group.kind,
        "title": one_line(group.title),
        "quote": f"> {one_line(group.quote)}" if group.quote else "",
        "area": one_line(group.area),
        "strength": str(group.strength) or "not stated",
        "customers": f"fewer than {counted(least, 'customer')}" if few else counted(group.customers or 0, "customer"),
        "sessions": "some sessions" if few else counted(group.sessions or 0, "session"),
        "heard": when if few else f"in {counted(group.sessions or 0, 'session')}, {when}",
        "mentions": str(group.mentions),
        "first": group.first,
        "last": group.last,
        "answer": f"Answered: {one_line(group.answer)}" if group.answer else "",
        "source": group.source,
        "typed": _TYPED.get(group.source, ""),
        "issue_type": group.kind,
        "priority": str(group.strength),
    }
    values = {name: for_markdown(text) for name, text in plain.items()}
    for name, translated in columns.names.items():
        values[name] = translated.get(plain[name], values[name])
    if group.quote:
        values["quote"] = "> " + for_markdown(one_line(group.quote))
    return {**values, "labels": ",".join(_labels(group))}


def _labels(group: GroupRow) -> list[str]:
    """Labels without spaces: that it is from office hours, the kind, the area."""
    return ["office-hours", group.kind, *([slug] if (slug := _slug(group.area)) else [])]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"
