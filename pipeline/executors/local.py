"""Local processes, one for each core: a killed or hung worker fails its own task and no other."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline.executors.outcome import TaskDone, TaskFailed, raised, timed_out, worker_died
from pipeline.executors.worker_environment import run_task, set_worker_environment

T = TypeVar("T")
R = TypeVar("R")

_PR_SET_PDEATHSIG = 1  # prctl(2)


def run_tasks(
    tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
) -> Iterator[TaskDone[T, R] | TaskFailed[T]]:
    """Runs every task in a process of its own pool and yields each as it ends.

    ``work`` must be importable. ``workers`` 0 means one for each core. Tasks left over are cancelled when the caller
    stops early.

    Workers are forked from a clean process that has imported what they need, once for a run: of 2.2 s of processor time
    for each worker, and for each that takes the place of a killed one, 0.1 are left.
    """
    if not tasks:
        return
    set_worker_environment()
    size = min(workers or os.cpu_count() or 1, len(tasks))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])
    with ProcessPool(
        max_workers=size, context=context, initializer=_begin_worker, initargs=(dict(os.environ),)
    ) as pool:
        with _block_sigint():
            waiting: dict[Future[R], T] = {
                pool.schedule(run_task, args=(work, task), timeout=timeout_s): task for task in tasks
            }
        try:
            for future in as_completed(waiting):
                yield _outcome(waiting[future], future)
        finally:
            if not all(future.done() for future in waiting):
                pool.stop()


@contextmanager
def _block_sigint() -> Iterator[None]:
    """Hides Ctrl-C from the threads and processes that start here: only this process gets it, and ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker(environment: dict[str, str]) -> None:
    """A worker has the environment of now, does not hear Ctrl-C, and never outlives a killed run."""
    os.environ.clear()
    os.environ.update(environment)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # Its parent is the clean process, which a killed run leaves there as long as a worker lives.
    threading.Thread(target=_die_with_run, daemon=True).start()


def _die_with_run() -> None:
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _outcome(task: T, future: Future[R]) -> TaskDone[T, R] | TaskFailed[T]:
    error = future.exception()
    if error is None:
        return TaskDone(task, future.result())
    if isinstance(error, TimeoutError):
        return timed_out(task)
    return worker_died(task) if isinstance(error, ProcessExpired) else raised(task, error)
