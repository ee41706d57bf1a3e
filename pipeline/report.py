"""The morning report: each session, what happened, why, and the one next action, without a name or a title."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline import __version__
from pipeline.consent.explain import Explained, explain
from pipeline.errors import Exit
from pipeline.files import write_bytes
from pipeline.records import Exposure
from pipeline.store import Workspace
from pipeline.store.codec import encode
from pipeline.store.registry import InboxEntry, Registry, printable

_NEEDS_A_LOOK = frozenset({"held", "refused", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One session or refused folder; ``id`` is a session id, or ``in-…`` for a folder that became none."""

    id: str
    status: str
    reason: str
    action: str
    renditions: tuple[str, ...] = ()
    duration_s: float | None = None
    speech_covered: float | None = None
    proposals: int | None = None
    undecided: int | None = None
    requests: int | None = None
    broken: tuple[Exposure, ...] = ()
    worked: bool = False
    consent: tuple[Explained, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What stands where after a run; ``unfinished`` folders are still being written."""

    made_at: datetime
    version: str
    counts: dict[str, int]
    unfinished: int
    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()

    @property
    def to_show(self) -> tuple[Line, ...]:
        """The lines for a terminal: what the run worked, and what waits for a person."""
        return tuple(line for line in self.lines if line.worked or line.status != "done")

    @property
    def exit_code(self) -> Exit:
        """DONE, or SOME_STOPPED when a session is held, refused or failed."""
        return Exit.SOME_STOPPED if _NEEDS_A_LOOK & self.counts.keys() else Exit.DONE


def gather(
    registry: Registry,
    *,
    now: datetime,
    unfinished: int = 0,
    worked: Container[str] = (),
    warned: Sequence[str] = (),
) -> Report:
    """The report on everything the workspace knows, worst first; ``worked`` are the ids that the run was about."""
    lines = [*_sessions(registry), *(_folder(entry) for entry in registry.entries().values() if not entry.session_id)]
    order = {"failed": 0, "refused": 1, "held": 2, "pending": 3, "waiting": 4, "done": 5}
    lines = [replace(line, worked=line.id in worked) for line in lines]
    lines.sort(key=lambda line: (order[line.status], line.id))
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.status] = counts.get(line.status, 0) + 1
    made_at = now.astimezone(UTC).replace(microsecond=0)
    return Report(
        made_at=made_at,
        version=__version__,
        counts=counts,
        unfinished=unfinished,
        lines=tuple(lines),
        warnings=tuple(warned),
    )


def with_paths(lines: Sequence[Line], registry: Registry) -> list[dict[str, object]]:
    """The lines with the folders they came from: for the operator's terminal, as folder names may hold secrets."""
    folders: dict[str, list[str]] = {}
    for path, entry in registry.entries().items():
        folders.setdefault(entry.session_id or entry.entry_id, []).append(printable(path))
    return [
        {"id": line.id, "status": line.status, "action": line.action, "folders": folders.get(line.id, [])}
        for line in lines
    ]


def write(report: Report, workspace: Workspace) -> Path:
    """Writes ``report.json`` and ``report.html``, with why consent decided as it did; returns the page's path."""
    report = _with_reasons(report, workspace)
    write_bytes(workspace.reports / "report.json", encode(report))
    page = workspace.reports / "report.html"
    write_bytes(page, render_page(report).encode())
    return page


def render_page(report: Report) -> str:
    """The report as one self-contained HTML page, without scripts."""
    environment = Environment(
        loader=PackageLoader("pipeline", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html").render(report=report)


def _with_reasons(report: Report, workspace: Workspace) -> Report:
    """The report with each person's decisions, by ids alone, for the sessions that it is about."""
    registry = Registry(workspace.db)
    known, shown = registry.digests(), {line.id for line in report.to_show}
    lines = (
        replace(line, consent=_reasons(line, registry, workspace, report.made_at))
        if line.id in shown and line.id in known
        else line
        for line in report.lines
    )
    return replace(report, lines=tuple(lines))


def _reasons(line: Line, registry: Registry, workspace: Workspace, now: datetime) -> tuple[Explained, ...]:
    """The decisions of one session; none where an earlier version took in one of a date that nothing can follow."""
    try:
        return explain(registry.session(line.id), workspace=workspace, now=now)
    except OverflowError:
        return ()


def _sessions(registry: Registry) -> list[Line]:
    standings = registry.states()
    lines = []
    for session_id in registry.digests():
        standing = standings.get(session_id)
        if standing is None:
            lines.append(Line(id=session_id, status="waiting", reason="not worked yet", action="run again"))
            continue
        result = standing.result
        lines.append(
            Line(
                id=session_id,
                status=result.status,
                reason=result.reason,
                action=result.action,
                renditions=result.renditions,
                duration_s=result.detail.get("duration_s"),
                speech_covered=result.detail.get("speech_covered"),
                proposals=_whole(result.detail.get("proposals")),
                undecided=_whole(result.detail.get("undecided")),
                requests=_whole(result.detail.get("requests")),
                broken=result.broken,
            )
        )
    return lines


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _folder(entry: InboxEntry) -> Line:
    return Line(id=entry.entry_id, status=entry.status, reason=entry.reason, action=entry.action)
