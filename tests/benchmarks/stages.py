"""Runs a command of the line in this process and accounts for its processor time by stage.

``python -m tests.benchmarks.stages run INBOX --workspace WS --executor inline`` prints a last line of JSON on standard
error: for each stage the seconds of processor time that it and the programs it starts took, and those in the kernel.
"""

from __future__ import annotations

import functools
import importlib
import json
import resource
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from pipeline.cli import main

STAGES = {
    "pipeline.ingest:ingest": "ingest",
    "pipeline.speech:transcribe": "recognition",
    "pipeline.speech.engines.whisper:aligned": "times of words",
    "pipeline.speech:keyword_search": "search of the sound",
    "pipeline.detect:detect": "detection",
    "pipeline.render.render_session:_make_media": "rendering",
    "pipeline.render.render_session:_prove": "proof",
    "pipeline.speech:relisten": "listening again",
}
REST = "the rest"


class Accounts:
    """Processor seconds, and those in the kernel, of the stage that runs; a stage within another counts for itself."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._running = [REST]
        self._last = used()

    def settle(self) -> None:
        """Puts what was used since the last time on the account of what runs."""
        now = used()
        account = self.spent[self._running[-1]]
        for index, (before_s, after_s) in enumerate(zip(self._last, now, strict=True)):
            account[index] += after_s - before_s
        self._last = now

    def watch(self, place: str, stage: str) -> None:
        """From now on a function of a module, ``module:name``, is of a stage."""
        module, name = importlib.import_module(place.split(":")[0]), place.split(":")[1]
        setattr(module, name, self._accounted(getattr(module, name), stage))

    def _accounted(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def accounted(*given: Any, **named: Any) -> Any:
            self.settle()
            self._running.append(stage)
            try:
                return function(*given, **named)
            finally:
                self.settle()
                self._running.pop()

        return accounted


def used() -> tuple[float, float]:
    """Processor seconds of this process and of those that it started and that ended, and the kernel's part of them."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both), sum(one.ru_stime for one in both)


if __name__ == "__main__":
    accounts = Accounts()
    for watched, of in STAGES.items():
        accounts.watch(watched, of)
    try:
        main()
    finally:
        accounts.settle()
        sys.stderr.write(f"\n{json.dumps(accounts.spent)}\n")
