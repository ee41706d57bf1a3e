"""What comes back from a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Done(Generic[T, R]):
    """A task that came back with its value."""

    task: T
    value: R


@dataclass(frozen=True, slots=True)
class Lost(Generic[T]):
    """A task that came back without one; ``why`` is the kind of loss, and ``error`` the exception's type."""

    task: T
    why: str
    error: str
