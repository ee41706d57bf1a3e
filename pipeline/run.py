"""One session through every stage, in order."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline import consent, detect, render, requests, review, speech, tag
from pipeline.errors import TryAgain
from pipeline.records import (
    ApprovedPlan,
    Audience,
    Context,
    Decision,
    Failed,
    Finding,
    Held,
    Outcome,
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
from pipeline.store.files import make_private
from pipeline.store.stages import encode, key_of

_ERASED = Refused(reason="its recording was erased on request", action="nothing; it stays erased")
_TRACES = ["chat", "mention", "speech"]
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
    now: datetime

    def keep(self, stage: str, key: str, value: object, kind: Any = None, *, purpose: Purpose) -> None:
        """Keeps a stage result with who is in it; raises ``TryAgain``, and keeps nothing, when consent here changed."""
        ruling = consent.rule(self.session, workspace=self.workspace, now=self.now)
        if not isinstance(ruling, Ruling) or ruling.cells != self.ruling.cells:
            raise TryAgain("consent changed while this session was worked", action="run again: it is decided anew")
        with consent.release(self.workspace, ruling):
            place = self.workspace.stages.keep(stage, key, value, kind)
            self.note(stage, place, purpose=purpose, digest=key_of(encode(value, kind).decode()))

    def note(self, kind: str, place: Path, *, purpose: Purpose, digest: str | None = None) -> None:
        """Registers an artefact of this session: removed people may be named in it, the others also speak and write.

        Who is taken out of a part alone speaks in the rest.
        """
        removed = {
            person.participant_id
            for person in self.session.participants
            if all(outcome is not Outcome.PROCEED for _, outcome in self.ruling.spans(purpose, person.participant_id))
        }
        self.workspace.artefacts.note(
            kind,
            place,
            session_id=self.session.session_id,
            contributors={
                person.participant_id: ["mention"] if person.participant_id in removed else _TRACES
                for person in self.session.participants
            },
            log_head=self.ruling.log_head,
            digest=digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposed:
    """What is proposed for a session, and what people decided about it."""

    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    signed_off_by: str | None

    @property
    def undecided(self) -> int:
        """How many proposals nobody decided yet."""
        return len({one.proposal_id for one in self.proposals} - {one.proposal_id for one in self.decisions})


def process(session: Session, workspace: Workspace, *, now: datetime) -> Travelled:
    """Moves one session as far as consent and review let it; nothing is let out that is not proved."""
    if not session.tracks:
        return stopped(session, workspace, _ERASED, now)
    session = consent.with_erased(session, workspace=workspace)
    ruling = consent.rule(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        return stopped(session, workspace, ruling, now)
    context = terms.known_to(session, workspace.listed())
    case = _Case(session=session, workspace=workspace, ruling=ruling, context=context, now=now)
    transcript = _transcribe(case)
    if not isinstance(transcript, Transcript):
        return stopped(session, workspace, transcript, now)
    proposed = _propose(case, transcript)
    outcomes = {audience: _let_out(case, transcript, proposed, audience) for audience in _audiences(session)}
    result = _result(case, transcript, proposed, outcomes)
    return Travelled(result=result, valid_until=ruling.valid_until.timestamp())


def _transcribe(case: _Case) -> Transcript | Failed:
    session, settings = case.session, case.workspace.settings.speech
    closed = speech.closed(session, case.ruling)
    engine, known = speech.preflight(settings), speech.vocabulary(case.context)
    key = key_of(speech.VERSION, engine, session.tracks, session.captions, closed, known, settings)
    kept = case.workspace.stages.recall("speech", key, Transcript)
    if kept is not None:
        return kept
    heard = speech.transcribe(session, case.ruling, case.context, vault=case.workspace.vault, settings=settings)
    if isinstance(heard, Transcript):
        case.keep("speech", key, heard, purpose=Purpose.TRANSCRIBE)
    return heard


def _propose(case: _Case, transcript: Transcript) -> _Proposed:
    stages, settings = case.workspace.stages, case.workspace.settings.detect
    readable = speech.readable(case.session, case.ruling)
    key = key_of(detect.VERSION, readable, transcript, case.context, settings)
    findings = stages.recall("detect", key, tuple[Finding, ...])
    if findings is None:
        findings = detect.detect(readable, transcript, case.context, settings=settings)
        case.keep("detect", key, findings, tuple[Finding, ...], purpose=Purpose.TRANSCRIBE)
    session_id, db = case.session.session_id, case.workspace.db
    proposals = review.propose(session_id, findings)
    case.keep("proposals", session_id, proposals, tuple[Proposal, ...], purpose=Purpose.TRANSCRIBE)
    return _Proposed(
        proposals=proposals,
        decisions=review.decisions(db, session_id),
        signed_off_by=review.signed_off_by(db, session_id, proposals),
    )


def _let_out(case: _Case, transcript: Transcript, proposed: _Proposed, audience: Audience) -> Rendition | Stop:
    """Plans, renders, proves and puts in place one rendition, or takes back what may no longer be out."""
    plan = review.review(
        case.session,
        case.ruling,
        transcript,
        proposed.proposals,
        proposed.decisions,
        audience,
        settings=case.workspace.settings.redact,
        context=case.context,
        signed_off_by=proposed.signed_off_by,
    )
    made = _render(case, plan, transcript) if isinstance(plan, ApprovedPlan) else plan
    if not isinstance(made, Rendition):
        case.workspace.retract(case.session.session_id, audience)
    elif audience is Audience.INTERNAL:
        key = requests.tags_key(case.session.session_id)
        case.keep("tags", key, tag.tag(made.turns), tuple[Tag, ...], purpose=audience.purpose)
    return made


def _render(case: _Case, plan: ApprovedPlan, transcript: Transcript) -> Rendition | Failed:
    """The rendition of a plan, in place: the one that is there already, or a new one that was proved."""
    session, workspace, fill = case.session, case.workspace, case.workspace.settings.redact.fill
    key = key_of(render.VERSION, workspace.key("plan").hex(), plan, session, transcript, fill)
    with consent.release(workspace, case.ruling):
        placed = render.recall(session.session_id, plan.audience, workspace.out, key)
        if placed is not None:
            case.note("rendition", workspace.out / placed.folder, purpose=plan.audience.purpose)
            return placed
    scratch = make_private(workspace.scratch / f"{session.session_id}-{plan.audience}")
    try:
        made = render.render(
            session, plan, transcript, vault=workspace.vault, scratch=scratch, listen=speech.listen, key=key, fill=fill
        )
        if isinstance(made, Rendition):
            with consent.release(workspace, case.ruling):
                render.publish(made, scratch=scratch, out=workspace.out)
                note = {"session_id": session.session_id, "audience": str(plan.audience), "verdict": made.proof.verdict}
                workspace.ledger.append("released", key, note)
                case.note("rendition", workspace.out / made.folder, purpose=plan.audience.purpose)
    finally:
        shutil.rmtree(scratch)
    return made


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


def _why(case: _Case, out: Sequence[Rendition], stop: Stop | None) -> str:
    """What the report says of a session: what is out, with those who were taken out of it by id, and what stops."""
    if stop:
        there = " and ".join(rendition.audience for rendition in out)
        return f"{there} is out; {stop.reason}" if there else stop.reason
    removed = sorted({who for rendition in out for who in case.ruling.removed(rendition.audience.purpose)})
    without = f", without {', '.join(removed)}" if removed else ""
    return f"everything asked for is out{without}" if out else "nothing was asked for"


def _result(
    case: _Case, transcript: Transcript, proposed: _Proposed, outcomes: Mapping[Audience, Rendition | Stop]
) -> SessionResult:
    """The session's line in the report: failed if anything failed, done if anything is out, else its first stop."""
    out = [outcome for outcome in outcomes.values() if isinstance(outcome, Rendition)]
    stops = [outcome for outcome in outcomes.values() if not isinstance(outcome, Rendition)]
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
