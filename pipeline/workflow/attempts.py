"""The tries at the tasks of a run: one whose worker died is tried once more alone, and then quarantined.

Alone there is nothing beside it that could have killed its worker, so a task that was only a neighbour is cleared and
loses nothing. Whatever is given up is shut out by the fence before anything else is done about it: its worker may live.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pipeline.executors import Executor, TaskDone, TaskFailed
from pipeline.executors.outcome import NODE_LOST, TIMED_OUT
from pipeline.store import Workspace
from pipeline.store.fence import Attempt
from pipeline.store.registry import QUARANTINED, entry_id

R = TypeVar("R")

_CHARGES = 2
"""Workers that a task may kill: the second one alone."""
_REFUNDS = 3
"""Machines that may be lost under one task, none of which is charged to it, before it waits for the next night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work for a worker process: ids and paths, never content."""

    root: Path
    now: datetime
    folder: Path = Path()
    session_id: str = ""
    started_at_s: float = field(default_factory=time.time)
    epoch: str = ""
    number: int = 1

    @property
    def name(self) -> str:
        """The session's id, or that of a folder which is none yet."""
        return self.session_id or entry_id(self.folder)

    @property
    def attempt(self) -> Attempt:
        """The try that this is, as the fence knows it."""
        return Attempt(self.epoch, self.name, self.number)

    def current_time(self) -> datetime:
        """The run's time plus what has passed since: a ruling that is made late in a long run ends no earlier."""
        return self.now + timedelta(seconds=max(0.0, time.time() - self.started_at_s))


@lru_cache(maxsize=1)
def opened(root: Path) -> Workspace:
    """The workspace as a worker process sees it, opened once."""
    return Workspace.open(root)


Outcome = TaskDone[Task, R] | TaskFailed[Task]


def run_attempts(
    workspace: Workspace, tasks: Sequence[Task], work: Callable[[Task], R], executor: Executor
) -> Iterator[Outcome[R]]:
    """Runs every task of the run that holds the workspace, and yields each once, as it ends."""
    run, settings = workspace.fence.attempt, workspace.settings.run
    begun = [replace(task, epoch=run.epoch if run else "") for task in tasks]
    suspects: list[TaskFailed[Task]] = []
    for outcome in executor(begun, work, workers=settings.workers, timeout_s=settings.timeout_s):
        workspace.require_lock()
        if isinstance(outcome, TaskFailed):
            _shut_out(workspace, outcome)
            if outcome.lost_worker:
                suspects.append(outcome)
                continue
        yield outcome
    for suspect in suspects:
        yield _tried_alone(workspace, suspect, work, executor)


def _tried_alone(
    workspace: Workspace, lost: TaskFailed[Task], work: Callable[[Task], R], executor: Executor
) -> Outcome[R]:
    """The outcome of a task whose worker was lost, tried again with nothing beside it."""
    charges = refunds = 0
    while True:
        refunds += lost.error == NODE_LOST
        charges += lost.error != NODE_LOST
        if charges >= _CHARGES:
            return TaskFailed(lost.task, QUARANTINED, lost.error)
        if refunds > _REFUNDS:
            return lost
        again = replace(lost.task, number=lost.task.number + 1)
        (outcome,) = executor([again], work, workers=1, timeout_s=workspace.settings.run.timeout_s)
        workspace.require_lock()
        if isinstance(outcome, TaskDone):
            return outcome
        _shut_out(workspace, outcome)
        if not outcome.lost_worker:
            return outcome
        lost = outcome


def _shut_out(workspace: Workspace, failed: TaskFailed[Task]) -> None:
    """A worker that is thought dead, or hung, may come back: what it does then counts for nothing.

    What it had opened and half rendered goes at once: it is not encrypted, and the next night may be far.
    """
    if failed.lost_worker or failed.error == TIMED_OUT:
        workspace.fence.give_up(failed.task.attempt)
        shutil.rmtree(workspace.scratch / failed.task.attempt.scratch_name, ignore_errors=True)
        workspace.vault.sweep_opened()
