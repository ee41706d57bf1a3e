"""The morning report as files: ``report.json`` and ``report.html``, with why consent decided as it did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.consent.evaluation.explain import explain
from pipeline.files import write_bytes
from pipeline.records import Session
from pipeline.reports.morning_report import MorningReport, ReportLine, gather
from pipeline.reports.warnings import warnings
from pipeline.store import Workspace
from pipeline.store.codec import encode
from pipeline.store.registry import Registry


def refresh(workspace: Workspace, *, now: datetime) -> MorningReport:
    """Writes the report again, on what the workspace knows now, and gives it."""
    report = gather(workspace, now=now, warnings=warnings(workspace, now))
    write(report, workspace)
    return report


def write(report: MorningReport, workspace: Workspace) -> Path:
    """Writes ``report.json`` and ``report.html``, with why consent decided as it did; returns the page's path."""
    report = _with_reasons(report, workspace)
    write_bytes(workspace.reports / "report.json", encode(report))
    page = workspace.reports / "report.html"
    write_bytes(page, render_page(report).encode())
    return page


def render_page(report: MorningReport) -> str:
    """The report as one self-contained HTML page, without scripts."""
    environment = Environment(
        loader=PackageLoader("pipeline", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html").render(report=report)


def _with_reasons(report: MorningReport, workspace: Workspace) -> MorningReport:
    """The report with each person's decisions, by ids alone, for the sessions that it is about."""
    registry, shown = Registry(workspace.db), {line.id for line in report.to_show}
    known = shown & registry.digests().keys() if shown else shown
    lines = [
        _explained(line, registry.session(line.id), workspace, report.made_at) if line.id in known else line
        for line in report.lines
    ]
    if workspace.settings.report.titles:
        titles = {session.session_id: session.title for session in registry.sessions()}
        lines = [replace(line, title=titles[line.id]) if line.id in titles else line for line in lines]
    return replace(report, lines=tuple(lines))


def _explained(line: ReportLine, session: Session, workspace: Workspace, now: datetime) -> ReportLine:
    """A line with why consent decided as it did, and on whose word its list of participants is complete."""
    try:
        cells = explain(session, workspace=workspace, now=now)
    except OverflowError:  # an earlier version ingested a session of a date that nothing can follow
        cells = ()
    return replace(line, consent=cells, list_authority=session.list_authority)
