"""Many sessions: what to do, what is done, and the morning report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pipeline import (
    __version__,
    consent,
    detect,
    erasure,
    ingest,
    log,
    metrics,
    naming,
    render,
    requests,
    review,
    run,
    speech,
    tag,
)
from pipeline.consent.jurisdictions import rules_of
from pipeline.due import is_due, is_out, taking_back
from pipeline.errors import ConsentUnreadable, InputRefused, OffrecordError, StorageUnavailable, TryAgain
from pipeline.executors import Done, Executor, Lost
from pipeline.media import reader, tools
from pipeline.records import Failed, Refused, Session
from pipeline.report import Report, gather, write
from pipeline.store import Workspace, integrity, releases, run_clock, tombstones
from pipeline.store.codec import key_of
from pipeline.store.database import storage_needed
from pipeline.store.registry import InboxEntry, Registry, SessionState, entry_id, entry_path

R = TypeVar("R")

Progress = Callable[[str, int, int], None]

_TRIES = 3
_RETRY = "it will be tried again in the next run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work for a worker process: ids and paths, never content."""

    root: Path
    now: datetime
    folder: Path = Path()
    session_id: str = ""
    begun: float = field(default_factory=time.time)

    @property
    def name(self) -> str:
        """The session's id, or that of a folder which is none yet."""
        return self.session_id or entry_id(self.folder)

    def at(self) -> datetime:
        """The run's time as it is by now: a ruling that was made late in a long run ends no later for it."""
        return self.now + timedelta(seconds=max(0.0, time.time() - self.begun))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How a run is to be done: which sessions (of one UTC date or all, ``again`` those too that failed too often).

    With ``accept_clock`` a person says that the clock is right although it jumped.
    """

    executor: Executor
    day: date | None = None
    again: bool = False
    accept_clock: bool = False

    def includes(self, session_id: str) -> bool:
        """Whether the run is about this session; its id begins with its date."""
        return self.day is None or session_id.startswith(self.day.isoformat())


def night(workspace: Workspace, *, inbox: Path | None, chosen: Chosen, now: datetime, progress: Progress) -> Report:
    """Takes in what is new, moves every session as far as it may go, writes exports and the morning report.

    Raises ``LockHeld`` when another run works here, ``ConsentUnreadable`` when the consent store does not hold, and
    ``TryAgain`` when the clock jumped: then nothing is processed.
    """
    began = time.monotonic()
    inbox = inbox.resolve() if inbox else None
    log.configure(workspace.logs / "offrecord.jsonl")
    with workspace.locked():
        workspace.sweep()
        consent.verify_chain(workspace)
        workspace.ledger.check()
        integrity.check(workspace)
        run_clock.note(workspace, now=now, accepted=chosen.accept_clock)
        rules = rules_of(workspace.root)
        erasure.carry_out(workspace, now=now)
        registry = Registry(workspace.db)
        taken, unfinished = _take_in(workspace, registry, inbox, chosen, now, progress) if inbox else (set(), 0)
        worked = taken | _move_on(workspace, registry, chosen, now, progress)
        requests.write(workspace, now=now)
        taken_in = [registry.session(session_id) for session_id in sorted(worked & registry.states().keys())]
        warned = (
            *_stray(inbox),
            *registry.differing(),
            *ingest.unread(taken_in),
            *rules.warnings(now.date()),
            *workspace.list_warnings(now.date()),
        )
        report = gather(registry, now=now, unfinished=unfinished, worked=worked, warned=warned)
        write(report, workspace)
        metrics.write(report, workspace.reports / "metrics.prom", seconds=time.monotonic() - began)
        erasure.conclude(workspace)
        log.get().info("night", count=len(report.lines), seconds=round(time.monotonic() - began, 1))
    return report


def _take_in(
    workspace: Workspace, registry: Registry, inbox: Path, chosen: Chosen, now: datetime, progress: Progress
) -> tuple[set[str], int]:
    """Ingests the folders that are new or changed, in order; the ids of those, and how many are still being written."""
    there, known = ingest.entries(inbox), registry.entries()
    for path in _gone(known, inbox, there):
        registry.forget(path)
    marks = {folder: mark for folder in there if (mark := _mark(folder))}
    tasks = [
        Task(root=workspace.root, now=now, folder=folder)
        for folder, mark in marks.items()
        if (path := entry_path(folder)) not in known or known[path].fingerprint != mark
    ]
    found: dict[Path, Session | Refused | None] = {}
    for done in _worked(workspace, tasks, ingest_one, chosen, progress):
        if isinstance(done, Lost):
            marks[done.task.folder] = ""
            found[done.task.folder] = Refused(reason=f"it could not be taken in: {done.why}", action=_RETRY)
        else:
            found[done.task.folder] = done.value
    taken: set[str] = set()
    for folder in sorted(found):
        outcome = found[folder]
        if outcome is not None:
            registry.take(folder, marks[folder], outcome)
            taken.add(entry_id(folder))
    return taken, len(found) - len(taken)


def _gone(known: Mapping[str, InboxEntry], inbox: Path, there: Iterable[Path]) -> list[str]:
    """The folders that were in this inbox and are not any more, refused or with a recording that is there already."""
    present = {entry_path(folder) for folder in there}
    return [
        path
        for path, one in known.items()
        if one.status != "taken" and path not in present and Path(path).parent == Path(entry_path(inbox))
    ]


def _stray(inbox: Path | None) -> Iterator[str]:
    count = ingest.strays(inbox) if inbox else 0
    if count:
        yield f"{count} files lie in the inbox itself and are not taken in: give each session a folder of its own"


def _mark(folder: Path) -> str | None:
    """The fingerprint of a folder, None when it is being moved away."""
    try:
        return ingest.fingerprint(folder)
    except TryAgain:
        return None


def _move_on(workspace: Workspace, registry: Registry, chosen: Chosen, now: datetime, progress: Progress) -> set[str]:
    """Works every session whose inputs changed since it was last worked; returns their ids."""
    standings = registry.states()
    keys = state_keys(workspace, registry, on=now.date())
    tasks = [
        Task(root=workspace.root, now=now, session_id=session_id)
        for session_id, key in keys.items()
        if (chosen.includes(session_id) or is_out(standings.get(session_id)))
        and is_due(workspace, standings.get(session_id), key, now, chosen.again)
    ]
    naming.assign((registry.session(task.session_id) for task in tasks), workspace)
    for done in taking_back(_worked(workspace, tasks, process_one, chosen, progress), workspace, standings, now):
        session_id = done.task.session_id
        travelled = done.value if isinstance(done, Done) else _lost(done, registry, workspace, now)
        before = standings.get(session_id)
        same = before is not None and before.state_key == keys[session_id]
        registry.conclude(
            SessionState(
                state_key=keys[session_id],
                valid_until=travelled.valid_until,
                attempts=before.attempts + 1 if before and same else 1,
                result=travelled.result,
            )
        )
    return {task.session_id for task in tasks}


def state_keys(workspace: Workspace, registry: Registry, *, on: date) -> dict[str, str]:
    """For each session a hash of everything that its result depends on."""
    settings = workspace.settings
    common = key_of(
        [
            __version__,
            speech.preflight(workspace.settings.speech),
            *(stage.VERSION for stage in (speech, detect, review, render, tag)),
            consent.log_head(workspace),
        ],
        [settings.speech, settings.detect, settings.redact, settings.picture, settings.consent, reader.version()],
        workspace.listed().mark(on),
        rules_of(workspace.root).version,
    )
    acts, approved = review.heads(workspace.db), releases.approvals(workspace.db)
    return {
        name: key_of([common, digest, acts.get(name, ""), approved.get(name, "")])
        for name, digest in registry.digests().items()
    }


def _lost(lost: Lost[Task], registry: Registry, workspace: Workspace, now: datetime) -> run.Travelled:
    """A session whose worker was lost: whatever of it is out is taken back, for nobody said that it may stay."""
    failed = Failed(reason=f"{lost.why} ({lost.error})", action=_RETRY)
    travelled = run.stopped(registry.session(lost.task.session_id), workspace, failed, now)
    return replace(travelled, valid_until=now.timestamp())


def _worked(
    workspace: Workspace, tasks: Sequence[Task], work: Callable[[Task], R], chosen: Chosen, progress: Progress
) -> Iterator[Done[Task, R] | Lost[Task]]:
    """Spreads tasks over the workers, and tells log and progress of each."""
    settings, stage = workspace.settings.run, work.__name__.removesuffix("_one")
    if tasks:
        tools.require()
    progress(stage, 0, len(tasks))
    outcomes = chosen.executor(tasks, work, workers=settings.workers, timeout_s=settings.timeout_s)
    for count, outcome in enumerate(outcomes, start=1):
        if isinstance(outcome, Lost):
            if outcome.error == ConsentUnreadable.__name__:
                raise ConsentUnreadable("the consent store became unreadable", action="restore it, then run again")
            if outcome.error == StorageUnavailable.__name__:
                raise StorageUnavailable
            log.get().warning("lost", stage=stage, session_id=outcome.task.name, error=outcome.error)
        else:
            log.get().info("done", stage=stage, session_id=outcome.task.name)
        progress(stage, count, len(tasks))
        yield outcome


@lru_cache(maxsize=1)
def _opened(root: Path) -> Workspace:
    """The workspace as a worker process sees it, opened once."""
    return Workspace.open(root)


@storage_needed()
def ingest_one(task: Task) -> Session | Refused | None:
    """In a worker: ingests one folder; None while it is still being written."""
    try:
        found = ingest.ingest(task.folder, workspace=_opened(task.root))
        if isinstance(found, Session) and tombstones.holds(_opened(task.root).db, found.source_digest):
            return Refused(reason="this recording was erased on request", action="remove it from the inbox")
        return found
    except StorageUnavailable:
        raise
    except TryAgain:
        return None
    except InputRefused as error:
        return Refused(reason=error.message, action=error.action)


@storage_needed()
def process_one(task: Task) -> run.Travelled:
    """In a worker: moves one session on; a known error is its result, an unknown one loses the task alone.

    Where consent changed while it was worked, it is worked again: what is kept makes that quick.
    """
    workspace = _opened(task.root)
    session = Registry(workspace.db).session(task.session_id)
    for attempt in range(_TRIES):
        try:
            return run.process(session, workspace, now=task.at())
        except (ConsentUnreadable, StorageUnavailable):
            raise
        except OffrecordError as error:
            if isinstance(error, TryAgain) and attempt + 1 < _TRIES:
                continue
            failed = Failed(reason=error.message, action=error.action or _RETRY)
    return run.stopped(session, workspace, failed, task.now)
