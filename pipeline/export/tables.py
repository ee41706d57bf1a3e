"""The rows of a report as flat tables with named and typed columns: what CSV, XLSX, JSON Lines and Parquet hold."""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

from pipeline.export.area_counts import AreaCount
from pipeline.export.periods import OfficeHours
from pipeline.export.report import GroupRow, MentionRow, RequestReport

Value = str | int | float | bool | None
_FEWER = "fewer than {}"


class Table(NamedTuple):
    """One table: its name, its columns with the type of their values, and its rows."""

    name: str
    columns: tuple[tuple[str, type], ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)


_MENTION_COLUMNS = tuple(field.name for field in fields(MentionRow))
_MENTION_TYPES: dict[str, type] = {
    "quoted": bool,
    "sure": bool,
    "score": float,
    "start_s": float,
    "end_s": float,
    "schema_version": int,
}
_GROUP_COLUMNS: tuple[tuple[str, type], ...] = (
    ("group_id", str),
    ("kind", str),
    ("title", str),
    ("area", str),
    ("strength", str),
    ("customers", int),
    ("fewer_customers_than", int),
    ("sessions", int),
    ("office_hours_heard", int),
    ("mentions", int),
    ("weight", float),
    ("first_heard", str),
    ("last_heard", str),
    ("answer", str),
    ("source", str),
    ("quote", str),
    ("closeness", float),
    ("shared_words", str),
    ("request_ids", str),
)


def mention_table(report: RequestReport) -> Table:
    """One row for each wording."""
    columns = tuple((name, _MENTION_TYPES.get(name, str)) for name in _MENTION_COLUMNS)
    return Table("quotes", columns, tuple(_mention(row) for row in report.mentions))


def _mention(row: MentionRow) -> tuple[Value, ...]:
    return tuple(
        str(value) if isinstance(value, str) else value for value in (getattr(row, n) for n in _MENTION_COLUMNS)
    )


def group_table(report: RequestReport) -> Table:
    """One row for each group, with the number of sessions for each quarter; the kinds one after the other."""
    quarters = tuple((quarter.period, int) for quarter in report.quarters)
    heard = sum(quarter.heard for quarter in report.quarters)
    rows = tuple(_group(row, report.selection.min_customers, heard) for row in report.groups)
    return Table("requests", (*_GROUP_COLUMNS, *quarters), rows)


def _group(row: GroupRow, least: int, heard: int) -> tuple[Value, ...]:
    return (
        row.group_id,
        row.kind,
        row.title,
        row.area,
        str(row.strength),
        row.customers,
        least if row.customers is None else None,
        row.sessions,
        heard,
        row.mentions,
        row.weight,
        row.first,
        row.last,
        row.answer,
        row.source,
        row.quote,
        row.closeness,
        " ".join(row.words),
        " ".join(row.request_ids),
        *row.heard_in,
    )


def count_table(report: RequestReport) -> Table:
    """Every other count: quarters and weeks with the office hours held in them, areas and segments."""
    columns = (("what", str), ("name", str), ("requests", int), ("customers", str), ("sessions", int),
               ("office_hours_held", int), ("office_hours_heard", int), ("hours", float))  # fmt: skip
    least = report.selection.min_customers
    rows: list[tuple[Value, ...]] = []
    rows += [_period("quarter", *each) for each in zip(report.quarters, report.heard_quarterly, strict=True)]
    rows += [_period("week", *each) for each in zip(report.weeks, report.heard_weekly, strict=True)]
    rows += [_cell("area", cell, least) for cell in report.areas]
    rows += [_cell("segment", cell, least) for cell in report.segments]
    return Table("counts", columns, tuple(rows))


def _period(what: str, period: OfficeHours, requests: int) -> tuple[Value, ...]:
    """A period with its office hours; where none was heard nobody knows what would have been asked for."""
    known = requests if period.heard or requests else None
    return (what, period.period, known, None, None, period.held, period.heard, period.hours)


def _cell(what: str, cell: AreaCount, least: int) -> tuple[Value, ...]:
    customers = _FEWER.format(least) if cell.customers is None else str(cell.customers)
    return (what, cell.name, cell.requests, customers, cell.sessions, None, None, None)


def flat_table(report: RequestReport, *, grouped: bool) -> Table:
    """The one table of a flat file."""
    return group_table(report) if grouped else mention_table(report)
