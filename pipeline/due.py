"""Which sessions a night works, and what becomes of those that it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def is_out(standing: SessionState | None) -> bool:
    """Whether anything of a session is out: whatever day a run is for, it may stay no longer than its ground holds."""
    return standing is not None and bool(standing.result.renditions)


def is_due(workspace: Workspace, standing: SessionState | None, key: str, now: datetime, again: bool) -> bool:
    """Whether a session is to be worked: its inputs, whose ``key`` it is, changed, its ruling is over, or it failed."""
    if standing is None or standing.state_key != key:
        return True
    is_over = not run_clock.holds(standing.valid_until, now, hours=workspace.settings.consent.valid_hours)
    if standing.result.status == "failed":
        return again or standing.attempts < workspace.settings.run.attempts or (is_out(standing) and is_over)
    return is_over


def taking_back(
    outcomes: Iterator[R], workspace: Workspace, standings: Mapping[str, SessionState], now: datetime
) -> Iterator[R]:
    """The outcomes; where storage fails, what is out longer than its ruling lasts is taken back first."""
    try:
        yield from outcomes
    except StorageUnavailable:
        over = [name for name, state in standings.items() if is_out(state) and state.valid_until <= now.timestamp()]
        for session_id, audience in product(over, Audience):
            with suppress(StorageUnavailable), storage_needed():
                workspace.retract(session_id, audience)
        raise
