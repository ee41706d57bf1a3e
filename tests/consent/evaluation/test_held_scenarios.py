"""Scenarios that consent holds: a yes at the very start, an age that nobody attested, a clock that ran ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from pipeline import consent
from pipeline.consent.evaluation.explain import decision_history, explain
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.match_participant import file_match
from pipeline.consent.staff.organisations import agree
from pipeline.consent.staff.resolve_hold import resolve
from pipeline.records import AgeStatus, Purpose, Session
from pipeline.store import Workspace
from tests.consent.conftest import COLUMNS, HEADER, NOW, START, Files, form_text, person, row, session
from tests.consent.tables import bodies

ANA, BO = "ana@a.example", "bo@b.example"
FUTURE = datetime(2050, 1, 1, tzinfo=NOW.tzinfo)


def spans(meeting: Session, workspace: Workspace, purpose: str = "record", who: str = "p1") -> list[tuple[float, str]]:
    """Where each outcome begins; what only goes on, on other evidence, is one."""
    rows = [
        one for one in explain(meeting, workspace=workspace, now=NOW) if (one.person, one.purpose) == (who, purpose)
    ]
    outcomes = [(one.from_s, f"{one.outcome} {one.rule}") for one in rows]
    return [each for number, each in enumerate(outcomes) if number == 0 or outcomes[number - 1][1] != each[1]]


def at(minutes: float) -> str:
    return f"{START + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-6, [(0.0, "proceed C1")]),
        (-5, [(0.0, "proceed C1")]),
        (-2, [(0.0, "hold C12"), (180.0, "proceed C1")]),
        (0, [(0.0, "hold C12"), (300.0, "proceed C1")]),
        (3, [(0.0, "hold C12"), (480.0, "proceed C1")]),
        (20, [(0.0, "hold C12"), (1200.0, "proceed C1")]),
    ],
)
def test_scenario_20_a_yes_at_the_start_is_doubted_where_the_clocks_may_differ(
    minutes: float, expected: list[tuple[float, str]], workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(ANA, at=at(minutes)))
    assert spans(session(person(1, ANA, location="DE")), workspace) == expected


def test_scenario_20_an_earlier_yes_is_not_doubted_by_a_second(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA), row(ANA, at=at(-1)))
    assert spans(session(person(1, ANA, location="DE")), workspace) == [(0.0, "proceed C1")]


PLACE = """
[[place]]
codes = ["US-NY"]
name = "New York"
rule = "notify"
minor_age = 16
source = "our counsel"
confidence = "V"
reviewed_on = 2026-11-01
next_review = 2027-11-01
"""
AGED = {**COLUMNS, "Are you 16 or older?": "of_age"}


def file_with_age(file_answers: Files, age: str) -> None:
    form = form_text(columns=AGED, notice_id='"with-age"')
    file_answers([*row(ANA), age], header=[*HEADER, "Are you 16 or older?"], form=form)


@pytest.mark.parametrize(
    ("age", "ruled", "outcome"),
    [
        ("Yes", True, "proceed C1"),
        ("No", True, "hold M2"),
        ("No", False, "hold M2"),
        ("", True, "hold M2"),
        ("perhaps", True, "hold M2"),
        ("Yes", False, "proceed C1"),
    ],
)
def test_scenario_30_an_adult_is_one_by_a_form_where_a_place_has_a_rule(
    age: str, ruled: bool, outcome: str, workspace: Workspace, file_answers: Files
) -> None:
    if ruled:
        (workspace.root / "jurisdictions.toml").write_text(PLACE, "utf-8")
    file_with_age(file_answers, age)
    assert spans(session(person(1, ANA)), workspace) == [(0.0, outcome)]


def test_scenario_30_the_hosts_word_attests_no_age(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA))
    meeting = session(person(1, ANA, minor=AgeStatus.ADULT))
    assert spans(meeting, workspace) == [(0.0, "proceed C1")]
    (workspace.root / "jurisdictions.toml").write_text(PLACE, "utf-8")
    assert spans(meeting, workspace) == [(0.0, "hold M2")]
    assert spans(replace(meeting, participants=(person(1, ANA, location="US-VT"),)), workspace) == [(0.0, "proceed C1")]


def test_scenario_30_a_minor_by_the_session_stays_one(workspace: Workspace, file_answers: Files) -> None:
    file_with_age(file_answers, "Yes")
    assert spans(session(person(1, ANA, minor=AgeStatus.MINOR)), workspace) == [(0.0, "hold M2")]


def test_a_decision_of_the_future_neither_counts_nor_lasts(workspace: Workspace, file_answers: Files) -> None:
    """One run with a clock in 2050 left decisions that would have held until then."""
    file_answers(row(BO))
    meeting = session(person(1), person(2, BO))
    consent.rule(meeting, workspace=workspace, now=FUTURE)
    first = len(decision_history(meeting, workspace=workspace))
    consent.rule(meeting, workspace=workspace, now=NOW)
    history = decision_history(meeting, workspace=workspace)
    assert len(history) > first and history[0].decided_at.startswith("2026")
    due = {one.due for one in explain(meeting, workspace=workspace, now=NOW) if one.outcome == "hold"}
    assert due == {(NOW + timedelta(days=14)).date().isoformat()}
    consent.rule(meeting, workspace=workspace, now=NOW + timedelta(days=1))
    assert len(decision_history(meeting, workspace=workspace)) == len(history)
    late = explain(meeting, workspace=workspace, now=NOW + timedelta(days=15))
    assert any(one.rule.endswith("+D") for one in late)


def test_what_staff_open_by_a_clock_of_the_future_opens_nothing(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(ANA, name="Ana"), row(BO))
    meeting = session(person(1, None, name="Ana"), person(2, BO))
    party = next(body["party_id"] for body in bodies(workspace))
    match = partial(file_match, meeting, "p1", party, actor="sam", reason="voice", workspace=workspace)
    before = spans(meeting, workspace)
    match(now=FUTURE)
    assert spans(meeting, workspace) == before
    match(now=NOW)
    assert spans(meeting, workspace) == [(0.0, "proceed C1")]
    stranger = session(person(1), person(2, BO))
    allow = partial(resolve, stranger, "p1", Purpose.RECORD, ManualAction.ALLOW, actor="sam", reason="voice")
    allow(evidence="mail", workspace=workspace, now=FUTURE)
    assert spans(stranger, workspace) == [(0.0, "hold C5")]
    allow(evidence="mail", workspace=workspace, now=NOW)
    assert spans(stranger, workspace) == [(0.0, "proceed H1")]


def test_an_agreement_that_allows_by_a_clock_of_the_future_opens_nothing(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(ANA))
    meeting = session(person(1, ANA, company="Granite Foundry"))
    signed = partial(
        agree,
        "Granite Foundry",
        kind=AgreementKind.NDA,
        publication=None,
        valid_from=START,
        valid_until=None,
        actor="sam",
        evidence="signed",
        workspace=workspace,
    )
    signed(recording=Clause.FORBIDDEN, now=NOW)
    signed(recording=Clause.ALLOWED, now=FUTURE)
    assert spans(meeting, workspace) == [(0.0, "refuse M1")]
    signed(recording=Clause.ALLOWED, now=NOW)
    assert spans(meeting, workspace) == [(0.0, "proceed C1")]
