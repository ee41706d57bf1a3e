"""The term lists as the operator sees them: their entries, and what of the renditions that are out they now forbid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pipeline import run
from pipeline.errors import UsageProblem
from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.audit_published import broken

HIDDEN = "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a list; ``text`` and ``customer`` are hidden unless they were asked for."""

    where: str
    customer: str
    kind: str
    owner: str
    expires: date | None
    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One place of a rendition that is out although the lists forbid it."""

    session_id: str
    audience: str
    file: str
    where: str


def entries(workspace: Workspace, *, on: date, reveal: bool) -> list[Entry]:
    """Every entry of every list, in their order."""
    return [
        Entry(
            where=one.where,
            customer=one.customer if reveal or not one.customer else HIDDEN,
            kind=one.kind,
            owner=one.owner,
            expires=one.expires,
            state="in force" if one.expires is None or on <= one.expires else "lapsed",
            text=one.text if reveal else HIDDEN,
        )
        for one in workspace.listed().entries()
    ]


def check(workspace: Workspace, session_id: str | None, *, now: datetime) -> list[Found]:
    """What is out and would break the lists as they are now; nothing of it is changed.

    Sessions are searched and detected again where the lists changed, which the next run need not repeat. Raises
    ``LockHeld`` while a run works, and ``UsageProblem`` for a session that is not there.
    """
    with workspace.locked():
        return [one for session in _out(workspace, session_id) for one in _of(session, workspace, now)]


def _out(workspace: Workspace, session_id: str | None) -> Iterator[Session]:
    registry = Registry(workspace.db)
    if session_id is not None and session_id not in registry.digests():
        raise UsageProblem("there is no session of that id", action="`offrecord status` lists them")
    wanted = registry.digests() if session_id is None else [session_id]
    yield from (registry.session(one) for one in wanted if (workspace.out / one).is_dir())


def _of(session: Session, workspace: Workspace, now: datetime) -> Iterator[Found]:
    found = run.looked(session, workspace, now=now)
    if not isinstance(found, run.Looked):
        yield Found(session_id=session.session_id, audience="all", file="all", where=found.reason)
        return
    for one in broken(found.case, found.transcript, found.proposed):
        yield Found(session_id=session.session_id, audience=one.audience, file=one.file, where=one.where)
