"""What the process of every worker is started with, whichever executor starts it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# One thread for each worker, because there is one worker for each core. Within a task freed memory is kept
# (mallopt(3)): Whisper frees and takes the same again and again. With 1 MB for both thresholds 162 s of speech took it
# 15.3 s, 6.3 of them in the kernel, with 32 MB and 1 GB 10.4 and 1.8, at a peak of 877 MB instead of 766. Its largest
# blocks are above the 32 MB that the threshold may be: with no block mapped 191 s took 8.1 s instead of 9.9, 0.3 of
# them in the kernel instead of 2.3, at the same peak.
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}


def set_worker_environment() -> None:
    """Sets it for the processes that are started from here, as far as it is not set otherwise."""
    for name, value in WORKER_ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def run_task(work: Callable[[T], R], task: T) -> R:
    """One task in a worker, which then gives freed memory back: it lives as long as a run, not as one session."""
    try:
        return work(task)
    finally:
        give_back_freed_memory()


def give_back_freed_memory() -> None:
    """Gives the system what this process has freed and kept, where the C library can."""
    if sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim"):
        ctypes.CDLL(None).malloc_trim(0)
