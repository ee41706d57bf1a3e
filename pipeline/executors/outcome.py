"""What comes back from a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

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
