"""Rulings by interval: the scenarios of the written rules in which people join, leave or answer during the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import consent
from pipeline.consent.evaluation.evaluate import evaluate
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.errors import InputRefused
from pipeline.records import (
    AgeStatus,
    Attendance,
    Cell,
    Held,
    Interval,
    Outcome,
    Purpose,
    Refused,
    Role,
    Ruling,
    Session,
    VaultFile,
)
from pipeline.records.ruling import strictest
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, ALL_YES, HEADER, NOW, START, Files, form_text, person, row, session
from tests.fields import AttendanceFields

TRANSCRIBE = Purpose.TRANSCRIBE
SHARE = Purpose.INTERNAL_SHARE
ASKED = ("Ask me later",) * 4
HOUR = 3600.0


def text(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S")


def stay(number: int, join_s: float, leave_s: float = HOUR, **changed: Unpack[AttendanceFields]) -> Attendance:
    return Attendance(participant_id=f"p{number}", join_s=join_s, leave_s=leave_s, **changed)


def cells(
    meeting: Session, workspace: Workspace, number: int, purpose: Purpose = TRANSCRIBE
) -> list[tuple[float, float, str]]:
    """One person's spans with outcome and rule, also where the session may not go on."""
    decided = evaluate(read_snapshot(meeting, workspace=workspace), now=NOW)
    return [
        (cell.interval.start_s, cell.interval.end_s, f"{cell.outcome} {cell.rule_id}")
        for cell in decided.cells
        if (cell.participant_id, cell.purpose) == (f"p{number}", purpose)
    ]


def ruled(meeting: Session, workspace: Workspace) -> Ruling:
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling), ruling
    return ruling


def seconds(spans: Sequence[Interval]) -> list[tuple[float, float]]:
    return [(span.start_s, span.end_s) for span in spans]


def test_scenario_3_one_yes_covers_both_devices(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"))
    meeting = session(person(1, "ana@a.example"), person(2, "bo@b.example"))
    meeting = replace(meeting, attendance=(stay(1, 0, 1800), stay(1, 900, 2700), stay(2, 0)))
    assert cells(meeting, workspace, 1) == [(0, 2700, "proceed U1")]
    assert ruled(meeting, workspace).closed_spans(SHARE) == ()


def test_scenario_5_a_refusal_follows_every_stay(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("bob@b.example", ALL_NO), row("ana@a.example"))
    renamed = person(1, "bob@b.example", name="Bob", aliases=("Bob (he/him)", "Observer"))
    meeting = session(renamed, person(2, "ana@a.example", name="Observer"))
    meeting = replace(meeting, attendance=(stay(1, 0, 600), stay(1, 1200, 2400)))
    assert cells(meeting, workspace, 1) == [(0, 600, "minus U2"), (1200, 2400, "minus U2")]
    ruling = ruled(meeting, workspace)
    assert ruling.removed(TRANSCRIBE) == {"p1"}
    assert {outcome for _, outcome in ruling.spans(TRANSCRIBE, "p1")} == {Outcome.MINUS}


def test_scenario_9_a_yes_during_the_call_opens_the_rest_of_it(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ASKED), row("ana@a.example", at=text(20)))
    meeting = session(person(1, "ana@a.example", location="DE"))
    assert cells(meeting, workspace, 1) == [(0, 1200, "hold C12"), (1200, 3600, "proceed U1")]
    ruling = ruled(meeting, workspace)
    assert ruling.any_open(SHARE)
    assert seconds(ruling.closed_spans(SHARE)) == [(0, 1200)]
    assert ruling.removed(SHARE) == frozenset()


def test_a_no_during_the_call_counts_from_five_minutes_before(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("ana@a.example", ALL_NO, at=text(20)), row("bo@b.example"))
    meeting = session(person(1, "ana@a.example", location="DE"), person(2, "bo@b.example"))
    assert [cell[1:] for cell in cells(meeting, workspace, 1)] == [
        (900, "minus U2"),
        (1200, "refuse C10"),
        (3600, "refuse C10"),
    ]
    assert seconds(ruled(meeting, workspace).closed_spans(SHARE)) == [(900, 3600)]


def test_scenario_19_a_reworded_question_files_nothing(workspace: Workspace, file_answers: Files) -> None:
    header = [*HEADER[:-1], "May we publish?"]
    with pytest.raises(InputRefused, match="line 1, column"):
        file_answers(row("ana@a.example"), header=header)
    stop = consent.rule(session(person(1, "ana@a.example")), workspace=workspace, now=NOW)
    assert isinstance(stop, Held)


def test_scenario_21_a_silent_attendee_is_closed_while_there(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    silent = person(2, "nobody@b.example", spoke=False, location="DE")
    meeting = replace(session(person(1, "ana@a.example"), silent, mixed=("p2",)), attendance=(stay(2, 600, 1200),))
    assert cells(meeting, workspace, 2) == [(600, 1200, "hold C12")]
    ruling = ruled(meeting, workspace)
    assert seconds(ruling.closed_spans(SHARE)) == [(600, 1200)]
    assert ruling.removed(SHARE) == {"p2"}


@pytest.mark.parametrize("answers", [None, ALL_YES])
def test_scenario_25_three_people_on_one_microphone(
    answers: tuple[str, ...] | None, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"), *([row("room@b.example", answers)] if answers else []))
    room = person(2, "room@b.example", name="Boardroom 4", shared_microphone=True)
    meeting = session(person(1, "ana@a.example"), room)
    outcome, rule = cells(meeting, workspace, 2)[0][2].split()
    assert outcome == "hold"
    assert rule == ("U1+I" if answers else "U9+I")
    assert isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Held)


def test_a_shared_microphone_of_the_team_is_ambiguous_too(workspace: Workspace) -> None:
    room = person(1, "room@l.example", role=Role.STAFF, company="Lumen Labs", shared_microphone=True)
    assert cells(session(room), workspace, 1)[0][2].startswith("hold")


@pytest.mark.parametrize(("place", "want"), [("US-NY", "hold U7+M"), ("US-CA", "refuse C9"), ("DE", "refuse C11")])
def test_scenario_35_a_late_joiner_closes_their_own_time_only(
    place: str, want: str, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"), row("cy@c.example"))
    late = person(2, location=place, joined_late=True)
    meeting = session(person(1, "ana@a.example"), late, person(3, "cy@c.example", joined_late=True), mixed=("p2",))
    meeting = replace(meeting, attendance=(stay(1, 0), stay(2, 2400, 3000), stay(3, 1800)))
    assert cells(meeting, workspace, 2) == [(2400, 3000, want)]
    assert cells(meeting, workspace, 3) == [(1800, 3600, "proceed U1")]
    ruling = ruled(meeting, workspace)
    assert seconds(ruling.closed_spans(SHARE)) == [(2400, 3000)]
    assert [outcome.value for _, outcome in ruling.spans(SHARE, "p2")] == ["proceed", want.split()[0], "proceed"]


def test_a_late_joiner_with_an_own_track_is_silent_throughout(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, "ana@a.example"), person(2, joined_late=True))
    ruling = ruled(replace(meeting, attendance=(stay(2, 2400),)), workspace)
    assert [outcome for _, outcome in ruling.spans(SHARE, "p2")] == [Outcome.MINUS, Outcome.HOLD]
    assert ruling.removed(SHARE) == {"p2"}


def test_scenario_37_hidden_times_make_everybody_late(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, "ana@a.example", joined_late=True), person(2, "bo@b.example", joined_late=True))
    assert cells(meeting, workspace, 1) == [(0, 3600, "proceed U1")]
    assert cells(meeting, workspace, 2) == [(0, 3600, "hold C2")]
    assert isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Held)


def test_scenario_49_a_change_under_an_unsure_clock_is_unknown(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ASKED), row("ana@a.example", at=text(20)))
    meeting = session(person(1, "ana@a.example", location="DE"))
    sure = replace(meeting, attendance=(stay(1, 0, uncertainty_s=60),))
    assert cells(sure, workspace, 1) == [(0, 1200, "hold C12"), (1200, 3600, "proceed U1")]
    unsure = replace(meeting, attendance=(stay(1, 0, uncertainty_s=3600),))
    assert [cell[2] for cell in cells(unsure, workspace, 1)] == ["hold C12", "hold C12"]


def test_the_platforms_own_notice_is_evidence_for_the_recording(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    guest = person(2, location="US-CA", joined_late=True)
    meeting = session(person(1, "ana@a.example"), guest, sealed=(VaultFile(digest="e" * 64, kind="roster", size=1),))
    answered = replace(meeting, attendance=(stay(2, 1800, accepted_platform_notice=True),))
    assert cells(answered, workspace, 2, Purpose.RECORD) == [(1800, 3600, "proceed C7")]
    assert cells(answered, workspace, 2) == [(1800, 3600, "minus U7")]
    assert any("roster_" + "e" * 64 in cell.evidence for cell in ruled(answered, workspace).cells)
    declined = replace(meeting, attendance=(stay(2, 1800, accepted_platform_notice=False),))
    assert cells(declined, workspace, 2, Purpose.RECORD)[0][2] == "refuse C9"


def test_a_no_to_the_platforms_notice_outweighs_a_form(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, "ana@a.example", location="DE"))
    assert (
        cells(replace(meeting, attendance=(stay(1, 0, accepted_platform_notice=False),)), workspace, 1)[0][2]
        == "refuse C10"
    )


def test_rejoining_after_a_yes_on_the_platform_is_still_told(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("bo@b.example"))
    meeting = session(person(1, "ana@a.example", joined_late=True), person(2, "bo@b.example"))
    meeting = replace(meeting, attendance=(stay(1, 600, 1200, accepted_platform_notice=True), stay(1, 1800)))
    assert [cell[2] for cell in cells(meeting, workspace, 1, Purpose.RECORD)] == ["proceed C4", "proceed C4"]


@pytest.mark.parametrize("minor", [AgeStatus.MINOR, AgeStatus.UNSURE])
def test_m2_minors_are_held_and_never_published(minor: AgeStatus, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("kid@k.example"), row("ana@a.example"))
    meeting = session(person(1, "kid@k.example", minor=minor), person(2, "ana@a.example"))
    meeting = replace(meeting, attendance=(stay(1, 0, 600),))
    assert cells(meeting, workspace, 1) == [(0, 600, "hold M2")]
    assert cells(meeting, workspace, 1, Purpose.PUBLIC_RECORDING) == [(0, 600, "refuse M2")]
    assert seconds(ruled(meeting, workspace).closed_spans(TRANSCRIBE)) == [(0, 600)]


def test_a_span_in_which_nobody_was_there_is_closed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = replace(session(person(1, "ana@a.example")), attendance=(stay(1, 0, 600), stay(1, 900, 3000)))
    assert seconds(ruled(meeting, workspace).closed_spans(SHARE)) == [(600, 900), (3000, 3600)]


def test_somebody_listed_only_outside_the_recording_counts_as_there(workspace: Workspace) -> None:
    meeting = replace(session(person(1)), attendance=(stay(1, -900, -60),))
    assert cells(meeting, workspace, 1) == [(0, 3600, "hold C5")]


def test_a_session_closed_throughout_stops(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = replace(
        session(person(1, joined_late=True), person(2, joined_late=True)), attendance=(stay(1, 0, 1800), stay(2, 1800))
    )
    assert isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Held)
    strict = replace(meeting, recorder_location="DE")
    assert isinstance(consent.rule(strict, workspace=workspace, now=NOW), Refused)


def test_a_series_that_the_session_names_is_told_from_others(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    file_answers(row("ana@a.example", ALL_NO), form=form_text(notice_id='"other"', scope='"series:other"'))
    meeting = session(person(1, "ana@a.example"))
    assert cells(replace(meeting, series="office-hours"), workspace, 1)[0][2] == "proceed U1"
    assert cells(replace(meeting, series="other"), workspace, 1)[0][2] == "minus U2"
    assert cells(replace(meeting, series="third"), workspace, 1)[0][2] == "hold C5"


class HandMade(Ruling):
    def _made_by_consent(self) -> None:
        """For tests."""


PEOPLE = ("p1", "p2")
moments = st.integers(0, 20).map(float)
made = st.lists(
    st.builds(
        lambda who, a, b, purpose, outcome: Cell(
            participant_id=who,
            interval=Interval(start_s=min(a, b), end_s=max(a, b)),
            purpose=purpose,
            outcome=outcome,
            rule_id="X",
            reason="",
        ),
        st.sampled_from(PEOPLE),
        moments,
        moments,
        st.sampled_from([TRANSCRIBE, SHARE]),
        st.sampled_from(list(Outcome)),
    ),
    max_size=12,
)


@given(made, st.sets(st.sampled_from(PEOPLE)), moments)
def test_spans_cover_the_session_and_open_nothing_that_a_cell_closes(
    decided: list[Cell], tracked: set[str], at_s: float
) -> None:
    ruling = HandMade(
        session_id="s",
        cells=tuple(decided),
        log_head="",
        valid_until=NOW,
        duration_s=20.0,
        own_tracks=frozenset(tracked),
    )
    closed = ruling.closed_spans(SHARE)
    asked = {cell.participant_id for cell in decided if cell.purpose is SHARE}
    for who in PEOPLE:
        spans = ruling.spans(SHARE, who)
        assert (spans[0][0].start_s, spans[-1][0].end_s) == (0.0, 20.0)
        assert all(one[0].end_s == other[0].start_s for one, other in pairwise(spans))
        for cell in decided:
            there = cell.interval.start_s <= at_s < cell.interval.end_s
            if there and cell.participant_id == who and who in asked:
                outcome = next(outcome for span, outcome in spans if span.start_s <= at_s < span.end_s)
                assert outcome.restrictiveness >= cell.outcome.restrictiveness
    for cell in decided:
        if (
            cell.outcome.restrictiveness >= Outcome.HOLD.restrictiveness
            and cell.interval.start_s <= at_s < cell.interval.end_s
        ):
            assert any(span.start_s <= at_s < span.end_s for span in closed)
    assert ruling.any_open(SHARE) == (seconds(closed) != [(0.0, 20.0)])
    assert {cell.participant_id for cell in decided if cell.outcome is Outcome.MINUS} <= ruling.removed(SHARE)


def test_the_most_closed_of_what_overlaps_counts() -> None:
    one = (Interval(start_s=0, end_s=2), Outcome.MINUS)
    other = (Interval(start_s=1, end_s=3), Outcome.HOLD)
    assert [
        (span.start_s, span.end_s, outcome.value)
        for span, outcome in strictest([one, other], 4, elsewhere=Outcome.PROCEED)
    ] == [
        (0, 1, "minus"),
        (1, 3, "hold"),
        (3, 4, "proceed"),
    ]
