"""Sixty-four workers whose tasks sleep, on one machine: prints how busy they were, and the coordinator's share.

Ray is told that the machine has 64 cores. Nothing is computed, so this says what the coordinator bears, and nothing of
what real nodes or real stages take.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from pipeline.executors import RayExecutor, TaskDone
from pipeline.settings.ray import RaySettings
from tests.executors.contract import raise_loopback

WORKERS, ROUNDS, TASK_S = 64, 10, 2.0


def sleeps(_: int) -> tuple[float, float]:
    """A task; when it began and ended, by this machine's clock."""
    began = time.monotonic()
    time.sleep(TASK_S)
    return began, time.monotonic()


def main() -> None:
    raise_loopback()
    executor, tasks, began = RayExecutor(RaySettings()), range(WORKERS * ROUNDS), time.monotonic()
    outcomes = executor(tasks, sleeps, workers=WORKERS, timeout_s=120)
    done = [outcome.value for outcome in outcomes if isinstance(outcome, TaskDone)]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    starts = sorted(start for start, _ in done)
    # From when all of them have begun once until the first has nothing left: starting and running out are no fault.
    full_from, full_until = starts[WORKERS], starts[-WORKERS]
    inside = sum(max(0.0, min(end, full_until) - max(start, full_from)) for start, end in done)
    told = {
        "workers": WORKERS,
        "tasks": len(done),
        "task_s": TASK_S,
        "busy": inside / (WORKERS * (full_until - full_from)),
        "coordinator_ms": (usage.ru_utime + usage.ru_stime) / len(done) * 1000,
        "start_s": starts[WORKERS - 1] - began,
    }
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
