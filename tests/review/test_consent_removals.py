"""What consent takes out, span by span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.records import (
    ApprovedPlan,
    Audience,
    Cell,
    Context,
    Cue,
    Held,
    Interval,
    Outcome,
    Participant,
    PicturePlan,
    Purpose,
    Ruling,
    Session,
    Track,
    Transcript,
    UncoveredSpeech,
    Word,
)
from pipeline.review import propose, review
from pipeline.review.picture.plan import PictureReview
from pipeline.settings import RedactSettings
from tests.review.conftest import SESSION_ID, HandMadeRuling, finding

PAD_S = 0.1
SETTINGS = RedactSettings(pad_s=PAD_S, merge_gap_s=0.25)
OPEN, MINUS, HOLD, REFUSE = Outcome
MIXED = Track(track_id="m", participant_id=None, digest="0" * 64, stream=0, duration_s=60.0)
Spans = Sequence[tuple[float, float, Outcome]]


def cell(who: str, start_s: float, end_s: float, purpose: Purpose, outcome: Outcome) -> Cell:
    return Cell(
        participant_id=who,
        interval=Interval(start_s=start_s, end_s=end_s),
        purpose=purpose,
        outcome=outcome,
        rule_id="U2" if outcome is MINUS else "C5",
        reason="test",
    )


def ruled(p1: Spans, p2: Spans, transcribe: Spans = ((0.0, 60.0, OPEN),)) -> Ruling:
    cells = [cell("p1", start, end, Purpose.INTERNAL_SHARE, outcome) for start, end, outcome in p1]
    cells += [cell("p2", start, end, Purpose.INTERNAL_SHARE, outcome) for start, end, outcome in p2]
    cells += [cell("p2", start, end, Purpose.TRANSCRIBE, outcome) for start, end, outcome in transcribe]
    return HandMadeRuling(
        session_id=SESSION_ID,
        cells=(*cells, cell("p1", 0.0, 60.0, Purpose.TRANSCRIBE, OPEN)),
        log_head="0",
        valid_until=datetime(2030, 1, 1, tzinfo=UTC),
    )


def word(who: str | None, start_s: float, end_s: float, track: str = "m") -> Word:
    return Word(
        start_s=start_s,
        end_s=end_s,
        time_uncertainty_s=0.0,
        text="w",
        probability=1.0,
        track_id=track,
        participant_id=who,
    )


def mixed(session: Session, *cues: tuple[float, float, str | None]) -> Session:
    captions = tuple(Cue(start_s=start, end_s=end, participant_id=who, text="w") for start, end, who in cues)
    return replace(session, tracks=(MIXED,), captions=captions)


def reviewed(session: Session, ruling: Ruling, *words: Word, unheard: tuple[UncoveredSpeech, ...] = ()) -> object:
    heard = Transcript(engine="test", words=words, unheard=unheard)
    shown = PictureReview(may_be_kept=True)
    return review(
        session, ruling, heard, (), (), Audience.INTERNAL, settings=SETTINGS, context=Context(), picture=shown
    )


def planned(session: Session, ruling: Ruling, *words: Word, unheard: tuple[UncoveredSpeech, ...] = ()) -> ApprovedPlan:
    plan = reviewed(session, ruling, *words, unheard=unheard)
    assert isinstance(plan, ApprovedPlan), plan
    return plan


def muted(plan: ApprovedPlan) -> list[tuple[float, float, str | None]]:
    return [(round(window.start_s, 3), round(window.end_s, 3), window.track_id) for window in plan.windows]


ALL: Spans = ((0.0, 60.0, OPEN),)
MIDDLE: Spans = ((0.0, 20.0, OPEN), (20.0, 40.0, MINUS), (40.0, 60.0, OPEN))


@pytest.mark.parametrize("outcome", [HOLD, REFUSE])
def test_in_a_closed_span_everything_goes(session: Session, outcome: Outcome) -> None:
    plan = planned(session, ruled(ALL, ((0.0, 30.0, outcome), (30.0, 60.0, OPEN))))
    assert (0.0, 30.0, None) in muted(plan)
    assert any(interval.takes("p1", 10.0, 11.0) for interval in plan.removed_intervals)
    assert not any(interval.takes("p1", 30.0, 31.0) for interval in plan.removed_intervals)
    assert plan.picture is None
    assert plan.keep_tracks == ("t1", "t2")
    assert plan.windows[0].reasons == ("consent: p2 C5",)


def test_an_own_track_is_silent_in_exactly_the_spans_of_its_owner(session: Session) -> None:
    plan = planned(session, ruled(ALL, MIDDLE))
    assert muted(plan) == [(20.0, 40.0, "t2")]
    assert plan.windows[0].reasons == ("consent: p2 U2",)
    assert (plan.removed, plan.picture) == (frozenset(), None)
    assert "tom vantrexa" in {term.text.casefold() for term in plan.terms}
    assert [interval.takes(who, 25.0, 26.0) for interval in plan.removed_intervals for who in ("p1", "p2", None)] == [
        False,
        True,
        True,
    ]


def test_minus_in_every_span_leaves_the_track_out(session: Session) -> None:
    plan = planned(session, ruled(ALL, ((0.0, 20.0, MINUS), (20.0, 60.0, MINUS))))
    assert (plan.removed, plan.keep_tracks, plan.windows) == (frozenset({"p2"}), ("t1",), ())


def test_who_may_not_be_transcribed_may_not_be_let_out_unsearched(session: Session) -> None:
    plan = planned(session, ruled(ALL, ALL, MIDDLE))
    assert muted(plan) == [(20.0, 40.0, "t2")]


def test_what_no_ruling_reaches_is_closed(session: Session) -> None:
    plan = planned(replace(session, duration_s=70.0), ruled(ALL, ALL))
    assert muted(plan) == [(60.0, 70.0, None)]


def test_somebody_about_whom_nothing_was_decided_is_left_out(session: Session) -> None:
    third = replace(session, participants=(*session.participants, Participant(participant_id="p3", name="Ada Quill")))
    own = replace(MIXED, track_id="t3", participant_id="p3")
    plan = planned(replace(third, tracks=(*session.tracks, own)), ruled(ALL, ALL))
    assert plan.keep_tracks == ("t1", "t2")
    assert plan.removed == frozenset({"p3"})


def test_a_word_across_a_border_goes_whole(session: Session) -> None:
    words = (word("p2", 19.7, 20.2, "t2"), word("p1", 19.7, 20.2, "t1"), word("p2", 39.9, 40.3, "t2"))
    assert muted(planned(session, ruled(ALL, MIDDLE), *words)) == [(19.7, 40.3, "t2")]


def test_in_mixed_sound_a_turn_goes_up_to_the_words_of_others(session: Session) -> None:
    here = mixed(session, (20.5, 22.0, "p1"), (24.0, 26.0, "p2"), (28.0, 30.0, "p1"), (45.0, 46.0, "p2"))
    words = (word("p1", 21.0, 22.0), word("p2", 24.5, 25.0), word("p1", 28.5, 29.0), word("p2", 45.0, 46.0))
    assert muted(planned(here, ruled(ALL, MIDDLE), *words)) == [(22.0, 28.5, "m"), (29.0, 40.0, "m")]


def test_in_mixed_sound_an_overlap_and_what_may_be_theirs_go(session: Session) -> None:
    here = mixed(session, (24.0, 26.0, "p2"), (25.0, 30.0, "p1"))
    overlap = (word("p1", 21.0, 22.0), word("p1", 25.5, 25.9), word("p1", 27.0, 28.0))
    assert muted(planned(here, ruled(ALL, MIDDLE), *overlap)) == [(22.0, 27.0, "m")]
    unknown = (*overlap, word("p1", 29.0, 30.0), word(None, 31.0, 31.5), word("p1", 33.0, 34.0))
    assert (30.0, 33.0, "m") in muted(planned(here, ruled(ALL, MIDDLE), *unknown))
    gap = UncoveredSpeech(track_id="m", start_s=35.0, end_s=36.0)
    assert muted(planned(here, ruled(ALL, MIDDLE), *unknown, unheard=(gap,)))[-1] == (34.0, 40.0, "m")


def test_mixed_sound_without_captions_of_that_voice_goes_whole(session: Session) -> None:
    assert muted(planned(mixed(session), ruled(ALL, MIDDLE), word("p1", 25.0, 26.0))) == [(20.0, 40.0, "m")]
    assert isinstance(reviewed(mixed(session), ruled(ALL, ((0.0, 60.0, MINUS),))), Held)


def test_mixed_sound_that_was_not_transcribed_goes_whole(session: Session) -> None:
    here = mixed(session, (24.0, 26.0, "p2"))
    assert muted(planned(here, ruled(ALL, ALL, MIDDLE), word("p1", 30.0, 31.0))) == [(20.0, 40.0, "m")]


def test_where_all_is_closed_or_muted_nothing_is_made(session: Session) -> None:
    assert isinstance(reviewed(session, ruled(((0.0, 30.0, HOLD), (30.0, 60.0, OPEN)), ((0.0, 60.0, REFUSE),))), Held)
    halves = ruled(((0.0, 60.0, MINUS),), ((0.0, 60.0, MINUS),))
    assert isinstance(reviewed(session, halves), Held)


def test_a_name_of_somebody_removed_goes_from_what_others_say(session: Session) -> None:
    found = finding("person:tom vantrexa", "tom", start_s=50.0)
    heard = Transcript(engine="test", words=(word("p1", 50.0, 50.5, "t1"),))
    plan = review(
        session,
        ruled(ALL, MIDDLE),
        heard,
        propose(SESSION_ID, (found,)),
        (),
        Audience.INTERNAL,
        settings=SETTINGS,
        context=Context(),
    )
    assert isinstance(plan, ApprovedPlan)
    assert any(window.track_id is None and window.start_s < 50.0 < window.end_s for window in plan.windows)
    assert [term.replacement for term in plan.terms if term.text == "Tom Vantrexa"] == ["[removed participant]"]


BORDERS = (0.0, 12.0, 25.0, 40.0, 60.0)
outcomes = st.lists(st.sampled_from(list(Outcome)), min_size=4, max_size=4)
spoken = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", None]),
        st.floats(0.0, 58.0),
        st.floats(0.05, 2.0),
    ),
    max_size=12,
)


def said_by(said: Sequence[tuple[str | None, float, float]], *, apart: bool) -> list[Word]:
    """Words in mixed sound, or on own tracks, where every word has a speaker."""
    if apart:
        return [word(who or "p1", start, start + length, f"t{(who or 'p1')[1]}") for who, start, length in said]
    return [word(who, start, start + length) for who, start, length in said]


def spans(given_outcomes: Sequence[Outcome]) -> Spans:
    return [(BORDERS[n], BORDERS[n + 1], outcome) for n, outcome in enumerate(given_outcomes)]


def audible(plan: object, track_id: str, steps: int = 240) -> set[int]:
    """The quarter seconds of a track of which anything is left."""
    if not isinstance(plan, ApprovedPlan) or track_id not in plan.keep_tracks:
        return set()
    windows = [window for window in plan.windows if window.track_id in (None, track_id)]
    return {
        n
        for n in range(steps)
        if not any(window.start_s <= n / 4 and (n + 1) / 4 <= window.end_s + 1e-9 for window in windows)
    }


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=outcomes, other=outcomes, transcribe=outcomes, said=spoken, apart=st.booleans())
def test_nothing_of_a_span_that_is_not_open_survives(
    session: Session,
    one: list[Outcome],
    other: list[Outcome],
    transcribe: list[Outcome],
    said: list[tuple[str | None, float, float]],
    apart: bool,
) -> None:
    here = session if apart else mixed(session, *((start, start + length, who) for who, start, length in said))
    words = said_by(said, apart=apart)
    plan = reviewed(here, ruled(spans(one), spans(other), spans(transcribe)), *words)
    if not isinstance(plan, ApprovedPlan):
        return
    for n in range(4):
        mine, theirs = one[n], max(other[n], transcribe[n], key=lambda outcome: outcome.restrictiveness)
        steps = set(range(int(BORDERS[n] * 4), int(BORDERS[n + 1] * 4)))
        closed = HOLD.restrictiveness <= max(mine.restrictiveness, theirs.restrictiveness)
        if mine is not OPEN:
            assert not steps & audible(plan, "t1")
        if theirs is not OPEN:
            assert not steps & audible(plan, "t2")
        if closed:
            assert not any(steps & audible(plan, track_id) for track_id in ("t1", "t2", "m"))
        for who, outcome in (("p1", mine), ("p2", theirs)):
            goes = who in plan.removed or any(
                gone.takes(who, BORDERS[n], BORDERS[n + 1]) for gone in plan.removed_intervals
            )
            assert goes or outcome is OPEN
    for spoke in words:
        if any(gone.takes(spoke.participant_id, spoke.start_s, spoke.end_s) for gone in plan.removed_intervals):
            inside = range(int(spoke.start_s * 4) + 1, int(spoke.end_s * 4))
            assert not set(inside) & audible(plan, spoke.track_id)
    if max((*one, *other, *transcribe), key=lambda outcome: outcome.restrictiveness) is OPEN:
        assert plan.windows == ()
        assert plan.picture == PicturePlan()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    one=outcomes,
    other=outcomes,
    said=spoken,
    apart=st.booleans(),
    at=st.integers(0, 3),
    worse=st.sampled_from([MINUS, HOLD, REFUSE]),
    second=st.booleans(),
)
def test_worsening_a_cell_never_lets_a_sample_out(
    session: Session,
    one: list[Outcome],
    other: list[Outcome],
    said: list[tuple[str | None, float, float]],
    apart: bool,
    at: int,
    worse: Outcome,
    second: bool,
) -> None:
    here = session if apart else mixed(session, *((start, start + length, who) for who, start, length in said))
    words = said_by(said, apart=apart)
    changed = [list(one), list(other)]
    changed[second][at] = max(changed[second][at], worse, key=lambda outcome: outcome.restrictiveness)
    before = reviewed(here, ruled(spans(one), spans(other)), *words)
    after = reviewed(here, ruled(spans(changed[0]), spans(changed[1])), *words)
    for track_id in ("t1", "t2", "m"):
        assert audible(after, track_id) <= audible(before, track_id)
