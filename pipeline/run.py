"""One session through every stage, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline import consent, detect, looking, requests, review, speech
from pipeline.bleeding import quieted
from pipeline.case import Case, Proposed
from pipeline.letting_out import Let, Wish, let_out
from pipeline.naming import known_labels
from pipeline.records import (
    Audience,
    Exposure,
    Failed,
    Finding,
    Held,
    KeywordHit,
    Pending,
    Proposal,
    Purpose,
    Refused,
    Rendition,
    Ruling,
    Session,
    SessionResult,
    Stop,
    Transcript,
)
from pipeline.reexamine import broken
from pipeline.store import Workspace, terms
from pipeline.store.codec import key_of

_ERASED = Refused(reason="its recording was erased on request", action="nothing; it stays erased")
_STATUS: dict[type[Stop], str] = {Held: "held", Refused: "refused", Pending: "pending", Failed: "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelled:
    """How far a session came, and until when its ruling holds (seconds since the epoch)."""

    result: SessionResult
    valid_until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A session as far as it comes before anything of it gets out."""

    case: Case
    transcript: Transcript
    proposed: Proposed


def process(session: Session, workspace: Workspace, *, now: datetime) -> Travelled:
    """Moves one session as far as consent and review let it; nothing is let out that is not proved."""
    found = looked(session, workspace, now=now)
    if not isinstance(found, Looked):
        return stopped(session, workspace, found, now)
    was = broken(found.case, found.transcript, found.proposed)
    return concluded(found, let_all(found), was=was)


def let_all(found: Looked, *, wish: Wish | None = None) -> dict[Audience, Let]:
    """Lets out every rendition that the session asks for, as far as it may; with a ``wish`` the public one too."""
    case, transcript, proposed = found.case, found.transcript, found.proposed
    return {one: let_out(case, transcript, proposed, one, wish=wish) for one in audiences(case.session)}


def concluded(found: Looked, lets: Mapping[Audience, Let], *, was: tuple[Exposure, ...] = ()) -> Travelled:
    """How far the session came, by what became of its renditions; ``was`` is what was out and should not have been."""
    result = replace(_result(found.case, found.transcript, found.proposed, lets), broken=was)
    if was:
        result = replace(result, reason=f"{result.reason}; {len(was)} places of what was out before are taken out now")
    return Travelled(result=result, valid_until=found.case.ruling.valid_until.timestamp())


def looked(session: Session, workspace: Workspace, *, now: datetime) -> Looked | Stop:
    """Rules, transcribes and proposes; or what stops the session before that.

    Where the notice is heard in what was transcribed, it is ruled anew with that evidence.
    """
    if not session.tracks:
        return _ERASED
    session = consent.working_session(session, workspace=workspace)
    ruling = consent.rule(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        return ruling
    context = terms.known_to(session, workspace.listed(), on=now.date())
    case = Case(session=session, workspace=workspace, ruling=ruling, context=context, now=now)
    case = quieted(case, Purpose.TRANSCRIBE)
    transcript = _transcribe(case)
    if not isinstance(transcript, Transcript):
        return transcript
    if consent.record_announcements(session, transcript.words, workspace=workspace):
        return looked(session, workspace, now=now)
    return Looked(case=case, transcript=transcript, proposed=_propose(case, transcript))


def _transcribe(case: Case) -> Transcript | Failed:
    session, settings = case.session, case.workspace.settings.speech
    closed = speech.closed(session, case.ruling)
    engine, hints = speech.preflight(settings), speech.hints(case.context, settings)
    key = key_of(speech.VERSION, engine, session.tracks, session.captions, closed, hints, settings)
    kept = case.workspace.stages.get("speech", key, Transcript)
    if kept is not None:
        return replace(kept, heard_terms=_search(case, kept, key))
    heard = speech.transcribe(session, case.ruling, case.context, vault=case.workspace.vault, settings=settings)
    if not isinstance(heard, Transcript):
        return heard
    case.keep("speech", key, heard, purpose=Purpose.TRANSCRIBE)
    return replace(heard, heard_terms=_search(case, heard, key))


def _search(case: Case, heard: Transcript, speech_key: str) -> tuple[KeywordHit, ...]:
    """What the sound holds of all that is known now; a changed list leads to this alone, not to recognition."""
    key = key_of(speech_key, speech.vocabulary(case.context))
    kept = case.workspace.stages.get("search", key, tuple[KeywordHit, ...])
    if kept is not None:
        return kept
    vault, settings = case.workspace.vault, case.workspace.settings.speech
    found = speech.search(case.session, case.ruling, heard, case.context, vault=vault, settings=settings)
    case.keep("search", key, found, tuple[KeywordHit, ...], purpose=Purpose.TRANSCRIBE)
    return found


def _propose(case: Case, transcript: Transcript) -> Proposed:
    stages, settings = case.workspace.stages, case.workspace.settings.detect
    readable = speech.readable(case.session, case.ruling)
    seen = looking.look(case)
    key = key_of(detect.VERSION, readable, transcript, case.context, settings, seen)
    findings = stages.get("detect", key, tuple[Finding, ...])
    if findings is None:
        findings = detect.detect(readable, transcript, case.context, settings=settings, seen=seen)
        case.keep("detect", key, findings, tuple[Finding, ...], purpose=Purpose.TRANSCRIBE)
    session_id, db = case.session.session_id, case.workspace.db
    findings = (*findings, *review.reported_speech(readable, case.ruling, transcript))
    proposals = review.propose(session_id, findings, known=known_labels(case.session, case.workspace))
    case.keep("proposals", session_id, proposals, tuple[Proposal, ...], purpose=Purpose.TRANSCRIBE)
    return Proposed(
        proposals=proposals,
        decisions=review.decisions(db, session_id),
        signed_off_by=review.signed_off_by(db, session_id, proposals),
        picture=review.picture_review(db, case.session, proposals, may_be_kept=looking.may_be_kept(case, seen)),
    )


def audiences(session: Session) -> tuple[Audience, ...]:
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


def _why(case: Case, out: Sequence[Rendition], stop: Stop | None) -> str:
    """What the report says of a session: what is out, with those who were taken out of it by id, and what stops."""
    if stop:
        there = " and ".join(rendition.audience for rendition in out)
        return f"{there} is out; {stop.reason}" if there else stop.reason
    unread = "; the picture was left out, for tesseract is missing" if out and looking.unread(case) else ""
    removed = sorted({who for rendition in out for who in case.ruling.removed(rendition.audience.purpose)})
    without = f", without {', '.join(removed)}" if removed else ""
    return f"everything asked for is out{without}{unread}" if out else "nothing was asked for"


def _result(case: Case, transcript: Transcript, proposed: Proposed, outcomes: Mapping[Audience, Let]) -> SessionResult:
    """The session's line in the report: failed if anything failed, done if anything is out, else its first stop."""
    out = [let.out for let in outcomes.values() if let.out]
    stops = [let.stop for let in outcomes.values() if let.stop]
    stops.sort(key=lambda stop: not isinstance(stop, Failed))
    stop = stops[0] if stops else None
    status = "done" if out and not isinstance(stop, Failed) else _STATUS[type(stop)] if stop else "held"
    return SessionResult(
        session_id=case.session.session_id,
        status=status,
        reason=_why(case, out, stop),
        action=stop.action if stop else "",
        renditions=tuple(sorted(rendition.folder for rendition in out)),
        detail={
            "duration_s": round(case.session.duration_s, 1),
            "speech_covered": round(transcript.coverage, 3),
            "proposals": len(proposed.proposals),
            "undecided": proposed.undecided,
            "requests": requests.count(case.workspace, case.session.session_id),
        },
    )
