"""How far a session came in a run, in the words of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline import consent
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import (
    Audience,
    Exposure,
    Failed,
    Held,
    Pending,
    Refused,
    Rendition,
    Session,
    SessionProgress,
    SessionResult,
    Stop,
)
from pipeline.store import Workspace, run_clock
from pipeline.workflow import picture_faces, picture_text, tagging
from pipeline.workflow.analyse import AnalysedSession
from pipeline.workflow.objections import previews_end
from pipeline.workflow.publish import PublishOutcome
from pipeline.workflow.retention.periods import retention_ends
from pipeline.workflow.session_context import SessionContext

_STATUS: dict[type[Stop], str] = {Held: "held", Refused: "refused", Pending: "pending", Failed: "failed"}


def summarise(
    analysed: AnalysedSession, outcomes: Mapping[Audience, PublishOutcome], *, exposures: tuple[Exposure, ...] = ()
) -> SessionProgress:
    """The progress of a session whose renditions were published, kept or withdrawn."""
    result = replace(_result(analysed, outcomes), exposures=exposures)
    if exposures:
        count = len(exposures)
        shown = f"{counted(count, 'exposure')} of earlier renditions {is_or_are(count)} redacted now"
        result = replace(result, reason=f"{result.reason}; {shown}")
    context = analysed.context
    return SessionProgress(result=result, valid_until=holds_until(context.decided, context.workspace, now=context.now))


def stop_session(session: Session, workspace: Workspace, stop: Stop, *, now: datetime) -> SessionProgress:
    """Withdraws whatever is published of a session that goes no further, and says why."""
    for audience in Audience:
        workspace.retract(session.session_id, audience)
    result = SessionResult(
        session_id=session.session_id, status=_STATUS[type(stop)], reason=stop.reason, action=stop.action
    )
    # What failed is tried again whatever its moment, and whatever it failed at may be asking for that moment.
    valid_until = now.timestamp() if isinstance(stop, Failed) else holds_until(session, workspace, now=now)
    return SessionProgress(result=result, valid_until=valid_until)


def holds_until(session: Session, workspace: Workspace, *, now: datetime) -> float:
    """Until when nothing about a session changes by the passing of time alone, in seconds since the epoch.

    What else changes it is in its state key: answers, decisions, lists, settings.
    """
    consent_changes = consent.next_change(session, workspace=workspace, now=now)
    moments = (
        *((consent_changes,) if consent_changes else ()),
        *previews_end(workspace, session.session_id),
        *retention_ends(session, workspace.settings.retention),
    )
    return min((at.timestamp() for at in moments if at > now), default=run_clock.NEVER_S)


def _result(analysed: AnalysedSession, outcomes: Mapping[Audience, PublishOutcome]) -> SessionResult:
    """The session's line in the report: failed if anything failed, done if anything is published, else a stop."""
    published = [outcome.published for outcome in outcomes.values() if outcome.published]
    stops = [outcome.stop for outcome in outcomes.values() if outcome.stop]
    stops.sort(key=lambda stop: not isinstance(stop, Failed))
    stop = stops[0] if stops else None
    status = "done" if published and not isinstance(stop, Failed) else _STATUS[type(stop)] if stop else "held"
    context, review_state = analysed.context, analysed.review_state
    return SessionResult(
        session_id=context.session.session_id,
        status=status,
        reason=_reason(context, published, stop),
        action=stop.action if stop else "",
        renditions=tuple(sorted(rendition.folder for rendition in published)),
        detail={
            "duration_s": round(context.session.duration_s, 1),
            "speech_covered": round(analysed.transcript.coverage, 3),
            "proposals": len(review_state.proposals),
            "undecided": review_state.undecided,
            "requests": tagging.count(context.workspace, context.session.session_id),
        },
    )


def _reason(context: SessionContext, published: Sequence[Rendition], stop: Stop | None) -> str:
    """What the report says: what is published, who is removed from it by id, and what stops the rest."""
    if stop:
        audiences = " and ".join(rendition.audience for rendition in published)
        verb = "is" if len(published) == 1 else "are"
        return f"{audiences} {verb} published; {stop.reason}" if audiences else stop.reason
    if not published:
        return "no rendition is requested"
    missing = "tesseract" if picture_text.is_unread(context) else ""
    missing = missing or ("the model of faces" if picture_faces.is_unseen(context) else "")
    unread = f"; the picture is left out because {missing} is missing" if missing else ""
    removed = sorted({who for rendition in published for who in context.ruling.removed(rendition.audience.purpose)})
    without = f", without {', '.join(removed)}" if removed else ""
    return f"all permitted renditions are published{without}{unread}"
