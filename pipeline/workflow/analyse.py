"""The first half of the line: rules, transcribes, detects and proposes; nothing of it is published yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pipeline import consent, detect, embeddings, review, speech
from pipeline.records import (
    Decision,
    Failed,
    Finding,
    HeardAgain,
    Held,
    OcrResult,
    Proposal,
    Purpose,
    Refused,
    Ruling,
    Session,
    Stop,
    Transcript,
    Verdict,
)
from pipeline.review.picture.plan import NO_PICTURE, PictureReview
from pipeline.review.speaker_edits import AttributedTranscript
from pipeline.store import Workspace, terms
from pipeline.store.codec import key_of
from pipeline.workflow import picture_faces, picture_gallery, picture_text, review_holds, speaker_marks
from pipeline.workflow.crosstalk import with_crosstalk
from pipeline.workflow.pseudonyms import known_labels
from pipeline.workflow.recognition import recognised
from pipeline.workflow.retention.periods import cannot_be_made
from pipeline.workflow.review_material import store_material
from pipeline.workflow.session_context import SessionContext
from pipeline.workflow.voice_count import count_voices

HEARD_AGAIN = "heard_again"
"""The stage result that holds what the proofs of a session's renditions heard again, under the session's id."""

_ERASED = Refused(reason="its recording was erased on request", action="nothing; it stays erased")
_KEPT_NO_LONGER = Refused(reason="its original is past its retention", action="nothing can be made from it again")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """What is proposed for a session, and what people decided about it."""

    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    signed_off_by: str | None
    picture: PictureReview = NO_PICTURE

    @property
    def undecided(self) -> int:
        """How many proposals nobody decided yet."""
        decided = {decision.proposal_id for decision in self.decisions}
        return len({proposal.proposal_id for proposal in self.proposals} - decided)

    @property
    def keeps_anything(self) -> bool:
        """Whether a decision that holds keeps a proposal."""
        verdicts = {decision.proposal_id: decision.verdict for decision in self.decisions}
        return any(verdicts.get(proposal.proposal_id) is Verdict.KEEP for proposal in self.proposals)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedSession:
    """A session that was transcribed and searched, with the review of what was found; nothing is planned yet."""

    context: SessionContext
    transcript: Transcript
    review_state: ReviewState


def analyse(session: Session, workspace: Workspace, *, now: datetime) -> AnalysedSession | Stop:
    """Rules, transcribes and proposes; or what stops the session before that.

    Where the transcript holds the spoken notice, the session is ruled again with that evidence. Where somebody may
    object to the recording or be a minor, or names cannot be found in the language, it stops with its proposals stored.
    """
    if not session.tracks:
        return _ERASED
    if cannot_be_made(workspace, session.session_id):
        return _KEPT_NO_LONGER
    session = consent.working_session(session, workspace=workspace)
    ruling = consent.rule(session, workspace=workspace, now=now)
    count_voices(workspace, session, ruling, now=now)
    if not isinstance(ruling, Ruling):
        workspace.words.keep(session.session_id, ())  # nothing of it is read, so that no new name concerns it
        return ruling
    known = terms.known_to(session, workspace.listed(), on=now.date())
    context = SessionContext(session=session, workspace=workspace, ruling=ruling, known=known, now=now)
    context = with_crosstalk(context, Purpose.TRANSCRIBE)
    heard = recognised(context)
    if isinstance(heard, (Held, Failed)):
        return heard
    context, transcript = heard
    if consent.record_announcements(session, transcript.words, workspace=workspace):
        return analyse(session, workspace, now=now)
    edits = review.edits(workspace.db, session.session_id)
    attributed = speaker_marks.attributed(workspace, session, transcript, ruling, edits)
    review_state = _propose(context, attributed)
    readable = speech.readable(context.session, ruling)
    stop = review_holds.stop_for_holds(context, readable, attributed.transcript, review_state.decisions)
    return stop or AnalysedSession(context=context, transcript=attributed.transcript, review_state=review_state)


def heard_again_in(context: SessionContext) -> HeardAgain:
    """What the proofs of a session's renditions heard or read again so far."""
    return context.workspace.stages.get(HEARD_AGAIN, context.session.session_id, HeardAgain) or HeardAgain()


def propose_again(analysed: AnalysedSession) -> AnalysedSession:
    """The session with proposals for what was heard again meanwhile too; nobody can have decided about those."""
    state = analysed.review_state
    from_words = tuple(proposal for proposal in state.proposals if not proposal.is_heard_again)
    proposals = _stored_proposals(analysed.context, analysed.transcript, from_words)
    return replace(analysed, review_state=replace(state, proposals=proposals))


def _propose(context: SessionContext, attributed: AttributedTranscript) -> ReviewState:
    session, workspace, transcript = context.session, context.workspace, attributed.transcript
    readable = speech.readable(session, context.ruling)
    tiles = picture_gallery.see_gallery(context)
    hidden = picture_gallery.hidden_from_readers(context, tiles)
    ocr, faces = picture_text.read_picture(context, hidden), picture_faces.see_faces(context, hidden)
    findings = _findings(context, readable, transcript, ocr)
    findings = (*findings, *review.reported_speech(readable, context.ruling, transcript))
    findings = (*findings, *detect.face_findings(session.session_id, faces))
    session_id, db = session.session_id, workspace.db
    store_material(context, attributed, findings)
    findings = review.edited(session_id, findings, review.edits(db, session_id), transcript)
    from_words = review.propose(session_id, findings, known=known_labels(session, workspace))
    proposals = _stored_proposals(context, transcript, from_words)
    may_be_kept = picture_text.may_be_kept(context, ocr) and picture_faces.may_be_kept(context, faces)
    return ReviewState(
        proposals=proposals,
        decisions=review.decisions(db, session_id),
        signed_off_by=review.signed_off_by(db, session_id, proposals),
        picture=review.picture_review(db, session, proposals, may_be_kept=may_be_kept, gallery=tiles),
    )


def _stored_proposals(
    context: SessionContext, transcript: Transcript, from_words: tuple[Proposal, ...]
) -> tuple[Proposal, ...]:
    """The proposals of what was found, and behind them those of what was heard again; stored for the reviewers."""
    readable, session_id = speech.readable(context.session, context.ruling), context.session.session_id
    again = detect.heard_again_findings(readable, transcript, heard_again_in(context))
    proposals = (*from_words, *review.propose(session_id, again))
    context.put("proposals", session_id, proposals, tuple[Proposal, ...], purpose=Purpose.TRANSCRIBE)
    return proposals


def _findings(
    context: SessionContext, readable: Session, transcript: Transcript, ocr: OcrResult | None
) -> tuple[Finding, ...]:
    stages, settings = context.workspace.stages, context.workspace.settings.detect
    context.workspace.words.keep(context.session.session_id, detect.words_in(readable, transcript, ocr))
    known = replace(context.known, elsewhere=detect.named_elsewhere(readable, transcript, context.known, ocr))
    made_by = (detect.VERSION, detect.version(settings), embeddings.version())
    key = key_of(*made_by, readable, transcript, known, settings, ocr)
    stored = stages.get("detect", key, tuple[Finding, ...])
    if stored is not None:
        return stored
    findings = detect.detect(readable, transcript, known, settings=settings, seen=ocr)
    context.put("detect", key, findings, tuple[Finding, ...], purpose=Purpose.TRANSCRIBE)
    return findings
