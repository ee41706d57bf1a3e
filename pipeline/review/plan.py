"""Turns proposals and decisions into the approved plan for one audience; the only maker of ``ApprovedPlan``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import OffrecordError
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import (
    ApprovedPlan,
    Audience,
    Context,
    Decision,
    Held,
    Outcome,
    Pending,
    Proposal,
    Ruling,
    Session,
    SoundPlace,
    TextEdit,
    TextPlace,
    Transcript,
    Verdict,
    WordEdit,
)
from pipeline.review.chat_quotes import quote_edits
from pipeline.review.consent_removals import ConsentRemovals, consent_removals, cover
from pipeline.review.decision_log import needs_decision, not_of_picture
from pipeline.review.heard_again import heard_again, is_sound_of_term
from pipeline.review.picture.plan import NO_PICTURE, PictureReview, picture_plan
from pipeline.review.reported_speech import speaker_reported
from pipeline.review.terms import entities_of, planned_terms
from pipeline.review.uncertainty_margin import Widener
from pipeline.review.windows import of_findings, of_unheard, windows
from pipeline.settings import RedactSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class _ApprovedPlan(ApprovedPlan):
    def _made_by_review(self) -> None: ...


def review(
    session: Session,
    ruling: Ruling,
    transcript: Transcript,
    proposals: Sequence[Proposal],
    decisions: Iterable[Decision],
    audience: Audience,
    *,
    settings: RedactSettings,
    context: Context,
    signed_off_by: str | None = None,
    picture: PictureReview = NO_PICTURE,
) -> ApprovedPlan | Held | Pending:
    """What is taken out of a session for an audience; undecided means redacted.

    ``decisions`` are in the order they were made: the latest holds. Public needs every proposal decided and a person's
    sign-off. What consent closes for a part of the session goes in that part, whoever speaks. Held when that is all of
    it, or when a removed voice cannot be told from the others.
    """
    if ruling.session_id != session.session_id:
        raise OffrecordError("the ruling is of another session", action="report this; nothing was published")
    verdicts = {decision.proposal_id: decision.verdict for decision in decisions}
    out = consent_removals(session, ruling, transcript, audience, pad_s=settings.pad_s)
    stop: Held | Pending | None = _consent(ruling, audience) or _voices(session, out)
    if stop is None and audience is Audience.PUBLIC:
        stop = _nothing_left(session, transcript, out) or _finished(
            session.session_id, needs_decision(proposals), verdicts, signed_off_by
        )
    if stop is not None:
        return stop
    decided = _applied(session, proposals, verdicts, out)
    partly = out.named - out.removed
    terms = planned_terms(session, context, not_of_picture(decided), removed=out.removed, partly=partly)
    of_removed = planned_terms(session, context, (), removed=out.removed, partly=partly)
    again, dismissed = heard_again(proposals, verdicts, terms=terms, of_removed=of_removed)
    applied = [*decided, *again]
    public = audience is Audience.PUBLIC
    widener = Widener(transcript, session.tracks, settings)
    muted = of_findings(applied, widener)
    unheard = of_unheard(transcript, widener) if public else ()
    return _ApprovedPlan(
        session_id=session.session_id,
        audience=audience,
        windows=windows((*muted, *unheard, *out.windows), duration_s=session.duration_s, settings=settings),
        terms=terms,
        text_edits=(*_text_edits(applied), *quote_edits(session, out.removed, out.removed_intervals)),
        word_edits=_word_edits(applied),
        removed=out.removed,
        removed_intervals=out.removed_intervals,
        keep_tracks=out.keep_tracks,
        kept=_kept(proposals, applied, context),
        dismissed=dismissed,
        picture=picture_plan(session, ruling, audience, applied, picture),
        signed_off_by=signed_off_by if public else None,
    )


def _applied(
    session: Session, proposals: Iterable[Proposal], verdicts: dict[str, Verdict], out: ConsentRemovals
) -> list[Proposal]:
    """The proposals of what was found that are taken out: nobody kept them, or consent closes them."""
    forced = entities_of(session, out.named)
    return [
        proposal
        for proposal in proposals
        if not proposal.is_heard_again
        and _is_for(proposal, out)
        and (_is_of(proposal, forced) or verdicts.get(proposal.proposal_id) is not Verdict.KEEP)
    ]


def _is_for(proposal: Proposal, out: ConsentRemovals) -> bool:
    """Whether a proposal is for this audience: what others report of somebody is, where that person is taken out."""
    reported = speaker_reported(proposal.entity)
    return reported is None or reported in out.named


def _is_of(proposal: Proposal, entities: frozenset[str]) -> bool:
    """Whether a proposal is of one of these, or any of its findings resembles one, whatever it is called."""
    return proposal.entity in entities or any(finding.entity in entities for finding in proposal.findings)


def _kept(proposals: Iterable[Proposal], applied: Iterable[Proposal], context: Context) -> tuple[str, ...]:
    taken = {proposal.proposal_id for proposal in applied}
    left = (
        finding.text
        for proposal in proposals
        if proposal.proposal_id not in taken and not is_sound_of_term(proposal)
        for finding in proposal.findings
        if finding.text
    )
    return tuple(sorted({*left, *context.allow}))


def _consent(ruling: Ruling, audience: Audience) -> Held | None:
    outcome = ruling.outcome(audience.purpose)
    if ruling.any_open(audience.purpose):
        return None
    closest = next(
        (cell for cell in ruling.cells if cell.purpose is audience.purpose and cell.outcome is outcome), None
    )
    verb = "refuses" if outcome is Outcome.REFUSE else "does not yet allow"
    rule = f" (rule {closest.rule_id})" if closest else ""
    action = f"see `offrecord consent show {ruling.session_id}`"
    return Held(reason=f"consent {verb} {audience.purpose}{rule}", action=action)


def _voices(session: Session, out: ConsentRemovals) -> Held | None:
    """Held when a removed voice would stay in mixed sound, or no sound would be left."""
    if out.unsafe:
        return Held(
            reason="a participant who must be removed speaks in mixed sound",
            action="provide a recording for each person",
        )
    if session.tracks and all(
        cover((window for window in out.windows if window.track_id in (None, track_id)), session.duration_s)
        for track_id in out.keep_tracks
    ):
        action = f"see `offrecord consent show {session.session_id}`"
        return Held(reason="no sound is left that may be heard", action=action)
    return None


def _nothing_left(session: Session, transcript: Transcript, out: ConsentRemovals) -> Held | None:
    """Held when no word, line or picture is left for the public: nobody is asked to sign that off."""
    speech = any(word.participant_id not in out.removed for word in transcript.words)
    written = any(line.participant_id not in out.removed for line in session.chat)
    if speech or written or session.video is not None:
        return None
    return Held(
        reason="nothing of the session is left to publish: no word, no line and no picture",
        action="nothing; take public_recording out of purposes in its session.toml, and it is reported as done",
    )


def _finished(
    session_id: str, proposals: Sequence[Proposal], verdicts: dict[str, Verdict], signed_off_by: str | None
) -> Pending | None:
    undecided = sum(proposal.proposal_id not in verdicts for proposal in proposals)
    if undecided:
        action = f"decide them: `offrecord review interactive {session_id}`"
        return Pending(reason=f"{counted(undecided, 'proposal')} {is_or_are(undecided)} undecided", action=action)
    if signed_off_by is None:
        return Pending(reason="nobody has signed off the review", action=f"`offrecord review sign-off {session_id}`")
    return None


def _text_edits(applied: Iterable[Proposal]) -> tuple[TextEdit, ...]:
    return tuple(
        TextEdit(place=finding.place, replacement=proposal.replacement)
        for proposal in applied
        for finding in proposal.findings
        if isinstance(finding.place, TextPlace)
    )


def _word_edits(applied: Iterable[Proposal]) -> tuple[WordEdit, ...]:
    """The edits in order; what was heard again comes first, so that what was found in the words labels them."""
    ranked = sorted(applied, key=lambda proposal: not proposal.is_heard_again)
    edits = {
        finding.place.words: WordEdit(words=finding.place.words, replacement=proposal.replacement)
        for proposal in ranked
        for finding in proposal.findings
        if isinstance(finding.place, SoundPlace) and finding.place.words[0] < finding.place.words[1]
    }
    return tuple(edits[words] for words in sorted(edits))
