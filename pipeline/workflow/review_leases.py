"""Who reviews which session now: the next one of the queue, one that is renewed by work, one that a lead takes over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import RefusedByPolicy
from pipeline.review import queue
from pipeline.store import Workspace, leases
from pipeline.store.leases import Lease, LeasedByOther
from pipeline.workflow.review_material import is_analysed

WARNING_S = 120.0
"""How long before its end somebody is told that a lease ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseView:
    """A session's lease as one person sees it: ``left_s`` seconds are left of it."""

    actor: str
    is_mine: bool
    until: datetime
    left_s: float
    warning_s: float = WARNING_S


def work_on(
    workspace: Workspace, session_id: str, *, actor: str, now: datetime, take_over: bool = False, is_lead: bool = False
) -> LeaseView:
    """Takes or renews somebody's lease of a session; where it is another's, gives theirs and changes nothing.

    A lead may take it over from them, which the ledger notes; raises ``RefusedByPolicy`` for anybody else who wants to.
    """
    if take_over and not is_lead:
        raise RefusedByPolicy("only a lead takes a session over", action="ask a lead, or take another session")
    try:
        held = leases.take(workspace.db, session_id, actor=actor, now=now, take_over=take_over)
    except LeasedByOther as other:
        held = other.held
    return _view(held, actor, now)


def next_session(
    workspace: Workspace, *, actor: str, now: datetime, is_lead: bool = False, leaving: str = ""
) -> str | None:
    """Makes the next session of the queue somebody's, and gives its id; None where nobody is needed anywhere.

    It is the riskiest in which they have something left to decide and that is nobody else's; after ``leaving``, which
    is given back, the next below it.
    """
    lines = queue.queue(workspace, now=now)
    ids = [line.session_id for line in lines]
    if leaving:
        leases.give_back(workspace.db, leaving, actor=actor)
    after = ids.index(leaving) + 1 if leaving in ids else 0
    waiting = [
        line.session_id
        for line in (*lines[after:], *lines[:after])
        if line.undecided > (0 if is_lead else line.flagged)
        and line.session_id != leaving
        and is_analysed(workspace, line.session_id)
    ]
    taken = leases.take_first(workspace.db, waiting, actor=actor, now=now)
    return taken.session_id if taken else None


def give_back(workspace: Workspace, session_id: str, *, actor: str) -> None:
    """Ends somebody's lease of a session."""
    leases.give_back(workspace.db, session_id, actor=actor)


def running_leases(workspace: Workspace, *, now: datetime) -> dict[str, Lease]:
    """By session who has it now."""
    return leases.running(workspace.db, now=now)


def lease_text(held: Lease | None) -> str:
    """As "ana until 14:20 UTC"; empty for a session that is nobody's."""
    return f"{held.actor} until {held.until:%H:%M} UTC" if held else ""


def _view(held: Lease, actor: str, now: datetime) -> LeaseView:
    left_s = (held.until - now).total_seconds()
    return LeaseView(actor=held.actor, is_mine=held.actor == actor, until=held.until, left_s=left_s)
