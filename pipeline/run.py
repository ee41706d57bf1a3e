"""One session through every stage, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pipeline import consent, detect, render, review, speech, tag
from pipeline.records import (
    ApprovedPlan,
    Audience,
    Context,
    Failed,
    Finding,
    Held,
    Pending,
    Proposal,
    Purpose,
    Refused,
    Rendition,
    Ruling,
    Session,
    SessionResult,
    Stop,
    Tag,
    Transcript,
)
from pipeline.store import Workspace, terms
from pipeline.store.stages import key_of

T = TypeVar("T")

_STATUS: dict[type[Stop], str] = {Held: "held", Refused: "refused", Pending: "pending", Failed: "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelled:
    """How far a session came, and until when its ruling holds (seconds since the epoch)."""

    result: SessionResult
    valid_until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A session with its ruling and what it knows beforehand."""

    session: Session
    workspace: Workspace
    ruling: Ruling
    context: Context


def process(session: Session, workspace: Workspace, *, now: datetime) -> Travelled:
    """Moves one session as far as consent and review let it; nothing is let out that is not proved."""
    ruling = consent.rule(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        return stopped(session, workspace, ruling, now)
    context = terms.known_to(session, workspace.listed())
    case = _Case(session=session, workspace=workspace, ruling=ruling, context=context)
    transcript = _transcribe(case)
    if not isinstance(transcript, Transcript):
        return stopped(session, workspace, transcript, now)
    proposals = _propose(case, transcript)
    outcomes = {audience: _let_out(case, transcript, proposals, audience) for audience in _audiences(session)}
    result = _result(session, transcript, proposals, outcomes)
    return Travelled(result=result, valid_until=ruling.valid_until.timestamp())


def _transcribe(case: _Case) -> Transcript | Failed:
    session, settings = case.session, case.workspace.settings.speech
    removed = sorted(case.ruling.removed(Purpose.TRANSCRIBE))
    key = key_of(speech.VERSION, session.tracks, session.captions, removed, case.context, settings)
    kept = case.workspace.stages.recall("speech", key, Transcript)
    if kept is not None:
        return kept
    heard = speech.transcribe(session, case.ruling, case.context, vault=case.workspace.vault, settings=settings)
    if isinstance(heard, Transcript):
        case.workspace.stages.keep("speech", key, heard)
    return heard


def _propose(case: _Case, transcript: Transcript) -> tuple[Proposal, ...]:
    stages, settings = case.workspace.stages, case.workspace.settings.detect
    key = key_of(detect.VERSION, case.session, transcript, case.context, settings)
    findings = stages.recall("detect", key, tuple[Finding, ...])
    if findings is None:
        findings = detect.detect(case.session, transcript, case.context, settings=settings)
        stages.keep("detect", key, findings, tuple[Finding, ...])
    proposals = review.propose(case.session.session_id, findings)
    stages.keep("proposals", case.session.session_id, proposals, tuple[Proposal, ...])
    return proposals


def _let_out(
    case: _Case, transcript: Transcript, proposals: tuple[Proposal, ...], audience: Audience
) -> Rendition | Stop:
    """Plans, renders, proves and puts in place one rendition, or takes back what may no longer be out."""
    session, workspace = case.session, case.workspace
    plan = review.review(
        session,
        case.ruling,
        transcript,
        proposals,
        review.decisions(workspace.db, session.session_id),
        audience,
        settings=workspace.settings.redact,
        context=case.context,
        signed_off_by=review.signed_off_by(workspace.db, session.session_id, proposals),
    )
    if not isinstance(plan, ApprovedPlan):
        workspace.retract(session.session_id, audience)
        return plan
    rendition = render.render(session, plan, transcript, workspace=workspace, listen=_listener(case))
    if isinstance(rendition, Rendition):
        with consent.release(workspace, case.ruling):
            render.publish(rendition, workspace)
        tags = tag.tag(rendition.turns)
        workspace.stages.keep("tags", f"{session.session_id}-{audience}", tags, tuple[Tag, ...])
    return rendition


def _audiences(session: Session) -> tuple[Audience, ...]:
    """The renditions that a session asks for."""
    return tuple(audience for audience in Audience if audience.purpose in session.purposes)


def stopped(session: Session, workspace: Workspace, stop: Stop, now: datetime) -> Travelled:
    """A session that goes nowhere: whatever of it is out is taken back."""
    for audience in Audience:
        workspace.retract(session.session_id, audience)
    result = SessionResult(
        session_id=session.session_id, status=_STATUS[type(stop)], reason=stop.reason, action=stop.action
    )
    hours = workspace.settings.consent.valid_hours
    return Travelled(result=result, valid_until=now.timestamp() + 3600 * hours)


def _result(
    session: Session,
    transcript: Transcript,
    proposals: tuple[Proposal, ...],
    outcomes: Mapping[Audience, Rendition | Stop],
) -> SessionResult:
    """The session's line in the report: done when something is out, else the internal rendition's stop."""
    out = [outcome for outcome in outcomes.values() if isinstance(outcome, Rendition)]
    stops = [outcome for outcome in outcomes.values() if not isinstance(outcome, Rendition)]
    failed = next((stop for stop in stops if isinstance(stop, Failed)), None)
    leading = failed or (None if out else next(iter(stops), None))
    waiting = stops[0] if stops else None
    return SessionResult(
        session_id=session.session_id,
        status=_STATUS[type(leading)] if leading else "done",
        reason=(leading or waiting).reason if (leading or waiting) else "everything asked for is out",
        action=(leading or waiting).action if (leading or waiting) else "",
        renditions=tuple(sorted(rendition.folder for rendition in out)),
        detail={
            "duration_s": round(session.duration_s, 1),
            "speech_covered": round(transcript.coverage, 3),
            "proposals": len(proposals),
        },
    )
