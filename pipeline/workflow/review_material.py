"""What a reviewer works on: transcript and findings of the last run, as long as consent is what it was then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipeline import consent, review, spans, speech
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Context, Finding, Proposal, Purpose, Ruling, Session, Transcript
from pipeline.review import ConsentMarks
from pipeline.review.queue import UNHEARD
from pipeline.review.speaker_edits import AttributedTranscript
from pipeline.store import Workspace
from pipeline.store.codec import key_of
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.registry import Registry, record_digest
from pipeline.workflow import speaker_marks
from pipeline.workflow.pseudonyms import known_labels
from pipeline.workflow.session_context import SessionContext

_STAGE = "review"
_NEEDED = (Purpose.RECORD, Purpose.TRANSCRIBE)

Closed = tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
"""By track id the spans that nobody may listen to, in seconds on the session's clock."""


class WithheldWords(RefusedByPolicy):
    """Words were assigned to somebody who may not be transcribed: nobody sees the session before the next run."""

    def __init__(self) -> None:
        super().__init__(
            "words were assigned to somebody who may not be transcribed",
            action="run `offrecord run`, which takes them out, then load the page again",
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (WithheldWords, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMaterial:
    """What the last run heard and found in a session, before any edit; ``state`` stands for the consent it had.

    Words of who may not be transcribed, as a reviewer said, are not in it.
    """

    state: str
    transcript: Transcript
    findings: tuple[Finding, ...]
    closed: Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSession:
    """A session as a reviewer sees it: its material, and words and proposals with the edits that hold.

    ``marks`` says which proposals consent takes out whatever is decided, and which touch somebody who did not agree.
    """

    session: Session
    ruling: Ruling
    material: ReviewMaterial
    transcript: Transcript
    proposals: tuple[Proposal, ...]
    marks: ConsentMarks = field(default_factory=ConsentMarks)


def store_material(context: SessionContext, attributed: AttributedTranscript, findings: tuple[Finding, ...]) -> None:
    """Keeps what a reviewer of the session needs, in one piece."""
    session = context.session
    closed: dict[str, list[tuple[float, float]]] = {}
    for track_id, intervals in speech.closed(session, context.ruling):
        closed[track_id] = [(span.start_s, span.end_s) for span in intervals]
    for gap in attributed.withheld:
        closed.setdefault(gap.track_id, []).append((gap.start_s, gap.end_s))
    material = ReviewMaterial(
        state=_state(session, context.ruling),
        transcript=attributed.heard,
        findings=findings,
        closed=tuple((track_id, tuple(spans.merge(of_track))) for track_id, of_track in closed.items()),
    )
    context.put(_STAGE, session.session_id, material, purpose=Purpose.TRANSCRIBE)
    unheard_s = float(sum(gap.end_s - gap.start_s for gap in attributed.heard.unheard))
    context.put(UNHEARD, session.session_id, unheard_s, purpose=Purpose.TRANSCRIBE)


def material_of(workspace: Workspace, session_id: str) -> ReviewMaterial:
    """The material of the last run; raises ``UsageProblem`` where there is none."""
    material = workspace.stages.get(_STAGE, session_id, ReviewMaterial)
    if material is None:
        raise UsageProblem("this session is not analysed yet, or it was erased", action="run `offrecord run`")
    return material


def is_analysed(workspace: Workspace, session_id: str) -> bool:
    """Whether there is anything that a reviewer could see and hear of a session."""
    return workspace.stages.is_there(workspace.stages.place(_STAGE, session_id))


def review_state(workspace: Workspace, session_id: str) -> tuple[tuple[str, ...], str, str, int]:
    """What an open review stands on: while it is the same, and its ruling holds, so is what ``open_review`` gives.

    The stored material, the consent log with all that people settled, the session's record, and the last edit.
    """
    stages = workspace.stages
    changed_at = tuple(stages.changed_at(stages.place(stage, session_id)) for stage in (_STAGE, "proposals"))
    with unreadable_is_closed(), reading(workspace.db) as connection:  # a connection takes longer than what it reads
        last_edit = max(review.edits_in(connection, session_id), default=0)
        return changed_at, consent.head_hash(connection), record_digest(connection, session_id), last_edit


def open_review(
    workspace: Workspace, session_id: str, *, now: datetime, material: ReviewMaterial | None = None
) -> ReviewSession:
    """A session with its proposals, for somebody who decides; ``material`` is given by who kept it.

    Raises ``RefusedByPolicy`` where consent is no longer what it was in the last run, so that nobody sees or hears what
    was withdrawn since, and ``UsageProblem`` where there is nothing to review.
    """
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    material = material or material_of(workspace, session_id)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        raise RefusedByPolicy(ruling.reason, action=ruling.action)
    if _state(session, ruling) != material.state:
        raise RefusedByPolicy(
            "consent changed since the last run", action="run `offrecord run`, then load the page again"
        )
    current = review.edits(workspace.db, session_id)
    attributed = speaker_marks.attributed(workspace, session, material.transcript, ruling, current)
    if attributed.withheld:
        raise WithheldWords
    findings = review.edited(session_id, material.findings, current, attributed.transcript)
    from_words = review.propose(session_id, findings, known=known_labels(session, workspace))
    proposals = (*from_words, *_heard_again(workspace, session_id))
    return ReviewSession(
        session=session,
        ruling=ruling,
        material=material,
        transcript=attributed.transcript,
        proposals=proposals,
        marks=review.consent_marks(session, ruling, proposals, attributed.transcript),
    )


def _heard_again(workspace: Workspace, session_id: str) -> tuple[Proposal, ...]:
    """The proposals for what a proof heard again, which come after the material and are edited by nobody."""
    stored = workspace.stages.get("proposals", session_id, tuple[Proposal, ...]) or ()
    return tuple(proposal for proposal in stored if proposal.is_heard_again)


def store_proposals(workspace: Workspace, opened: ReviewSession, *, now: datetime) -> None:
    """Keeps the proposals after an edit, so that every command sees them before the next run."""
    context = SessionContext(
        session=opened.session, workspace=workspace, ruling=opened.ruling, known=Context(), now=now
    )
    session_id = opened.session.session_id
    context.put("proposals", session_id, opened.proposals, tuple[Proposal, ...], purpose=Purpose.TRANSCRIBE)


def _state(session: Session, ruling: Ruling) -> str:
    """What the review of a session stands on: people, tracks, named voices, what may be recorded and transcribed."""
    cells = sorted(
        (cell.participant_id, cell.interval.start_s, cell.interval.end_s, cell.purpose.value, cell.outcome.value)
        for cell in ruling.cells
        if cell.purpose in _NEEDED
    )
    voices = (session.voices,) if session.voices else ()
    return key_of(session.participants, session.tracks, cells, *voices)
