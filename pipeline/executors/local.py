"""Local processes, one for each core: a killed or hung worker fails its own task and no other."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

from pipeline.executors.outcome import TaskDone, TaskFailed
from pipeline.executors.worker_environment import set_worker_environment
from pipeline.executors.worker_process import WorkerProcess

T = TypeVar("T")
R = TypeVar("R")


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
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])
    processes = [WorkerProcess(context) for _ in range(min(workers or os.cpu_count() or 1, len(tasks)))]
    idle: SimpleQueue[WorkerProcess] = SimpleQueue()
    for process in processes:
        idle.put(process)

    def run(task: T) -> TaskDone[T, R] | TaskFailed[T]:
        process = idle.get()
        try:
            return process.run(work, task, timeout_s)
        finally:
            idle.put(process)

    try:
        with ThreadPoolExecutor(len(processes)) as threads:
            with _block_sigint():
                waiting = [threads.submit(run, task) for task in tasks]
            try:
                for outcome in as_completed(waiting):
                    yield outcome.result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.stop()
    finally:
        for process in processes:
            process.join()


@contextmanager
def _block_sigint() -> Iterator[None]:
    """Hides Ctrl-C from the threads and processes that start here: only this process gets it, and ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
