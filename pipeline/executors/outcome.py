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
    StorageUnavailable,
)

T = TypeVar("T")
R = TypeVar("R")


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
            case ModuleNotFoundError.__name__:
                return ConfigurationError("a package is missing", action="`offrecord doctor` names it")
        return None
