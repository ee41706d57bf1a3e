"""A guardian's yes for a minor counts inside the team where it is sure whose it is; nobody else agrees for others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.answers.submission import OnBehalf
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.log.events import EventState
from pipeline.consent.staff.match_participant import file_match, suggestions
from pipeline.errors import UsageProblem
from pipeline.records import AgeStatus, Purpose, Session
from pipeline.store import Workspace
from tests.consent.conftest import (
    ALL_NO,
    ALL_YES,
    BEFORE,
    COLUMNS,
    HEADER,
    NOW,
    OPTIONS,
    Files,
    form_text,
    person,
    session,
)

HEAD = [*HEADER, "Child's e-mail", "Child's name", "Are you their parent or guardian?"]
FOR = {HEAD[-3]: "for_email", HEAD[-2]: "for_name", HEAD[-1]: "guardian"}
CHILD, PARENT = "kim@home.example", "pat@home.example"


def mapping(options: Mapping[str, str] = OPTIONS) -> str:
    text = form_text(options=options)
    extra = "\n".join(f'"{header}" = "{kind}"' for header, kind in FOR.items())
    return text.replace("[answers]", f"{extra}\n[answers]")


def sent(
    answers: tuple[str, ...] = ALL_YES, *, child: str = CHILD, guardian: str = "Yes", at: str = BEFORE, by: str = PARENT
) -> list[str]:
    return [at, by, "Pat", "", *answers, child, "Kim", guardian]


def call(*, minor: AgeStatus = AgeStatus.MINOR, location: str = "US-NY") -> Session:
    return session(person(1, CHILD, minor=minor, location=location))


def cells(meeting: Session, workspace: Workspace) -> dict[str, str]:
    return {row.purpose: f"{row.outcome} {row.rule}" for row in explain(meeting, workspace=workspace, now=NOW)}


def matched(meeting: Session, workspace: Workspace) -> None:
    """Staff settle that the participant is the child of the form."""
    (likely, *_) = suggestions(meeting, workspace=workspace)
    file_match(meeting, "p1", likely.party, actor="Rui", reason="their teacher says so", workspace=workspace, now=NOW)


@pytest.mark.parametrize("minor", [AgeStatus.MINOR, AgeStatus.UNSURE])
@pytest.mark.parametrize("location", ["US-NY", "DE"])
def test_a_guardians_yes_opens_use_inside_the_team_alone(
    minor: AgeStatus, location: str, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(sent(), header=HEAD, form=mapping())
    meeting = call(minor=minor, location=location)
    assert cells(meeting, workspace)["record"].startswith("hold")  # it is not settled who they are
    matched(meeting, workspace)
    shown = cells(meeting, workspace)
    assert shown.pop("public_recording") == "refuse M2"
    assert set(shown.values()) == {"proceed G1"}


def test_their_own_yes_opens_nothing_and_their_own_no_counts(workspace: Workspace, file_answers: Files) -> None:
    file_answers([BEFORE, CHILD, "Kim", "", *ALL_YES, "", "", ""], header=HEAD, form=mapping())
    assert set(cells(call(), workspace).values()) == {"hold M2", "refuse M2"}
    file_answers([BEFORE, CHILD, "Kim", "", *ALL_NO, CHILD.upper(), "", "Yes"], header=HEAD, form=mapping())
    assert cells(call(), workspace)["transcribe"] == "hold M2"


def test_a_later_no_of_the_guardian_counts(workspace: Workspace, file_answers: Files) -> None:
    file_answers(sent(), sent(ALL_NO, at="2026-11-20 09:00:00"), header=HEAD, form=mapping())
    matched(call(), workspace)
    assert set(cells(call(), workspace).values()) == {"hold M2", "refuse M2"}


@pytest.mark.parametrize(
    ("row", "options"),
    [
        (sent(guardian="No"), OPTIONS),
        (sent(guardian=""), OPTIONS),
        (sent(), {"email_verified": "false"}),
    ],
    ids=["not their guardian", "no answer", "nobody vouches for the sender"],
)
def test_scenario_29_who_is_not_surely_their_guardian_says_no_yes(
    row: list[str], options: dict[str, str], workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row, header=HEAD, form=mapping(options=options))
    for minor in AgeStatus:
        meeting = call(minor=minor)
        matched(meeting, workspace)
        assert {cell.split()[0] for cell in cells(meeting, workspace).values()} <= {"hold", "refuse"}


def test_scenario_29_an_assistant_fills_it_in_for_the_boss(workspace: Workspace, file_answers: Files) -> None:
    file_answers(sent(guardian="No"), header=HEAD, form=mapping())
    meeting = call(minor=AgeStatus.ADULT)
    matched(meeting, workspace)
    assert cells(meeting, workspace) == {
        "record": "hold U4",
        "transcribe": "hold U4",
        "internal_improve": "hold U4",
        "internal_share": "hold U4",
        "public_recording": "hold U4",
    }


def test_a_guardian_of_an_adult_agrees_to_nothing(workspace: Workspace, file_answers: Files) -> None:
    file_answers(sent(), header=HEAD, form=mapping())
    meeting = call(minor=AgeStatus.ADULT)
    matched(meeting, workspace)
    assert set(cells(meeting, workspace).values()) == {"hold U4"}


def test_a_yes_after_the_session_covers_no_recording(workspace: Workspace, file_answers: Files) -> None:
    file_answers(sent(at="2026-11-19 09:00:00"), header=HEAD, form=mapping())
    meeting = call(location="DE")
    matched(meeting, workspace)
    assert set(cells(meeting, workspace).values()) <= {"hold C12", "refuse M2"}


def test_a_guardian_needs_to_say_for_whom(file_answers: Files) -> None:
    with pytest.raises(UsageProblem, match="for_email"):
        file_answers(form=form_text(columns={**COLUMNS, "Guardian?": "guardian"}))


@given(st.dictionaries(st.sampled_from(list(Purpose)), st.sampled_from(list(EventState))), st.booleans())
def test_nobody_but_a_guardian_says_yes_for_another(states: dict[Purpose, EventState], guardian: bool) -> None:
    said = OnBehalf((), guardian).effective_states(states)
    assert said.keys() == states.keys()
    assert guardian or EventState.GIVEN not in said.values()
    assert all(said[one] is state for one, state in states.items() if guardian or state is not EventState.GIVEN)


def test_the_deadline_of_a_year_counts_for_a_guardians_yes(workspace: Workspace, file_answers: Files) -> None:
    file_answers(sent(at="2025-11-20 09:00:00"), header=HEAD, form=mapping())
    meeting = call()
    matched(meeting, workspace)
    shown = {row.purpose: row.outcome for row in explain(meeting, workspace=workspace, now=NOW + timedelta(days=1))}
    assert shown["record"] == "proceed" and shown["internal_improve"] == "hold"
