"""Kills a piece of work at every line of the modules that it is about, in a process of its own each time."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from types import FrameType, ModuleType
from typing import Any


def killed_at_each_line(work: Callable[[], object], modules: Collection[ModuleType]) -> Iterator[int]:
    """Runs ``work`` again and again, killed at its first line in these modules, its second, and so on.

    Yields the number of each line that a process was killed at, before the next one starts; ends when one finishes.
    """
    names = frozenset(module.__file__ for module in modules)
    line = 0
    while True:
        line += 1
        process = os.fork()
        if process == 0:
            try:
                sys.settrace(killed_at(names, line))
                work()
            finally:
                os._exit(0)
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status):
            return
        yield line


def killed_at(names: frozenset[str | None], last: int) -> Callable[[FrameType, str, Any], Any]:
    """What ``sys.settrace`` takes to kill this process at a line, counted, of the files of these names."""
    seen = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal seen
        if frame.f_code.co_filename not in names:
            return None
        if event == "line":
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace
