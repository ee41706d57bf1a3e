"""A task lost to a killed or hung worker costs itself and no other."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from pebble.pool import process

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


def die_or_return(task: int) -> int:
    """Its worker is gone before anything was heard of it, for every second task."""
    if task % 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def test_a_worker_that_dies_before_it_was_heard_of_costs_its_own_task_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = process.PoolManager.process_next_message

    def late(manager: process.PoolManager, timeout: float) -> None:
        time.sleep(0.3)
        prompt(manager, timeout)

    monkeypatch.setattr(process.PoolManager, "process_next_message", late)
    outcomes = {outcome.task: outcome for outcome in run_tasks(range(6), die_or_return, workers=2, timeout_s=60)}
    assert {task for task, outcome in outcomes.items() if isinstance(outcome, TaskDone)} == {0, 2, 4}
    assert {outcome.error for outcome in outcomes.values() if isinstance(outcome, TaskFailed)} == {"ProcessExpired"}


def end_or_sleep(place: Path) -> None:
    if place.name != "a":
        says_who_and_sleeps(place)


def test_a_caller_that_stops_early_leaves_no_worker(tmp_path: Path) -> None:
    outcomes = run_tasks([tmp_path / name for name in "abc"], end_or_sleep, workers=2, timeout_s=300)
    assert isinstance(next(outcomes), TaskDone)
    places = [tmp_path / name for name in "bc"]
    until(lambda: all(place.exists() for place in places))
    workers = [Path("/proc") / place.read_text("ascii") for place in places]
    assert isinstance(outcomes, Generator)
    outcomes.close()
    assert not any(map(lives, workers))


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


_KILLED = """
import sys
from pathlib import Path
from tests.executors.test_local import says_who_and_sleeps, run_tasks
list(run_tasks([Path(sys.argv[1]) / name for name in "ab"], says_who_and_sleeps, workers=2, timeout_s=300))
"""


def says_who_and_sleeps(place: Path) -> None:
    place.with_suffix(".part").write_text(str(os.getpid()), "ascii")
    place.with_suffix(".part").rename(place)
    time.sleep(300)


def test_no_worker_outlives_a_killed_run(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _KILLED, str(tmp_path)]) as run:
        places = [tmp_path / name for name in "ab"]
        until(lambda: all(place.exists() for place in places))
        workers = [Path("/proc") / place.read_text("ascii") for place in places]
        assert all(map(lives, workers))
        run.kill()
    until(lambda: not any(map(lives, workers)))


def lives(process: Path) -> bool:
    """Whether a process is there and is more than an entry that nobody asked for yet."""
    try:
        return process.joinpath("stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(holds: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < ends_at, "it did not come to that"
        time.sleep(0.05)


def hears_ctrl_c(_: int) -> bool:
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_ctrl_c_is_heard_here_and_by_no_worker() -> None:
    assert list(run_tasks([1], hears_ctrl_c, workers=1, timeout_s=30)) == [TaskDone(1, False)]
    assert hears_ctrl_c(0)
