"""What comes back from a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.errors import (
    ConfigurationError,
    ConsentUnreadable,
    ObjectStorageRefused,
    ObjectStorageUnavailable,
    OffrecordError,
    RunFenced,
    StorageUnavailable,
)

T = TypeVar("T")
R = TypeVar("R")

WORKER_DIED, NODE_LOST, TIMED_OUT = "ProcessExpired", "NodeLost", "TimeoutError"
"""What ``TaskFailed.error`` says where there was no exception to name: the worker, its machine or its time was lost."""


@dataclass(frozen=True, slots=True)
class TaskDone(Generic[T, R]):
    """A task that came back with its value."""

    task: T
    value: R


@dataclass(frozen=True, slots=True)
class TaskFailed(Generic[T]):
    """A task that came back without one; ``reason`` is the kind of failure, and ``error`` the exception's type."""

    task: T
    reason: str
    error: str

    @property
    def lost_worker(self) -> bool:
        """Whether its worker was gone before it could say anything: the task may be what killed it."""
        return self.error in (WORKER_DIED, NODE_LOST)

    def stops_all(self) -> OffrecordError | None:
        """What ends the whole run, because every other task would end so too; None where it is this task's own."""
        match self.error:
            case ConsentUnreadable.__name__:
                return ConsentUnreadable("the consent store became unreadable", action="restore it, then run again")
            case StorageUnavailable.__name__:
                return StorageUnavailable()
            case ObjectStorageUnavailable.__name__:
                return ObjectStorageUnavailable()
            case ObjectStorageRefused.__name__:
                return ObjectStorageRefused()
            case RunFenced.__name__:
                return RunFenced()
            case ModuleNotFoundError.__name__:
                return ConfigurationError("a package is missing", action="`offrecord doctor` names it")
        return None


def timed_out(task: T) -> TaskFailed[T]:
    """A task that took longer than it may, and whose worker was ended."""
    return TaskFailed(task, "it took too long", TIMED_OUT)


def worker_died(task: T) -> TaskFailed[T]:
    """A task whose worker was killed, by what it did or from outside."""
    return TaskFailed(task, "its worker process died", WORKER_DIED)


def node_lost(task: T) -> TaskFailed[T]:
    """A task whose worker went with the machine that it ran on: nothing speaks against the task."""
    return TaskFailed(task, "the machine that it ran on was lost", NODE_LOST)


def raised(task: T, error: BaseException) -> TaskFailed[T]:
    """A task that ended in an exception, of which only the type is told: its words might hold a secret."""
    return TaskFailed(task, "an unexpected error", type(error).__name__)
