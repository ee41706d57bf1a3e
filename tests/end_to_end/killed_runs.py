"""Runs that are killed with all their processes, forked from one that has imported what they need.

``python -m tests.end_to_end.killed_runs INBOX WORKSPACE SECONDS...`` starts a run for each number of seconds, kills its
process group after them, and prints how many it killed; the others had ended before.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib import import_module

from pipeline.cli import main as main_of_program
from tests.clock import that_night

_NEEDED = ("pipeline.cli.nightly", "pipeline.nightly", "pipeline.reports.telemetry", "pipeline.workflow.run_executor")
"""What ``offrecord run`` imports when it is called."""


def is_killed(arguments: Sequence[str], after_s: float) -> bool:
    """Starts a command in a process group of its own and kills that; False when the command ended before."""
    process = os.fork()
    if process == 0:
        try:
            os.setsid()
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            with that_night():
                main_of_program(list(arguments))
        finally:
            os._exit(0)
    ends_at = time.monotonic() + after_s
    while time.monotonic() < ends_at:
        if os.waitpid(process, os.WNOHANG)[0]:
            return False
        time.sleep(0.005)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return True


def main(arguments: Sequence[str]) -> None:
    inbox, workspace, *seconds = arguments
    for module in _NEEDED:
        import_module(module)
    sys.stdout.write(str(sum(is_killed(["run", inbox, "-w", workspace], float(after_s)) for after_s in seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])
