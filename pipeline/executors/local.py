"""Local processes, one for each core: a killed or hung worker fails its own task and no other."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline.executors.outcome import TaskDone, TaskFailed

T = TypeVar("T")
R = TypeVar("R")

_PR_SET_PDEATHSIG = 1  # prctl(2)
# One thread for each worker, because there is one worker for each core. Within a task freed memory is kept
# (mallopt(3)): Whisper frees and takes the same again and again. With 1 MB for both thresholds 162 s of speech took it
# 15.3 s, 6.3 of them in the kernel, with these 10.4 and 1.8, at a peak of 877 MB instead of 766.
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}


def run_tasks(
    tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
) -> Iterator[TaskDone[T, R] | TaskFailed[T]]:
    """Runs every task in a process of its own pool and yields each as it ends.

    ``work`` must be importable. ``workers`` 0 means one for each core. Tasks left over are cancelled when the caller
    stops early.
    """
    if not tasks:
        return
    for name, value in WORKER_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    size = min(workers or os.cpu_count() or 1, len(tasks))
    with ProcessPool(
        max_workers=size, context=multiprocessing.get_context("spawn"), initializer=_die_with_parent
    ) as pool:
        with _block_sigint():
            waiting: dict[Future[R], T] = {
                pool.schedule(_worked, args=(work, task), timeout=timeout_s): task for task in tasks
            }
        try:
            for future in as_completed(waiting):
                yield _outcome(waiting[future], future)
        finally:
            if not all(future.done() for future in waiting):
                pool.stop()


def _worked(work: Callable[[T], R], task: T) -> R:
    """One task in a worker, which then gives freed memory back: it lives as long as a run, not as one session."""
    try:
        return work(task)
    finally:
        if sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim"):
            ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def _block_sigint() -> Iterator[None]:
    """Hides Ctrl-C from the threads and processes that start here: only this process gets it, and ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _die_with_parent() -> None:
    """A worker never outlives a killed run; Linux only, elsewhere it ends after its task."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _outcome(task: T, future: Future[R]) -> TaskDone[T, R] | TaskFailed[T]:
    error = future.exception()
    if error is None:
        return TaskDone(task, future.result())
    if isinstance(error, TimeoutError):
        return TaskFailed(task, "it took too long", "TimeoutError")
    if isinstance(error, ProcessExpired):
        return TaskFailed(task, "its worker process died", "ProcessExpired")
    return TaskFailed(task, "an unexpected error", type(error).__name__)
