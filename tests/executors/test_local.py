"""A task lost to a killed or hung worker costs itself and no other."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest

from pipeline.executors import EXECUTORS, TaskDone, TaskFailed

run_tasks = EXECUTORS["local"]


def double(task: int) -> int:
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if task == 5:
        time.sleep(60)
    if task == 7:
        raise ValueError("a secret that must not travel")
    return task * 2


def test_every_task_comes_back_once_whatever_happens_to_its_worker() -> None:
    outcomes = list(run_tasks(range(10), double, workers=2, timeout_s=4))
    assert sorted(outcome.task for outcome in outcomes) == list(range(10))
    done = {outcome.task: outcome.value for outcome in outcomes if isinstance(outcome, TaskDone)}
    lost = {outcome.task: outcome.error for outcome in outcomes if isinstance(outcome, TaskFailed)}
    assert done == {task: task * 2 for task in range(10) if task not in (3, 5, 7)}
    assert lost == {3: "ProcessExpired", 5: "TimeoutError", 7: "ValueError"}


def test_what_was_lost_says_why_without_the_message() -> None:
    lost = [outcome for outcome in run_tasks([7], double, workers=1, timeout_s=10) if isinstance(outcome, TaskFailed)]
    assert len(lost) == 1
    assert "secret" not in repr(lost[0])


def test_nothing_to_do_starts_nothing() -> None:
    assert list(run_tasks([], double, workers=2, timeout_s=1)) == []


def test_inline_works_in_order_and_lets_errors_through() -> None:
    inline = EXECUTORS["inline"]
    assert list(inline([1, 2], double, workers=2, timeout_s=1)) == [TaskDone(1, 2), TaskDone(2, 4)]
    with pytest.raises(ValueError, match="travel"):
        list(inline([7], double, workers=1, timeout_s=1))


def resident_mb(task: int) -> int:
    """What the process holds before its task, which takes and frees 200 MB in pieces that a heap keeps."""
    before = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() >> 20
    assert len([b"x" * ((1 << 20) + piece) for piece in range(200)]) == 200
    return before


@pytest.mark.skipif(sys.platform != "linux", reason="memory is given back on Linux alone")
def test_a_worker_gives_memory_back_between_tasks() -> None:
    done = list(run_tasks([1, 2], resident_mb, workers=1, timeout_s=30))
    before, after = (outcome.value for outcome in done if isinstance(outcome, TaskDone))
    assert after < before + 50


def hears_ctrl_c(_: int) -> bool:
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_ctrl_c_is_heard_here_and_by_no_worker() -> None:
    assert list(run_tasks([1], hears_ctrl_c, workers=1, timeout_s=30)) == [TaskDone(1, False)]
    assert hears_ctrl_c(0)
