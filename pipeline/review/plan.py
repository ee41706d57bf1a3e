"""Turns proposals and decisions into the approved plan for one audience; the only maker of plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.errors import OffrecordError
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import (
    ApprovedPlan,
    Audience,
    Cell,
    Context,
    Decision,
    DismissedPlace,
    Held,
    Outcome,
    Pending,
    PlannedTerm,
    Proposal,
    Purpose,
    ReadingPlan,
    RedactionInterval,
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
from pipeline.review.name_likeness import NameLikeness, most_like
from pipeline.review.picture.plan import NO_PICTURE, PictureReview, picture_plan
from pipeline.review.reported_speech import speaker_reported
from pipeline.review.terms import entities_of, is_of, planned_terms
from pipeline.review.uncertainty_margin import Widener
from pipeline.review.windows import of_findings, of_unheard, windows
from pipeline.settings import RedactSettings

_NAMED_PEOPLE = 3
"""So many people a line names by id: the command that it names lists all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ApprovedPlan(ApprovedPlan):
    def _made_by_review(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadingPlan(ReadingPlan):
    def _made_by_review(self) -> None: ...


class _TakenOut(NamedTuple):
    """What of the proposals is taken out, with the sound of it, the terms, and where a term was not heard."""

    applied: Sequence[Proposal]
    muted: tuple[RedactionInterval, ...]
    terms: tuple[PlannedTerm, ...]
    dismissed: tuple[DismissedPlace, ...]


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
    _is_of_session(ruling, session)
    verdicts = {decision.proposal_id: decision.verdict for decision in decisions}
    out = consent_removals(session, ruling, transcript, audience.purpose, pad_s=settings.pad_s)
    stop: Held | Pending | None = _consent(ruling, audience.purpose) or _voices(session, out)
    if stop is None and audience is Audience.PUBLIC:
        stop = _nothing_left(session, transcript, out) or _finished(
            session.session_id, needs_decision(proposals), verdicts, signed_off_by
        )
    if stop is not None:
        return stop
    public = audience is Audience.PUBLIC
    widener = Widener(transcript, session.tracks, settings)
    taken = _taken_out(session, proposals, verdicts, out, context, widener)
    unheard = of_unheard(transcript, widener) if public else ()
    return _ApprovedPlan(
        session_id=session.session_id,
        audience=audience,
        windows=windows((*taken.muted, *unheard, *out.windows), duration_s=session.duration_s, settings=settings),
        terms=taken.terms,
        text_edits=_text_edits(session, taken.applied, out),
        word_edits=_word_edits(taken.applied),
        removed=out.removed,
        removed_intervals=out.removed_intervals,
        keep_tracks=out.keep_tracks,
        kept=_kept(proposals, taken.applied, context),
        dismissed=taken.dismissed,
        picture=picture_plan(session, ruling, audience, taken.applied, picture),
        signed_off_by=signed_off_by if public else None,
    )


def reading_plan(
    session: Session,
    ruling: Ruling,
    transcript: Transcript,
    proposals: Sequence[Proposal],
    decisions: Iterable[Decision],
    purpose: Purpose,
    *,
    settings: RedactSettings,
    context: Context,
) -> ReadingPlan | Held:
    """What is taken out of the words of a session that are read for a purpose and shown to nobody.

    As for a rendition undecided means redacted, and whoever does not proceed leaves no word; Held when that is all.
    """
    _is_of_session(ruling, session)
    out = consent_removals(session, ruling, transcript, purpose, pad_s=settings.pad_s)
    stop = _consent(ruling, purpose) or _voices(session, out)
    if stop is not None:
        return stop
    verdicts = {decision.proposal_id: decision.verdict for decision in decisions}
    widener = Widener(transcript, session.tracks, settings)
    taken = _taken_out(session, proposals, verdicts, out, context, widener)
    return _ReadingPlan(
        session_id=session.session_id,
        purpose=purpose,
        windows=windows((*taken.muted, *out.windows), duration_s=session.duration_s, settings=settings),
        terms=taken.terms,
        word_edits=_word_edits(taken.applied),
        text_edits=_text_edits(session, taken.applied, out),
        removed=out.removed,
        removed_intervals=out.removed_intervals,
        keep_tracks=out.keep_tracks,
    )


def _is_of_session(ruling: Ruling, session: Session) -> None:
    if ruling.session_id != session.session_id:
        raise OffrecordError("the ruling is of another session", action="report this; nothing was published")


def _taken_out(
    session: Session,
    proposals: Sequence[Proposal],
    verdicts: dict[str, Verdict],
    out: ConsentRemovals,
    context: Context,
    widener: Widener,
) -> _TakenOut:
    decided = _applied(session, proposals, verdicts, out)
    partly = out.named - out.removed
    terms = planned_terms(session, context, not_of_picture(decided), removed=out.removed, partly=partly)
    of_removed = planned_terms(session, context, (), removed=out.removed, partly=partly)
    again, dismissed = heard_again(proposals, verdicts, terms=terms, of_removed=of_removed)
    applied = [*decided, *again]
    return _TakenOut(applied, tuple(of_findings(applied, widener)), terms, dismissed)


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
        and (
            verdicts.get(proposal.proposal_id) is not Verdict.KEEP
            or is_of(proposal, forced)
            or most_like(session, proposal, out.named, NameLikeness.LINKED)
        )
    ]


def _is_for(proposal: Proposal, out: ConsentRemovals) -> bool:
    """Whether a proposal is for this audience: what others report of somebody is, where that person is taken out."""
    reported = speaker_reported(proposal.entity)
    return reported is None or reported in out.named


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


def _consent(ruling: Ruling, purpose: Purpose) -> Held | None:
    outcome = ruling.outcome(purpose)
    if ruling.any_open(purpose):
        return None
    closest = [cell for cell in ruling.cells if cell.purpose is purpose and cell.outcome is outcome]
    verb = "refuses" if outcome is Outcome.REFUSE else "does not yet allow"
    why = f": {'; '.join(_by_rule(closest))}" if closest else ""
    show = f"`offrecord consent show {ruling.session_id} --names` says who that is"
    missing = "nothing, unless they change their answer" if outcome is Outcome.REFUSE else "bring what is missing"
    return Held(reason=f"consent {verb} {purpose}{why}", action=f"{missing}; {show}")


def _by_rule(cells: Sequence[Cell]) -> Iterator[str]:
    """For each rule whom it closes, the first three by id, and its sentence."""
    for rule_id in dict.fromkeys(cell.rule_id for cell in cells):
        closed = [cell for cell in cells if cell.rule_id == rule_id]
        people = list(dict.fromkeys(cell.participant_id for cell in closed))
        more = f" and {len(people) - _NAMED_PEOPLE} more" if len(people) > _NAMED_PEOPLE else ""
        yield f"{', '.join(people[:_NAMED_PEOPLE])}{more} ({rule_id}): {closed[0].reason}"


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


def _text_edits(session: Session, applied: Iterable[Proposal], out: ConsentRemovals) -> tuple[TextEdit, ...]:
    """What goes out of the session's texts: what was found in them, and what in the chat repeats who is removed."""
    found_in_texts = (
        TextEdit(place=finding.place, replacement=proposal.replacement)
        for proposal in applied
        for finding in proposal.findings
        if isinstance(finding.place, TextPlace)
    )
    return (*found_in_texts, *quote_edits(session, out.removed, out.removed_intervals))


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
