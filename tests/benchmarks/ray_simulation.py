"""Sixty-four workers whose tasks sleep, on one machine: prints how busy they were, and the coordinator's share.

Ray is told that the machine has 64 cores. Nothing is computed, so this says what the coordinator bears, and nothing of
what real nodes or real stages take.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from pipeline.executors import RayExecutor, TaskDone
from pipeline.executors.ray_executor import connected
from pipeline.settings.ray import RaySettings
from tests.executors.contract import raise_loopback

WORKERS, ROUNDS, TASK_S = 64, 20, 5.0


def sleeps(_: int) -> tuple[int, float, float]:
    """A task: its process, and when it began and ended by this machine's clock."""
    began = time.monotonic()
    time.sleep(TASK_S)
    return os.getpid(), began, time.monotonic()


def _processor_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    raise_loopback()
    executor, tasks, began = RayExecutor(RaySettings()), range(WORKERS * ROUNDS), time.monotonic()
    connected(RaySettings(), WORKERS, "nobody")
    before = _processor_s()
    outcomes = executor(tasks, sleeps, workers=WORKERS, timeout_s=120)
    done = [outcome.value for outcome in outcomes if isinstance(outcome, TaskDone)]
    spent = _processor_s() - before
    # From when the last worker began until the first had nothing more: starting and running out are no fault.
    begins = {pid: [start for each, start, _ in done if each == pid] for pid in {pid for pid, _, _ in done}}
    full_from, full_until = max(map(min, begins.values())), min(map(max, begins.values()))
    inside = sum(max(0.0, min(end, full_until) - max(start, full_from)) for _, start, end in done)
    told = {
        "workers": len(begins),
        "tasks": len(done),
        "task_s": TASK_S,
        "busy": inside / (len(begins) * (full_until - full_from)),
        "coordinator_ms": spent / len(done) * 1000,
        "start_s": full_from - began,
    }
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
