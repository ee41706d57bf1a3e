"""A person releases a session to the public: everything is decided, read and proved again, then it is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline import consent, log
from pipeline.errors import ProofFailed, RefusedByPolicy
from pipeline.records import Audience, Failed, Held, Pending, Refused, Session, SessionProgress, SessionResult, Stop
from pipeline.store import Workspace, run_clock
from pipeline.store.registry import Registry, SessionState
from pipeline.workflow import request_files
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.exposure_approval import blocking_reason
from pipeline.workflow.plan_renditions import PlannedRendition, plan_rendition, plan_renditions, requested_audiences
from pipeline.workflow.publish import ReleaseRequest, publish_all
from pipeline.workflow.results import stop_session, summarise
from pipeline.workflow.state_key import state_keys
from pipeline.workflow.term_lists import require_lists

_PUBLIC = Audience.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePreview:
    """What a release would do; ``blocking_reason`` is empty where only rendering and proof are left to fail."""

    session: str
    blocking_reason: str
    action: str
    windows: int = 0
    muted_s: float = 0.0
    terms: int = 0
    removed: tuple[str, ...] = ()
    picture: bool = False


def release(session_id: str, *, workspace: Workspace, release_request: ReleaseRequest, now: datetime) -> SessionResult:
    """Publishes the public rendition of a session, after it brought the internal one up to date.

    Raises ``RefusedByPolicy`` where consent, review or an earlier rendition block it, ``ProofFailed`` where it could
    not be proved, ``TryAgain`` where the clock jumped; then nothing public is published that was not before.
    """
    log.configure(workspace.logs / "offrecord.jsonl")
    with workspace.locked():
        require_lists(workspace)
        workspace.sweep()
        consent.verify_chain(workspace)
        run_clock.require_sure(workspace, now=now)
        registry = Registry(workspace.db)
        session = registry.session(session_id)
        if unrequested := _unrequested(session, workspace, now):
            raise RefusedByPolicy(unrequested.reason, action=unrequested.action)
        state_key = state_keys(workspace, registry, on=now.date())[session_id]
        progress, stop = _published(session, workspace, release_request, now)
        registry.conclude(
            SessionState(
                state_key=state_key,
                valid_until=progress.valid_until,
                attempts=1,
                ruled_at=now.timestamp(),
                result=progress.result,
            )
        )
        request_files.write_exports(workspace, now=now)
    if isinstance(stop, Failed):
        raise ProofFailed(f"not released: {stop.reason}", action=stop.action)
    if isinstance(stop, Held | Pending | Refused):
        raise RefusedByPolicy(f"not released: {stop.reason}", action=stop.action)
    log.get().info("released", session_id=session_id)
    return progress.result


def preview_release(session_id: str, *, workspace: Workspace, now: datetime) -> ReleasePreview:
    """What a release would do now, without doing it; nothing is rendered or proved."""
    with workspace.locked():
        require_lists(workspace)
        consent.verify_chain(workspace)
        session = Registry(workspace.db).session(session_id)
        planned = _planned(session, workspace, now)
        if isinstance(planned, PlannedRendition):
            return _preview(session_id, planned)
    return ReleasePreview(session=session_id, blocking_reason=planned.reason, action=planned.action)


def _planned(session: Session, workspace: Workspace, now: datetime) -> PlannedRendition | Stop:
    unrequested = _unrequested(session, workspace, now)
    if unrequested is not None:
        return unrequested
    analysed = analyse(session, workspace, now=now)
    return plan_rendition(analysed, _PUBLIC) if isinstance(analysed, AnalysedSession) else analysed


def _preview(session_id: str, planned: PlannedRendition) -> ReleasePreview:
    stop, plan = blocking_reason(planned, is_requested=True), planned.plan
    return ReleasePreview(
        session=session_id,
        blocking_reason=stop.reason if stop else "",
        action=stop.action if stop else "run it without --dry-run",
        windows=len(plan.windows),
        muted_s=round(sum(window.end_s - window.start_s for window in plan.windows), 1),
        terms=len(plan.terms),
        removed=tuple(sorted(plan.removed)),
        picture=plan.picture is not None,
    )


def _published(
    session: Session, workspace: Workspace, release_request: ReleaseRequest, now: datetime
) -> tuple[SessionProgress, Stop | None]:
    """How far the session comes, and what stops its public rendition."""
    analysed = analyse(session, workspace, now=now)
    if not isinstance(analysed, AnalysedSession):
        return stop_session(session, workspace, analysed, now=now), analysed
    published = publish_all(analysed, plan_renditions(analysed), release_request=release_request)
    return summarise(published.analysed, published.outcomes), published.outcomes[_PUBLIC].stop


def _unrequested(session: Session, workspace: Workspace, now: datetime) -> Failed | None:
    if _PUBLIC in requested_audiences(session, workspace, now=now):
        return None
    if _PUBLIC.purpose in session.purposes:
        return Failed(reason="public renditions are past their retention", action="see `retention.public_days`")
    return Failed(
        reason="no public rendition of this session is requested",
        action="add public_recording to the purposes in its session.toml and run again",
    )
