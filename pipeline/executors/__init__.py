"""How work is spread over processes; one task lost never takes another with it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from pipeline.executors import inline, local
from pipeline.executors.outcome import Done, Lost

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Works every task and yields each as it ends."""

    def __call__(
        self, tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
    ) -> Iterator[Done[T, R] | Lost[T]]:
        """``work`` must be importable; ``workers`` 0 means one for each core, ``timeout_s`` holds for each task."""


EXECUTORS: dict[str, Executor] = {"local": local.spread, "inline": inline.spread}

__all__ = ["EXECUTORS", "Done", "Executor", "Lost"]
