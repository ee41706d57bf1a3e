"""Where tasks run; one that fails never takes another with it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from pipeline.executors import inline, local
from pipeline.executors.outcome import TaskDone, TaskFailed
from pipeline.executors.ray_executor import RayExecutor, remove_left_clusters

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Runs every task and yields each as it ends."""

    def __call__(
        self, tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
    ) -> Iterator[TaskDone[T, R] | TaskFailed[T]]:
        """``work`` must be importable; ``workers`` 0 means one for each core, ``timeout_s`` holds for each task."""


EXECUTORS: dict[str, Executor] = {"local": local.run_tasks, "inline": inline.run_tasks}
"""Those of this process and its own; the results of tasks stay on this machine."""
RAY = "ray"

__all__ = ["EXECUTORS", "RAY", "Executor", "RayExecutor", "TaskDone", "TaskFailed", "remove_left_clusters"]
