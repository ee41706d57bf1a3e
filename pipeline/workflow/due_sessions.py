"""Which sessions a run processes, and what becomes of those that it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import product
from typing import TypeVar

from pipeline.errors import StorageUnavailable
from pipeline.records import Audience
from pipeline.store import Workspace, run_clock
from pipeline.store.database import storage_needed
from pipeline.store.registry import SessionState

R = TypeVar("R")


def is_published(state: SessionState | None) -> bool:
    """Whether anything of a session is published: whatever day a run is for, it stays no longer than its ruling."""
    return state is not None and bool(state.result.renditions)


def missing_renditions(workspace: Workspace, renditions: Iterable[str]) -> tuple[str, ...]:
    """Which of a session's renditions, each as its folder below ``out/``, are not there any more."""
    return tuple(folder for folder in renditions if not (workspace.out / folder).is_dir())


def is_due(workspace: Workspace, state: SessionState | None, key: str, now: datetime, retry_failed: bool) -> bool:
    """Whether a session is to be processed: one that is quarantined only where a person says so.

    Any other where its inputs (``key``) changed, a moment is reached at which its ruling may change, or a clock was
    wrong that it was ruled by; where it failed, or what it had published is gone from ``out/``.
    """
    if state is not None and state.is_quarantined:
        return retry_failed
    if state is None or state.state_key != key:
        return True
    is_over = not run_clock.holds(state.ruled_at, state.valid_until, now)
    if state.result.status == "failed":
        return retry_failed or state.attempts < workspace.settings.run.attempts or (is_published(state) and is_over)
    return is_over or (is_published(state) and bool(missing_renditions(workspace, state.result.renditions)))


def withdrawing_overdue(
    outcomes: Iterator[R], workspace: Workspace, states: Mapping[str, SessionState], now: datetime
) -> Iterator[R]:
    """The outcomes; where storage fails, what is published longer than its ruling lasts is withdrawn first."""
    try:
        yield from outcomes
    except StorageUnavailable:
        over = [name for name, state in states.items() if is_published(state) and state.valid_until <= now.timestamp()]
        for session_id, audience in product(over, Audience):
            with suppress(StorageUnavailable), storage_needed():
                workspace.retract(session_id, audience)
        raise
