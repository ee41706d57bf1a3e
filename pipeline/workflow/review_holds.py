"""Holds of whole sessions that a person lifts after listening: found in each run, listed, lifted with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline import detect, speech
from pipeline.errors import UsageProblem
from pipeline.records import Decision, Held, Pending, Purpose, ReviewHold, Session, Transcript, Verdict
from pipeline.records.speaker_turns import disputes
from pipeline.review import decision_log
from pipeline.review.holds import (
    cue_hold,
    decision_id,
    hold_stop,
    language_hold,
    speaker_questions,
    standing_holds,
)
from pipeline.store import Workspace
from pipeline.workflow.session_context import SessionContext

_STAGE = "holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """One hold of a session, and who lifted it; empty while it stands."""

    hold_id: str
    reason: str
    action: str
    lifted_by: str


def stop_for_holds(
    context: SessionContext, readable: Session, transcript: Transcript, decisions: Sequence[Decision]
) -> Held | Pending | None:
    """Finds and stores what holds a session, and says what stops it; consent lets all of ``readable`` be read."""
    session_id, settings = context.session.session_id, context.workspace.settings.detect
    language = speech.language_stop(transcript, settings.languages)
    holds = [language_hold(language, transcript.language)] if language else []
    holds += map(cue_hold, detect.consent_cues(readable, transcript, context.known))
    holds += speaker_questions(disputes(context.session))
    context.put(_STAGE, session_id, tuple(holds), tuple[ReviewHold, ...], purpose=Purpose.TRANSCRIBE)
    return hold_stop(session_id, standing_holds(session_id, holds, decisions))


def open_questions(workspace: Workspace, sessions: Iterable[Session]) -> Iterator[str]:
    """A line for the report on each question that nobody answered, by ids alone."""
    for session in sessions:
        session_id = session.session_id
        for question in unanswered(workspace, session_id):
            yield f"{session_id}: {question.reason}: who speaks? see `offrecord review holds {session_id}`"


def unanswered(workspace: Workspace, session_id: str) -> list[ReviewHold]:
    """The questions about a session of its last run that nobody answered."""
    holds = workspace.stages.get(_STAGE, session_id, tuple[ReviewHold, ...]) or ()
    decisions = decision_log.decisions(workspace.db, session_id) if holds else ()
    return [hold for hold in standing_holds(session_id, holds, decisions) if hold.is_question]


def list_holds(workspace: Workspace, session_id: str) -> tuple[HoldLine, ...]:
    """The holds of a session of its last run; raises ``UsageProblem`` when it was never processed."""
    decisions = decision_log.decisions(workspace.db, session_id)
    lifted = {each.proposal_id: each.actor if each.verdict is Verdict.KEEP else "" for each in decisions}
    return tuple(
        HoldLine(
            hold_id=hold.hold_id,
            reason=hold.reason,
            action=hold.action,
            lifted_by=lifted.get(decision_id(session_id, hold), ""),
        )
        for hold in _holds(workspace, session_id)
    )


def lift_holds(
    workspace: Workspace, session_id: str, names: Sequence[str], *, actor: str, reason: str, undo: bool = False
) -> int:
    """Stores who lifted these holds and why, or takes that back; returns how many of the session still stand.

    Raises ``UsageProblem`` for a name that is none of the session's holds.
    """
    holds = {hold.hold_id: hold for hold in _holds(workspace, session_id)}
    if not names or not holds.keys() >= set(names):
        raise UsageProblem("no such hold", action=f"see `offrecord review holds {session_id}`")
    ids = [decision_id(session_id, holds[name]) for name in dict.fromkeys(names)]
    verdict = Verdict.OPEN if undo else Verdict.KEEP
    decision_log.decide(workspace.db, session_id, ids, verdict=verdict, actor=actor, reason=reason)
    return len(standing_holds(session_id, holds.values(), decision_log.decisions(workspace.db, session_id)))


def _holds(workspace: Workspace, session_id: str) -> tuple[ReviewHold, ...]:
    stored = workspace.stages.get(_STAGE, session_id, tuple[ReviewHold, ...])
    if stored is None:
        raise UsageProblem("no session with that id has been processed", action="see `offrecord status`")
    return stored
