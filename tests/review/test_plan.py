from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.errors import OffrecordError
from pipeline.records import (
    ApprovedPlan,
    Audience,
    ChatLine,
    Context,
    Decision,
    Finding,
    Held,
    Outcome,
    Participant,
    Pending,
    PicturePlan,
    Proposal,
    Ruling,
    Session,
    Track,
    Transcript,
    Verdict,
)
from pipeline.review import propose, review
from pipeline.review.picture.plan import PictureReview
from pipeline.settings import RedactSettings
from tests.review.conftest import SESSION_ID, finding

Rule = Callable[..., Ruling]
SETTINGS = RedactSettings(pad_s=0.1, merge_gap_s=0.25)
KEPT = PictureReview(may_be_kept=True)


@pytest.fixture
def proposals(findings: tuple[Finding, ...]) -> tuple[Proposal, ...]:
    return propose(SESSION_ID, findings)


@pytest.fixture
def reviewed(
    session: Session, transcript: Transcript, context: Context, proposals: tuple[Proposal, ...]
) -> Callable[..., object]:
    def call(
        ruling: Ruling,
        decisions: tuple[Decision, ...] = (),
        audience: Audience = Audience.INTERNAL,
        *,
        session: Session = session,
        proposals: tuple[Proposal, ...] = proposals,
        signed_off_by: str | None = None,
        picture: PictureReview = KEPT,
    ) -> object:
        return review(
            session,
            ruling,
            transcript,
            proposals,
            decisions,
            audience,
            settings=SETTINGS,
            context=context,
            signed_off_by=signed_off_by,
            picture=picture,
        )

    return call


def decided(proposals: tuple[Proposal, ...], entity: str, verdict: Verdict) -> Decision:
    (one,) = [proposal for proposal in proposals if proposal.entity == entity]
    return Decision(
        proposal_id=one.proposal_id, verdict=verdict, actor="ana", reason="heard it", decided_at=datetime.now(UTC)
    )


def plan_of(value: object) -> ApprovedPlan:
    assert isinstance(value, ApprovedPlan)
    return value


def terms(plan: ApprovedPlan) -> set[str]:
    return {term.text.casefold() for term in plan.terms}


def test_undecided_means_redacted(
    reviewed: Callable[..., object], ruled: Rule, proposals: tuple[Proposal, ...]
) -> None:
    plan = plan_of(reviewed(ruled()))
    everywhere = [window for window in plan.windows if window.track_id is None]
    assert {proposal_id for window in everywhere for proposal_id in window.proposal_ids} == {
        proposal.proposal_id for proposal in proposals if proposal.label != "EMAIL"
    }
    assert len(plan.word_edits) == 5
    assert [edit.replacement for edit in plan.text_edits] == ["[email 1]"]


def test_only_an_explicit_keep_leaves_something_in(
    reviewed: Callable[..., object], ruled: Rule, proposals: tuple[Proposal, ...]
) -> None:
    kept = decided(proposals, "company:halcyon freight inc", Verdict.KEEP)
    plan = plan_of(reviewed(ruled(), (kept,)))
    assert kept.proposal_id not in {proposal_id for window in plan.windows for proposal_id in window.proposal_ids}
    assert not {"halcyon", "halcyon freight inc"} & terms(plan)
    again = decided(proposals, "company:halcyon freight inc", Verdict.REDACT)
    assert {"halcyon", "halcyon freight inc"} <= terms(plan_of(reviewed(ruled(), (kept, again))))


def test_terms_are_every_known_spelling_but_no_misheard_word(reviewed: Callable[..., object], ruled: Rule) -> None:
    found = terms(plan_of(reviewed(ruled())))
    assert {"priya raman", "priya", "raman", "pri", "halcyon", "halcyon freight", "pri at halcyon dot example"} <= found
    assert "pri@halcyon.example" in found
    assert not {"praying", "noel"} & found


def test_windows_say_why_they_are_so_wide(reviewed: Callable[..., object], ruled: Rule) -> None:
    first = next(window for window in plan_of(reviewed(ruled())).windows if window.track_id is None)
    assert [first.start_s, first.end_s] == pytest.approx([0.275, 1.225])
    assert first.reasons == ("known company", "pad 0.100 s", "doubt 0.100 s", "smear 0.025 s")


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.REFUSE])
@pytest.mark.parametrize("audience", list(Audience))
def test_consent_holds(reviewed: Callable[..., object], ruled: Rule, outcome: Outcome, audience: Audience) -> None:
    stop = reviewed(ruled(**{audience.purpose.value: outcome}), audience=audience, signed_off_by="ana")
    assert isinstance(stop, Held)
    assert audience.purpose.value in stop.reason
    assert "ask them" not in stop.action and "consent show" in stop.action


def test_a_hold_names_the_first_of_whom_a_rule_closes(
    reviewed: Callable[..., object], ruled: Rule, session: Session
) -> None:
    people = tuple(Participant(participant_id=f"p{number}", name=f"N{number}") for number in range(1, 8))
    ruling = ruled(internal_share=Outcome.HOLD)
    cell = next(each for each in ruling.cells if each.outcome is Outcome.HOLD)
    rest = tuple(each for each in ruling.cells if each.purpose is not Audience.INTERNAL.purpose)
    closed = tuple(replace(cell, participant_id=each.participant_id, rule_id="L1") for each in people)
    stop = reviewed(replace(ruling, cells=(*rest, *closed)), session=replace(session, participants=people))
    assert isinstance(stop, Held)
    assert f"p1, p2, p3 and 4 more (L1): {cell.reason}" in stop.reason
    assert "p4" not in stop.reason


def test_a_ruling_of_another_session_is_an_error(reviewed: Callable[..., object], ruled: Rule) -> None:
    with pytest.raises(OffrecordError):
        reviewed(ruled(session_id="other"))


def test_a_removed_participant_leaves_no_trace_whatever_was_decided(
    reviewed: Callable[..., object], ruled: Rule, proposals: tuple[Proposal, ...]
) -> None:
    kept = decided(proposals, "person:tom vantrexa", Verdict.KEEP)
    plan = plan_of(reviewed(ruled(internal_share=Outcome.MINUS), (kept,)))
    assert plan.removed == frozenset({"p2"})
    assert plan.keep_tracks == ("t1",)
    assert plan.picture is None
    assert {"tom vantrexa", "tom", "vantrexa"} <= terms(plan)
    assert kept.proposal_id in {proposal_id for window in plan.windows for proposal_id in window.proposal_ids}


def test_a_removed_voice_in_mixed_sound_holds(reviewed: Callable[..., object], ruled: Rule, session: Session) -> None:
    mixed = Track(track_id="m", participant_id=None, digest="0" * 64, stream=0, duration_s=60.0)
    stop = reviewed(ruled(internal_share=Outcome.MINUS), session=replace(session, tracks=(mixed,)))
    assert isinstance(stop, Held)
    people = (session.participants[0], Participant(participant_id="p2", name="Tom Vantrexa", spoke=False))
    silent = replace(session, tracks=(mixed,), participants=people)
    assert plan_of(reviewed(ruled(internal_share=Outcome.MINUS), session=silent)).keep_tracks == ("m",)


def test_own_tracks_leave_mixed_sound_unused(reviewed: Callable[..., object], ruled: Rule, session: Session) -> None:
    mixed = Track(track_id="m", participant_id=None, digest="0" * 64, stream=0, duration_s=60.0)
    plan = plan_of(reviewed(ruled(), session=replace(session, tracks=(mixed, *session.tracks))))
    assert plan.keep_tracks == ("t1", "t2")
    assert plan.picture == PicturePlan()


def test_public_needs_every_decision_and_a_person(
    reviewed: Callable[..., object], ruled: Rule, proposals: tuple[Proposal, ...]
) -> None:
    everything = tuple(decided(proposals, proposal.entity, Verdict.REDACT) for proposal in proposals)
    assert isinstance(reviewed(ruled(), everything[:-1], Audience.PUBLIC, signed_off_by="ana"), Pending)
    assert isinstance(reviewed(ruled(), everything, Audience.PUBLIC), Pending)
    plan = plan_of(reviewed(ruled(), everything, Audience.PUBLIC, signed_off_by="ana"))
    assert plan.signed_off_by == "ana"
    assert plan.picture is None
    (unheard,) = [window for window in plan.windows if "speech that no word covers" in window.reasons]
    assert unheard.start_s <= 30.0
    assert unheard.end_s >= 32.0


def test_internal_keeps_speech_that_no_word_covers(reviewed: Callable[..., object], ruled: Rule) -> None:
    assert not any(window.end_s > 20 for window in plan_of(reviewed(ruled())).windows)


def test_what_resembles_a_removed_participant_goes_whatever_it_is_called(
    reviewed: Callable[..., object], ruled: Rule, findings: tuple[Finding, ...]
) -> None:
    resembling = finding("person:tom vantrexa", "vantage", rule="sounds like", start_s=4.0)
    proposals = propose(SESSION_ID, (*findings, resembling))
    kept = decided(proposals, "person:~vantage", Verdict.KEEP)
    plan = plan_of(reviewed(ruled(internal_share=Outcome.MINUS), (kept,), proposals=proposals))
    assert kept.proposal_id in {each for window in plan.windows for each in window.proposal_ids}


def test_what_is_heard_like_a_removed_participant_goes_where_nothing_linked_it(
    reviewed: Callable[..., object], ruled: Rule, findings: tuple[Finding, ...]
) -> None:
    misheard = finding("person:~tom ventrexa", "TOM Ventrexa", rule="name model", start_s=4.0)
    other = finding("person:~tom petersen", "Tom Petersen", rule="name model", start_s=8.0)
    proposals = propose(SESSION_ID, (*findings, misheard, other))
    kept = tuple(decided(proposals, each.entity, Verdict.KEEP) for each in (misheard, other))
    plan = plan_of(reviewed(ruled(internal_share=Outcome.MINUS), kept, proposals=proposals))
    taken = {each for window in plan.windows for each in window.proposal_ids}
    assert kept[0].proposal_id in taken and kept[1].proposal_id not in taken
    agreed = plan_of(reviewed(ruled(), kept, proposals=proposals))
    assert kept[0].proposal_id not in {each for window in agreed.windows for each in window.proposal_ids}


def test_nobody_signs_off_a_session_with_nothing_left_in_it(
    session: Session, ruled: Rule, transcript: Transcript, context: Context
) -> None:
    bare = replace(session, chat=(), captions=(), video=None)

    def stopped(words: Transcript, session: Session = bare) -> object:
        return review(session, ruled(), words, (), (), Audience.PUBLIC, settings=SETTINGS, context=context)

    nothing = stopped(replace(transcript, words=()))
    assert isinstance(nothing, Held)
    assert "sign-off" not in nothing.action
    assert isinstance(stopped(transcript), Pending)
    line = ChatLine(at_s=1.0, participant_id="p1", text="hello")
    assert isinstance(stopped(replace(transcript, words=()), replace(bare, chat=(line,))), Pending)
