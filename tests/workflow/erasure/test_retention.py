"""Nothing stays out longer than consent lasts, whatever else goes wrong in a night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from pipeline import nightly
from pipeline.executors import EXECUTORS, TaskDone, TaskFailed
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.workflow.erasure.conftest import NOW, night

T = TypeVar("T")
R = TypeVar("R")
AFTER_A_YEAR = NOW + timedelta(days=400)


def is_out(workspace: Workspace) -> bool:
    return any(path.parent.name != "exports" for path in workspace.out.glob("*/*"))


def test_a_session_that_failed_too_often_is_still_withdrawn_renditions_when_consent_ends(workspace: Workspace) -> None:
    registry = Registry(workspace.db)
    assert is_out(workspace)
    for standing in registry.states().values():
        result = replace(standing.result, status="failed", reason="the public rendition failed")
        registry.conclude(replace(standing, attempts=99, result=result))
    night(workspace, now=AFTER_A_YEAR)
    assert not is_out(workspace)


def test_what_is_out_is_withdrawn_renditions_where_the_worker_that_would_rule_anew_was_lost(
    workspace: Workspace,
) -> None:
    def losing(
        tasks: Sequence[T], work: Callable[[T], R], *, workers: int, timeout_s: float
    ) -> Iterator[TaskDone[T, R] | TaskFailed[T]]:
        yield from (TaskFailed(task=task, reason="killed", error="ProcessExpired") for task in tasks)

    options = nightly.RunOptions(executor=losing, accept_clock=True)
    nightly.run_night(workspace, inbox=None, options=options, now=AFTER_A_YEAR, progress=lambda *_: None)
    assert not is_out(workspace)


def test_a_run_for_one_day_takes_back_what_ended_on_any_other(workspace: Workspace) -> None:
    options = nightly.RunOptions(executor=EXECUTORS["inline"], day=AFTER_A_YEAR.date(), accept_clock=True)
    nightly.run_night(workspace, inbox=None, options=options, now=AFTER_A_YEAR, progress=lambda *_: None)
    assert not is_out(workspace)
