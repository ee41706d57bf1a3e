"""The term lists as the operator sees them: their entries, and what they now forbid of the published renditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.errors import UsageProblem
from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.audit_published import audit_published
from pipeline.workflow.plan_renditions import plan_renditions

MASK = "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTerm:
    """One entry of a list; ``text`` and ``customer`` are masked unless they are revealed."""

    where: str
    customer: str
    kind: str
    owner: str
    expires: date | None
    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedExposure:
    """One place of a published rendition that the lists forbid."""

    session_id: str
    audience: str
    file: str
    where: str


def list_terms(workspace: Workspace, *, on: date, reveal: bool) -> list[ListedTerm]:
    """Every entry of every list, in their order."""
    return [
        ListedTerm(
            where=entry.where,
            customer=entry.customer if reveal or not entry.customer else MASK,
            kind=entry.kind,
            owner=entry.owner,
            expires=entry.expires,
            state="in force" if entry.expires is None or on <= entry.expires else "lapsed",
            text=entry.text if reveal else MASK,
        )
        for entry in workspace.listed().entries()
    ]


def audit_terms(workspace: Workspace, session_id: str | None, *, now: datetime) -> list[ListedExposure]:
    """What is published and breaks the lists as they are now; nothing of it is changed.

    Sessions are searched and detected again where the lists changed, which the next run need not repeat. Raises
    ``LockHeld`` while a run works, and ``UsageProblem`` for a session that is not there.
    """
    with workspace.locked():
        sessions = list(_published(workspace, session_id))
        return [exposure for session in sessions for exposure in _exposures(session, workspace, now)]


def _published(workspace: Workspace, session_id: str | None) -> Iterator[Session]:
    registry = Registry(workspace.db)
    if session_id is not None and session_id not in registry.digests():
        raise UsageProblem("there is no session of that id", action="`offrecord status` lists them")
    wanted = registry.digests() if session_id is None else [session_id]
    yield from (registry.session(each) for each in wanted if (workspace.out / each).is_dir())


def _exposures(session: Session, workspace: Workspace, now: datetime) -> Iterator[ListedExposure]:
    session_id, analysed = session.session_id, analyse(session, workspace, now=now)
    if not isinstance(analysed, AnalysedSession):
        yield ListedExposure(session_id=session_id, audience="all", file="all", where=analysed.reason)
        return
    for place in audit_published(analysed, plan_renditions(analysed)):
        yield ListedExposure(session_id=session_id, audience=place.audience, file=place.file, where=place.where)
