"""One process that takes one task after another, and its successor where it died."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.executors.outcome import TaskDone, TaskFailed, raised, timed_out, worker_died
from pipeline.executors.worker_environment import run_task

T = TypeVar("T")
R = TypeVar("R")

_PR_SET_PDEATHSIG = 1  # prctl(2)
_LOOKS_EVERY_S = 0.1


class WorkerProcess:
    """A pool of one process, because whose task a dead process had is certain only there.

    In a pool of several, one that dies before it was seen to take a task, or while it has none, fails every task of
    the others (pebble 5.2: "All workers expired").
    """

    def __init__(self, context: BaseContext) -> None:
        self._context = context
        self._stopped = threading.Event()
        self._pool = self._new_pool()

    def run(self, work: Callable[[T], R], task: T, timeout_s: float) -> TaskDone[T, R] | TaskFailed[T]:
        """Runs ``work`` on the task in the process; a task whose process is lost takes nothing else with it."""
        try:
            future = self._schedule(work, task, timeout_s)
        except BrokenProcessPool:
            return worker_died(task)
        while not wait([future], _LOOKS_EVERY_S).done:
            if self._stopped.is_set():
                self.stop()  # It may have been a pool before this one that was stopped.
                return worker_died(task)
        error = future.exception()
        if error is None:
            return TaskDone(task, future.result())
        if isinstance(error, TimeoutError):
            return timed_out(task)
        return worker_died(task) if isinstance(error, ProcessExpired | BrokenProcessPool) else raised(task, error)

    def _schedule(self, work: Callable[[T], R], task: T, timeout_s: float) -> ProcessFuture[R]:
        """Hands the task to the process, or to a new one where the last died and its pool with it."""
        try:
            return self._pool.schedule(run_task, args=(work, task), timeout=timeout_s)
        except RuntimeError:
            self._pool.join()
            self._pool = self._new_pool()
            return self._pool.schedule(run_task, args=(work, task), timeout=timeout_s)

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=1, context=self._context, initializer=_begin_worker, initargs=(dict(os.environ),)
        )

    def stop(self) -> None:
        """Ends the process and the task that it may have, without waiting for either."""
        self._stopped.set()
        self._pool.stop()

    def join(self) -> None:
        """Waits until the stopped process is gone; its last ``run`` must have ended."""
        self._pool.join()


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
