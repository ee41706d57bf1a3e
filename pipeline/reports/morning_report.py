"""The morning report: each session, what happened, why, and the one next action, without a person's name."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline import __version__
from pipeline.consent.evaluation.explain import ExplainedCell
from pipeline.consent.log.replay import ensure_replayed
from pipeline.errors import Exit
from pipeline.records import Exposure, ListAuthority
from pipeline.reports.undecided import decided_by_session, with_undecided
from pipeline.store import Workspace
from pipeline.store.registry import ENTRY_PREFIX, InboxEntry, Registry, printable
from pipeline.workflow.due_sessions import missing_renditions
from pipeline.workflow.review_leases import lease_text, running_leases

_NEEDS_A_PERSON = frozenset({"held", "refused", "failed"})

_DONE_ON_PAGE = 1000
"""A browser shows so many rows at once; report.json and `offrecord status` have all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One session or refused folder; ``id`` is a session id, or ``in-…`` for a folder that became none.

    ``name`` is what people call the session. Its title is in the written report alone, where ``report.titles`` says so.
    ``leased_to`` says who reviews it now, which ``offrecord status`` alone asks for.
    """

    id: str
    name: str = ""
    title: str = ""
    status: str
    reason: str
    action: str
    renditions: tuple[str, ...] = ()
    duration_s: float | None = None
    speech_covered: float | None = None
    proposals: int | None = None
    undecided: int | None = None
    requests: int | None = None
    exposures: tuple[Exposure, ...] = ()
    processed: bool = False
    consent: tuple[ExplainedCell, ...] = ()
    list_authority: ListAuthority | None = None
    leased_to: str = ""

    @property
    def is_to_review(self) -> bool:
        """Whether all that may be published is, and somebody may still decide proposals."""
        return self.status == "done" and bool(self.undecided)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of the inbox that became no session."""
        return self.id.startswith(ENTRY_PREFIX)

    @property
    def shown_status(self) -> str:
        """The status in the words of a person, to whom done means that nothing is left to do."""
        return "to review" if self.is_to_review else self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningReport:
    """The status of everything after a run; ``unfinished`` folders are still being written.

    ``damage`` says what under ``out/`` was not as it was left when the run began.
    """

    made_at: datetime
    version: str
    counts: dict[str, int]
    unfinished: int
    lines: tuple[ReportLine, ...]
    warnings: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()

    @property
    def to_show(self) -> tuple[ReportLine, ...]:
        """The lines for a terminal: what the run processed, and what waits for a person."""
        return tuple(line for line in self.lines if line.processed or line.status != "done")

    @property
    def on_page(self) -> tuple[ReportLine, ...]:
        """The lines for the page: those for a terminal, and of the others the latest."""
        shown = {line.id for line in self.to_show}
        others = [line for line in self.lines if line.id not in shown]
        return (*self.to_show, *others[-_DONE_ON_PAGE:])

    @property
    def shown_counts(self) -> dict[str, int]:
        """How many lines have each status as it is shown, in the order of ``counts``."""
        to_review = sum(line.is_to_review for line in self.lines)
        counts = {**self.counts, "done": self.counts.get("done", 0) - to_review, "to review": to_review}
        return {status: count for status, count in counts.items() if count}

    @property
    def exit_code(self) -> Exit:
        """DAMAGED where what was published was changed, SOME_STOPPED when a session is held, refused or failed."""
        if self.damage:
            return Exit.DAMAGED
        return Exit.SOME_STOPPED if _NEEDS_A_PERSON & self.counts.keys() else Exit.DONE


def gather(
    workspace: Workspace,
    *,
    now: datetime,
    unfinished: int = 0,
    processed: Container[str] = (),
    warnings: Sequence[str] = (),
) -> MorningReport:
    """The report on everything the workspace knows, worst first; ``processed`` are the ids that the run was about.

    The journal of withdrawals is replayed first: a restored store must not say that somebody who withdrew is published.
    """
    ensure_replayed(workspace)
    registry = Registry(workspace.db)
    decided = decided_by_session(workspace)
    sessions = (
        with_undecided(_as_on_disk(line, workspace), decided.get(line.id, ()), workspace)
        for line in _sessions(registry)
    )
    lines = [*sessions, *(_folder(entry) for entry in registry.entries().values() if not entry.session_id)]
    order = {"failed": 0, "refused": 1, "held": 2, "pending": 3, "waiting": 4, "done": 5}
    lines = [replace(line, processed=True) if line.id in processed else line for line in lines]
    lines.sort(key=lambda line: (order[line.status], line.id))
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.status] = counts.get(line.status, 0) + 1
    made_at = now.astimezone(UTC).replace(microsecond=0)
    return MorningReport(
        made_at=made_at,
        version=__version__,
        counts=counts,
        unfinished=unfinished,
        lines=tuple(lines),
        warnings=tuple(warnings),
    )


def with_leases(report: MorningReport, workspace: Workspace, *, now: datetime) -> MorningReport:
    """The report with who reviews what at this moment."""
    leases = running_leases(workspace, now=now)
    lines = tuple(replace(line, leased_to=lease_text(leases.get(line.id))) for line in report.lines)
    return replace(report, lines=lines)


def folders_of(workspace: Workspace) -> dict[str, list[str]]:
    """By the id of a line the folders it came from: for the operator's terminal, as folder names may hold secrets."""
    folders: dict[str, list[str]] = {}
    for path, entry in Registry(workspace.db).entries().items():
        folders.setdefault(entry.session_id or entry.entry_id, []).append(printable(path))
    return folders


def with_paths(lines: Sequence[ReportLine], workspace: Workspace) -> list[dict[str, object]]:
    """The lines with the folders they came from, for machines."""
    folders = folders_of(workspace)
    return [
        {
            "id": line.id,
            "name": line.name,
            "status": line.status,
            "reason": line.reason,
            "action": line.action,
            "folders": folders.get(line.id, []),
        }
        for line in lines
    ]


def _sessions(registry: Registry) -> list[ReportLine]:
    states = registry.states()
    lines = []
    for session_id, name in registry.names().items():
        state = states.get(session_id)
        if state is None:
            line = ReportLine(
                id=session_id, name=name, status="waiting", reason="not processed yet", action="run again"
            )
            lines.append(line)
            continue
        result = state.result
        lines.append(
            ReportLine(
                id=session_id,
                name=name,
                status=result.status,
                reason=result.reason,
                action=result.action,
                renditions=result.renditions,
                duration_s=result.detail.get("duration_s"),
                speech_covered=result.detail.get("speech_covered"),
                proposals=_whole(result.detail.get("proposals")),
                undecided=_whole(result.detail.get("undecided")),
                requests=_whole(result.detail.get("requests")),
                exposures=result.exposures,
            )
        )
    return lines


def _as_on_disk(line: ReportLine, workspace: Workspace) -> ReportLine:
    """A line that says so where a rendition that its session should have is not there any more."""
    missing = missing_renditions(workspace, line.renditions) if line.status == "done" and line.renditions else ()
    if not missing:
        return line
    return replace(
        line,
        status="waiting",
        reason=f"missing from {workspace.out.name}/: {', '.join(missing)}",
        action="`offrecord run` publishes it again as far as consent allows",
        renditions=tuple(folder for folder in line.renditions if folder not in missing),
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _folder(entry: InboxEntry) -> ReportLine:
    return ReportLine(id=entry.entry_id, status=entry.status, reason=entry.reason, action=entry.action)
