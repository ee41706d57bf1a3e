"""Local processes, one for each core: a killed or hung worker costs its own task and no other."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline.executors.outcome import Done, Lost

T = TypeVar("T")
R = TypeVar("R")

_PR_SET_PDEATHSIG = 1
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def spread(
    tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
) -> Iterator[Done[T, R] | Lost[T]]:
    """Works every task in a process of its own pool and yields each as it ends.

    ``work`` must be importable. ``workers`` 0 means one for each core. Tasks left over are cancelled when the caller
    stops early.
    """
    if not tasks:
        return
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    size = min(workers or os.cpu_count() or 1, len(tasks))
    with ProcessPool(
        max_workers=size, context=multiprocessing.get_context("spawn"), initializer=_die_with_parent
    ) as pool:
        waiting: dict[Future[R], T] = {pool.schedule(work, args=(task,), timeout=timeout_s): task for task in tasks}
        try:
            for future in as_completed(waiting):
                yield _outcome(waiting[future], future)
        finally:
            if not all(future.done() for future in waiting):
                pool.stop()


def _die_with_parent() -> None:
    """A worker never outlives a killed run; Linux only, elsewhere it ends after its task."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _outcome(task: T, future: Future[R]) -> Done[T, R] | Lost[T]:
    error = future.exception()
    if error is None:
        return Done(task, future.result())
    if isinstance(error, TimeoutError):
        return Lost(task, "it took too long", "TimeoutError")
    if isinstance(error, ProcessExpired):
        return Lost(task, "its worker process died", "ProcessExpired")
    return Lost(task, "an unexpected error", type(error).__name__)
