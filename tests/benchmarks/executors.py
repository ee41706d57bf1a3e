"""What each executor holds under faults, what Ray costs over local processes, and how 64 stand-in workers keep busy.

Nights are of the sample sessions, each on two cores; the workers of the simulation sleep, on this machine alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from tests.clock import LAUNCH
from tests.end_to_end.conftest import SPHINX, prepared
from tests.end_to_end.unbroken_night import inbox_of_few
from tests.executors.contract import POSTGRESQL, SQLITE, Counts, contract_of, in_own_network


def measure(folder: Path) -> Iterator[str]:
    """The table of faults and executors, then the costs."""
    for executor, database in product(("local", "ray"), (SQLITE, POSTGRESQL)):
        for counts in contract_of(executor, database):
            if isinstance(counts, Counts):
                yield (
                    f"{executor:5} {database:10} {counts.fault:18} done {counts.done} lost {counts.lost}"
                    f" doubled {counts.doubled} let out {counts.let_out} neighbours hurt {counts.hurt}"
                    f" refused {counts.refused} tries {counts.tries} the faulty one {counts.faulty}"
                )
            else:
                yield f"{executor:5} places of Ray with a result's secret: {len(counts.secret_in)}"
    yield from nights(folder)
    yield from simulation()


def nights(folder: Path) -> Iterator[str]:
    """The same small night on local processes and on Ray, with how long Ray takes to start alone."""
    inbox = inbox_of_few(folder / "inbox")
    taken = {executor: _night_s(inbox, folder / executor, executor) for executor in ("local", "ray")}
    start_s = float(_inside("-c", _START).splitlines()[-1])
    ratio = (taken["ray"] - start_s) / taken["local"]
    yield (
        f"night of {len(list(inbox.iterdir()))} folders: local {taken['local']:.1f} s, Ray {taken['ray']:.1f} s, of it"
        f" its start is {start_s:.1f} s; without that {ratio:.2f} times (goal 1.15)"
    )


def simulation() -> Iterator[str]:
    """How much of 64 workers' time tasks have, and how much processor time the coordinator takes for each."""
    told = json.loads(_inside("-m", "tests.benchmarks.ray_simulation").splitlines()[-1])
    yield (
        f"{told['workers']} workers, {told['tasks']} tasks of {told['task_s']} s: busy {told['busy']:.2f} of the time,"
        f" the coordinator {told['coordinator_ms']:.1f} ms of processor time a task; workers started in"
        f" {told['start_s']:.1f} s"
    )


_START = """
import time
from tests.executors.contract import raise_loopback
raise_loopback()
began = time.monotonic()
from pipeline.executors import RayExecutor
from pipeline.settings.ray import RaySettings
list(RayExecutor(RaySettings())([1, 2], str, workers=2, timeout_s=60))
print(time.monotonic() - began)
"""


def _night_s(inbox: Path, root: Path, executor: str) -> float:
    prepared(root, SPHINX)
    raised = f"from tests.executors.contract import raise_loopback\nraise_loopback()\n{LAUNCH}"
    began = time.monotonic()
    _inside("-c", raised, "run", str(inbox), "-w", str(root), "--executor", executor, codes=(0, 3))
    return time.monotonic() - began


def _inside(*arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    """What a Python program prints in a network that reaches nothing."""
    environment = os.environ | {"OFFRECORD_RUN__STABLE_FOR_S": "0"}
    done = subprocess.run(
        in_own_network([sys.executable, *arguments]), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in codes:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout
