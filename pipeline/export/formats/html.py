"""One self-contained HTML page with charts that prints well: no scripts, nothing fetched, and a policy that says so."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipeline.export.formats.charts import Bar, bars, columns
from pipeline.export.formats.options import ExportOptions
from pipeline.export.periods import OfficeHours
from pipeline.export.report import GroupRow, RequestReport
from pipeline.lexicon.counted import counted
from pipeline.records import RequestSource

_TOP = 15
_MOST_WEEKS = 26


class _Quote(NamedTuple):
    text: str
    typed: bool


class _Entry(NamedTuple):
    group: GroupRow
    customers: str
    quotes: tuple[_Quote, ...]


def render(report: RequestReport, options: ExportOptions) -> bytes:
    """The page; every text is escaped, and a name in a quote stays what the redaction made of it."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    style = _asset("requests.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    requests = [row for row in report.groups if row.kind == "request"]
    discoveries = [row for row in report.groups if row.kind == "discovery"]
    page = environment.from_string(_asset("requests.html")).render(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),
        selection=report.selection,
        held=sum(quarter.held for quarter in report.quarters),
        heard=sum(quarter.heard for quarter in report.quarters),
        hours=round(sum(quarter.hours for quarter in report.quarters), 1),
        first=report.quarters[0].period if report.quarters else "",
        last=report.quarters[-1].period if report.quarters else "",
        trend=_trend("Different requests and discoveries by quarter", report.quarters, report.heard_quarterly),
        weekly=_trend("By week", report.weeks[-_MOST_WEEKS:], report.heard_weekly[-_MOST_WEEKS:]),
        areas=bars("Requests and discoveries by area", [Bar(cell.name, cell.requests) for cell in report.areas]),
        segments=bars("By segment", [Bar(cell.name, cell.requests) for cell in report.segments]),
        has_segments=bool(report.segments),
        top=_top("Requests with most customers", requests[:_TOP], report),
        found=_top("Discoveries with most customers", discoveries[:_TOP], report),
        requests=_entries(requests, report),
        discoveries=_entries(discoveries, report),
    )
    return page.encode()


def _trend(title: str, periods: Sequence[OfficeHours], values: Sequence[int]) -> Markup:
    rows = [
        Bar(period.period, value, f"{period.held} held" if period.held else "none held")
        for period, value in zip(periods, values, strict=True)
    ]
    return columns(title, rows)


def _top(title: str, rows: Sequence[GroupRow], report: RequestReport) -> Markup:
    least = report.selection.min_customers
    return bars(
        title,
        [Bar(row.title, row.customers or 1, f"fewer than {least}" if row.customers is None else "") for row in rows],
    )


def _entries(rows: Sequence[GroupRow], report: RequestReport) -> list[_Entry]:
    quotes: dict[str, list[_Quote]] = {}
    for mention in report.mentions:
        quote = _Quote(mention.quote, mention.source == RequestSource.CHAT)
        quotes.setdefault(mention.group_id, []).append(quote)
    return [_Entry(row, _customers(row, report), tuple(dict.fromkeys(quotes.get(row.group_id, [])))) for row in rows]


def _customers(row: GroupRow, report: RequestReport) -> str:
    if row.customers is None:
        return f"fewer than {counted(report.selection.min_customers, 'customer')}"
    return f"{row.customers} customer{'s' if row.customers != 1 else ''}"


@cache
def _asset(name: str) -> str:
    return (files("pipeline") / "templates" / name).read_text("utf-8")
