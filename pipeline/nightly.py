"""Many sessions: what is due, what becomes of it, and the morning report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pipeline import consent, ingest, log, run
from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.errors import ConsentUnreadable, InputRefused, OffrecordError, RunFenced, StorageUnavailable, TryAgain
from pipeline.executors import Executor, TaskDone, TaskFailed
from pipeline.lexicon.counted import counted
from pipeline.media import tools
from pipeline.records import Failed, Refused, Session, SessionProgress
from pipeline.reports import metrics, published
from pipeline.reports.morning_report import MorningReport, gather
from pipeline.reports.report_files import write
from pipeline.reports.telemetry import ShowProgress
from pipeline.reports.warnings import warnings
from pipeline.store import Workspace, integrity, run_clock, tombstones
from pipeline.store.customers import read_customers
from pipeline.store.database import storage_needed
from pipeline.store.registry import QUARANTINED, InboxEntry, Registry, SessionState, entry_id, entry_path
from pipeline.workflow import erasure, hand_over, pseudonyms, request_files, retention, tagging
from pipeline.workflow.attempts import Task, opened
from pipeline.workflow.copied_renditions import copy_missing
from pipeline.workflow.due_sessions import is_due, is_published, withdrawing_overdue
from pipeline.workflow.lock_watch import watching
from pipeline.workflow.results import stop_session
from pipeline.workflow.review_holds import open_questions
from pipeline.workflow.state_key import state_keys
from pipeline.workflow.term_lists import require_lists
from pipeline.workflow.voice_count import voice_questions

R = TypeVar("R")

# Consent may change while a session is processed, which makes it start anew from what is stored: seconds, not hours.
# Three starts outlast a person who enters a few answers; whoever imports them all night finds the session failed.
_STARTS = 3
_KINDS: dict[str, Any] = {"ingest": Session | Refused | None, "process": SessionProgress}
"""What the work of each stage gives."""
_RETRY = "nothing; the next run tries it again"
_RELEASE = "look into the recording, then `offrecord run --retry-failed`"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is done: the sessions of one UTC ``day`` or all; ``retry_failed`` those too that failed too often.

    With ``accept_clock`` a person confirms that the clock is right although it jumped.
    """

    executor: Executor
    day: date | None = None
    retry_failed: bool = False
    accept_clock: bool = False

    def includes(self, session_id: str) -> bool:
        """Whether the run is about this session; its id begins with its date."""
        return self.day is None or session_id.startswith(self.day.isoformat())


def run_night(
    workspace: Workspace, *, inbox: Path | None, options: RunOptions, now: datetime, progress: ShowProgress
) -> MorningReport:
    """Ingests what is new, moves every session as far as it may go, writes exports and the morning report.

    What is published is held against what was left there first. Raises ``LockHeld`` when another run works here,
    ``ConsentUnreadable`` when the consent store does not hold, ``TryAgain`` when the clock jumped, and what stands in
    the way of the keys of the vault: then nothing is processed.
    """
    began = time.monotonic()
    inbox = inbox.resolve() if inbox else None
    log.configure(workspace.logs / "offrecord.jsonl")
    with workspace.locked(), watching(workspace):
        interrupted = published.half_done(workspace)
        workspace.sweep()
        hand_over.sweep(workspace)
        workspace.require_storage()
        consent.verify_chain(workspace)
        workspace.ledger.check()
        integrity.check(workspace)
        unsure = run_clock.note(workspace, now=now, accepted=options.accept_clock)
        damage = published.check(workspace, interrupted)
        # A broken table stops the night before anything is done.
        rules_of(workspace.root)
        tagging.read_taxonomy(workspace)
        read_customers(workspace.root)
        require_lists(workspace)
        ingest.read_tracks(workspace.root)
        erasure.carry_out(workspace, now=now, by_time=not unsure)
        removed = retention.carry_out(workspace, now=now, removes=not unsure)
        registry = Registry(workspace.db)
        ingested, unfinished = (
            _ingest_new(workspace, registry, inbox, options, now, progress) if inbox else (set[str](), 0)
        )
        processed = ingested | _process_due(workspace, registry, options, now, progress)
        tagging.retag(workspace, now=now)
        request_files.write_exports(workspace, now=now)
        copy_missing(workspace)
        sessions = [registry.session(session_id) for session_id in sorted(processed & registry.states().keys())]
        sources = (*_stray_files(inbox), *ingest.unread(sessions), *ingest.differences(workspace, sessions))
        questions = (*voice_questions(workspace, sessions), *open_questions(workspace, sessions))
        warned = (*unsure, *sources, *questions, *retention.removal_lines(removed), *warnings(workspace, now))
        report = gather(workspace, now=now, unfinished=unfinished, processed=processed, warnings=warned)
        report = replace(report, damage=damage)
        write(report, workspace)
        metrics.write(report, workspace.reports / "metrics.prom", seconds=time.monotonic() - began)
        erasure.verify_withdrawals(workspace)
        log.get().info("run finished", count=len(report.lines), seconds=round(time.monotonic() - began, 1))
    return report


def _ingest_new(
    workspace: Workspace, registry: Registry, inbox: Path, options: RunOptions, now: datetime, progress: ShowProgress
) -> tuple[set[str], int]:
    """Ingests the folders that are new or changed, in order; the ids of those, and how many are still being written."""
    folders, known = ingest.entries(inbox), registry.entries()
    for path in _removed_folders(known, inbox, folders):
        registry.forget(path)
    tracks = ingest.tracks_digest(workspace.root)
    fingerprints = {folder: fingerprint for folder in folders if (fingerprint := _fingerprint(folder, tracks))}
    tasks = [
        Task(root=workspace.root, now=now, folder=folder)
        for folder, fingerprint in fingerprints.items()
        if (path := entry_path(folder)) not in known
        or known[path].fingerprint != fingerprint
        or not ingest.is_known(workspace, known[path])
        or (known[path].is_quarantined and options.retry_failed)
    ]
    outcomes: dict[Path, Session | Refused | None] = {}
    for finished in _run_tasks(workspace, tasks, ingest_one, options, progress):
        folder = finished.task.folder
        if isinstance(finished, TaskFailed):
            outcomes[folder] = _not_ingested(finished)
            if finished.reason != QUARANTINED:
                fingerprints[folder] = ""  # no folder has an empty fingerprint, so that the next run tries it again
        else:
            outcomes[folder] = finished.value
    ingested: set[str] = set()
    for folder in sorted(outcomes):
        outcome = outcomes[folder]
        if outcome is not None:
            ingest.register(workspace, registry, folder, fingerprints[folder], outcome)
            ingested.add(entry_id(folder))
    return ingested, len(outcomes) - len(ingested)


def _not_ingested(failed: TaskFailed[Task]) -> Refused:
    if failed.reason == QUARANTINED:
        return Refused(reason=QUARANTINED, action=_RELEASE)
    return Refused(reason=f"the folder could not be ingested: {failed.reason}", action=_RETRY)


def _removed_folders(known: Mapping[str, InboxEntry], inbox: Path, folders: Iterable[Path]) -> list[str]:
    """The refused folders that were in this inbox and are not any more."""
    present = {entry_path(folder) for folder in folders}
    return [
        path
        for path, entry in known.items()
        if entry.session_id is None and path not in present and Path(path).parent == Path(entry_path(inbox))
    ]


def _stray_files(inbox: Path | None) -> Iterator[str]:
    count = ingest.strays(inbox) if inbox else 0
    if count:
        strays = counted(count, "file")
        yield f"{strays} beside the folders of the inbox, not ingested: give each session a folder of its own"


def _fingerprint(folder: Path, tracks: bytes) -> str | None:
    """The fingerprint of a folder, None when it is being moved away."""
    try:
        return ingest.fingerprint(folder, also=tracks)
    except TryAgain:
        return None


def _process_due(
    workspace: Workspace, registry: Registry, options: RunOptions, now: datetime, progress: ShowProgress
) -> set[str]:
    """Processes every session whose inputs changed since it was last processed; returns their ids."""
    standings = registry.states()
    keys = state_keys(workspace, registry, on=now.date())
    due = {
        session_id
        for session_id, key in keys.items()
        if (options.includes(session_id) or is_published(standings.get(session_id)))
        and is_due(workspace, standings.get(session_id), key, now, options.retry_failed)
    }
    ordered = [session_id for session_id in registry.days() if session_id in due] if due else []
    tasks = [Task(root=workspace.root, now=now, session_id=session_id) for session_id in ordered]
    pseudonyms.assign((registry.session(task.session_id) for task in tasks), workspace)
    outcomes = _run_tasks(workspace, tasks, process_one, options, progress)
    for finished in withdrawing_overdue(outcomes, workspace, standings, now):
        session_id = finished.task.session_id
        reached = _reached(finished, registry, workspace, now)
        before = standings.get(session_id)
        is_same = before is not None and before.state_key == keys[session_id]
        registry.conclude(
            SessionState(
                state_key=keys[session_id],
                valid_until=reached.valid_until,
                attempts=before.attempts + 1 if before and is_same else 1,
                ruled_at=now.timestamp(),
                result=reached.result,
            )
        )
    return {task.session_id for task in tasks}


def _reached(
    finished: TaskDone[Task, SessionProgress] | TaskFailed[Task],
    registry: Registry,
    workspace: Workspace,
    now: datetime,
) -> SessionProgress:
    """How far a session came. Where its worker died or hung, what is published is withdrawn: no ruling lets it stay."""
    if isinstance(finished, TaskDone):
        return finished.value
    stop = Failed(reason=f"{finished.reason} ({finished.error})", action=_RETRY)
    if finished.reason == QUARANTINED:
        stop = Failed(reason=QUARANTINED, action=_RELEASE)
    stopped = stop_session(registry.session(finished.task.session_id), workspace, stop, now=now)
    return replace(stopped, valid_until=now.timestamp())


def _run_tasks(
    workspace: Workspace, tasks: Sequence[Task], work: Callable[[Task], R], options: RunOptions, progress: ShowProgress
) -> Iterator[TaskDone[Task, R] | TaskFailed[Task]]:
    """Runs tasks on the workers; the log and the progress follow each."""
    stage = work.__name__.removesuffix("_one")
    if tasks:
        tools.require()
    progress(stage, 0, len(tasks))
    outcomes = hand_over.run_tasks(workspace, tasks, work, options.executor, _KINDS[stage])
    for count, outcome in enumerate(outcomes, start=1):
        if isinstance(outcome, TaskFailed):
            if (stop := outcome.stops_all()) is not None:
                raise stop
            log.get().warning("task failed", stage=stage, session_id=outcome.task.name, error=outcome.error)
        else:
            log.get().info("task done", stage=stage, session_id=outcome.task.name)
        progress(stage, count, len(tasks))
        yield outcome


@storage_needed()
def ingest_one(task: Task) -> Session | Refused | None:
    """In a worker: ingests one folder; None while it is still being written."""
    workspace = opened(task.root)
    try:
        with workspace.attempting(task.attempt):
            outcome = ingest.ingest(task.folder, workspace=workspace)
        if isinstance(outcome, Session) and tombstones.holds(workspace.db, outcome.source_digest):
            return Refused(
                reason="this recording was erased on request, or is past its retention",
                action="remove it from the inbox",
            )
        return outcome
    except StorageUnavailable:
        raise
    except TryAgain:
        return None
    except InputRefused as error:
        return Refused(reason=error.message, action=error.action)


@storage_needed()
def process_one(task: Task) -> SessionProgress:
    """In a worker: processes one session; a known error is its result, an unknown one fails this task alone.

    Where consent changes meanwhile, the session is processed again: what is stored makes that quick.
    """
    workspace = opened(task.root)
    session = Registry(workspace.db).session(task.session_id)
    with workspace.attempting(task.attempt):
        for start in range(_STARTS):
            try:
                with workspace.vault.in_use():
                    return run.process(session, workspace, now=task.current_time())
            except (ConsentUnreadable, RunFenced, StorageUnavailable):
                raise
            except OffrecordError as error:
                if isinstance(error, TryAgain) and start + 1 < _STARTS:
                    continue
                failed = Failed(reason=error.message, action=error.action or _RETRY)
        return stop_session(session, workspace, failed, now=task.now)
