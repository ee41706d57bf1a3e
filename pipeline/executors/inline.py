"""One task after the other in this process: for looking into a session with a debugger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pipeline.executors.outcome import TaskDone, TaskFailed

T = TypeVar("T")
R = TypeVar("R")


def run_tasks(
    tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
) -> Iterator[TaskDone[T, R] | TaskFailed[T]]:
    """Runs every task here, in order; there is no worker to lose, so errors come through, and no time limit."""
    for task in tasks:
        yield TaskDone(task, work(task))
