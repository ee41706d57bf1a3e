"""What workers of other machines made of a task, handed over through the workspace: nothing of it leaves there.

It is kept encrypted as a stage result is, until the run has read it; what a killed run left goes with the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pipeline.executors import Executor, RayExecutor, TaskDone, TaskFailed
from pipeline.executors.outcome import raised
from pipeline.store import Workspace
from pipeline.workflow.attempts import Task, opened, run_attempts

R = TypeVar("R")

_STAGE = "hand_over"


@dataclass(frozen=True)
class HandedOver(Generic[R]):
    """Work whose result is kept in the workspace as a value of a ``kind``; what comes back is its key alone."""

    work: Callable[[Task], R]
    kind: Any

    def __call__(self, task: Task) -> str:
        """Does the work in a worker; raises what it raises, and ``RunFenced`` where its run is over."""
        value, workspace = self.work(task), opened(task.root)
        key = f"{task.epoch[:8]}-{task.name}-{task.number}"
        with workspace.attempting(task.attempt):
            workspace.fence.check()
            workspace.stages.put(_STAGE, key, (value,), _box(self.kind), stays_here=True)
        return key


def run_tasks(
    workspace: Workspace, tasks: Sequence[Task], work: Callable[[Task], R], executor: Executor, kind: Any
) -> Iterator[TaskDone[Task, R] | TaskFailed[Task]]:
    """Runs every task as ``run_attempts`` does; where workers may be on other machines, through the workspace."""
    if not isinstance(executor, RayExecutor):
        yield from run_attempts(workspace, tasks, work, executor)
        return
    for outcome in run_attempts(workspace, tasks, HandedOver(work, kind), executor):
        yield outcome if isinstance(outcome, TaskFailed) else _collected(workspace, outcome, kind)


def _collected(workspace: Workspace, done: TaskDone[Task, str], kind: Any) -> TaskDone[Task, Any] | TaskFailed[Task]:
    """A task with the value that its worker handed over."""
    kept = workspace.stages.get(_STAGE, done.value, _box(kind))
    workspace.stages.drop(workspace.stages.place(_STAGE, done.value))
    return raised(done.task, FileNotFoundError()) if kept is None else TaskDone(done.task, kept[0])


def _box(kind: Any) -> Any:
    """A tuple of one, because a stage result is never None and this may be."""
    return tuple[kind]


def sweep(workspace: Workspace) -> None:
    """Removes what a run handed over and nobody read; only under the lock."""
    workspace.stages.drop_each(workspace.stages.files(_STAGE))
