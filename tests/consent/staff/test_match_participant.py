"""Staff settle who a participant is: suggestions, acts, undoing, and what a settled match never does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.staff.match_participant import file_match, suggestions
from pipeline.errors import ConsentUnreadable, RefusedByPolicy, TryAgain, UsageProblem
from pipeline.records import Role, Ruling, Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.consent.conftest import ALL_NO, COLUMNS, HEADER, NOW, Files, form_text, person, row, session


def cell(meeting: Session, workspace: Workspace, number: int = 1) -> str:
    cells = explain(meeting, workspace=workspace, now=NOW)
    return next(
        f"{one.outcome} {one.rule}" for one in cells if (one.person, one.purpose) == (f"p{number}", "transcribe")
    )


def best(meeting: Session, workspace: Workspace, number: int = 1) -> str:
    return next(
        suggestion.party
        for suggestion in suggestions(meeting, workspace=workspace)
        if suggestion.participant == f"p{number}"
    )


def said(meeting: Session, party: str | None, workspace: Workspace, number: int = 1) -> str:
    done = file_match(
        meeting, f"p{number}", party, actor="sam", reason="knows their voice", workspace=workspace, now=NOW
    )
    return done.status


def test_scenario_41_an_address_in_another_form_is_suggested_and_settled(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("j.doe+oh@corp.example"), row("other@corp.example"))
    meeting = session(person(1, "jdoe@corp.example"))
    assert cell(meeting, workspace) == "hold U1+I"
    listed = suggestions(meeting, workspace=workspace)
    assert [(one.status, one.score, one.by) for one in listed] == [("ambiguous", 95, "email")]
    assert said(meeting, listed[0].party, workspace) == "matched"
    assert cell(meeting, workspace) == "proceed U1"
    assert suggestions(meeting, workspace=workspace)[0].by == "staff"
    assert said(meeting, None, workspace) == "ambiguous"
    assert cell(meeting, workspace) == "hold U1+I"


@pytest.mark.parametrize(
    ("filed", "seen"),
    [
        ("jdoe@corp.example", "j.doe+oh@corp.example"),
        ("J.Doe@corp.example", "jdoe+x@CORP.example"),
        ("jdoe+a@corp.example", "jd.oe@corp.example"),
    ],
)
def test_scenario_41_an_address_that_is_only_like_one_is_never_sure(
    filed: str, seen: str, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(filed))
    file_answers(row(filed))
    meeting = session(person(1, seen), person(2, "jdoe@other.example"))
    assert [suggestion.status for suggestion in suggestions(meeting, workspace=workspace)] == ["ambiguous", "unmatched"]
    file_answers(row(seen, ALL_NO))
    assert suggestions(meeting, workspace=workspace)[0].status == "matched"
    assert cell(meeting, workspace) == "minus U2"


@pytest.mark.parametrize(
    ("shown", "score"),
    [
        ("+1 ***-***-4567", 80),
        ("14155554567", 90),
        ("(415) 555-4567", 90),
        ("+1 ***-***-9999", 0),
        ("***-67", 0),
        ("Room 4567", 0),
    ],
)
def test_a_telephone_number_suggests_and_never_matches(
    shown: str, score: int, workspace: Workspace, file_answers: Files
) -> None:
    columns = {**COLUMNS, "Phone": "phone"}
    rows = [[*row("ana@a.example"), "+1 415 555 4567"], [*row("bo@b.example"), "555 1234"]]
    file_answers(*rows, header=[*HEADER, "Phone"], form=form_text(columns=columns))
    meeting = session(person(1, name=shown))
    listed = suggestions(meeting, workspace=workspace)
    assert [(one.status, one.score, one.by) for one in listed] == [("unmatched", score, "phone" if score else "")]
    assert cell(meeting, workspace) == "hold C5"


def test_names_only_suggest_and_are_shown_only_when_asked_for(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", name="Ana Diaz"), row("bo@b.example", ALL_NO, name="Zed"))
    meeting = session(person(1, name="diaz ana"), person(2, name="Nobody Here"), person(3, role=Role.BOT))
    listed = suggestions(meeting, workspace=workspace)
    assert [(one.participant, one.score, one.by) for one in listed] == [("p1", 100, "display_name"), ("p2", 0, "")]
    assert suggestions(meeting, workspace=workspace, names=True)[0].participant == "diaz ana"
    assert cell(meeting, workspace) == "hold C5"


def test_a_settled_match_brings_the_no_too(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("bob@b.example", ALL_NO, name="Person 1"))
    meeting = session(person(1))
    assert said(meeting, best(meeting, workspace), workspace) == "matched"
    assert cell(meeting, workspace) == "minus U2"


def test_staff_never_outweigh_an_address_that_is_vouched_for(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO), row("bo@b.example"))
    bo = best(session(person(1, "bo@b.example")), workspace)
    with pytest.raises(RefusedByPolicy):
        said(session(person(1, "ana@a.example")), bo, workspace)
    unknown = session(person(1, "ana@elsewhere.example"))
    assert said(unknown, bo, workspace) == "matched"
    file_answers(row("ana@elsewhere.example", ALL_NO))
    assert cell(unknown, workspace) == "minus U2"


def test_a_match_is_of_one_participant_not_of_a_number(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", name="Ana"))
    meeting = session(person(1, name="Ana"))
    assert said(meeting, best(meeting, workspace), workspace) == "matched"
    other = replace(meeting, participants=(person(1, name="Eve"),))
    assert cell(other, workspace) == "hold C5"
    assert cell(replace(meeting, session_id="2026-11-18-bbbbbbbb"), workspace) == "hold U1+I"


def test_what_makes_no_sense_is_refused(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", name="Person 1"))
    meeting = session(person(1))
    for party, number in (("prt_nobody", 1), (best(meeting, workspace), 9), (None, 1)):
        with pytest.raises(UsageProblem):
            said(meeting, party, workspace, number)
    with pytest.raises(UsageProblem):
        file_match(meeting, "p1", best(meeting, workspace), actor=" ", reason="x", workspace=workspace, now=NOW)


def test_a_match_counts_as_a_change_of_consent(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", name="Ana"), row("bo@b.example"))
    meeting = session(person(1, "bo@b.example"))
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    other = session(person(1, name="Ana"), session_id="2026-11-18-cccccccc")
    said(other, best(other, workspace), workspace)
    with pytest.raises(TryAgain), consent.release(workspace, ruling):
        pass


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent_identity_match SET body = replace(body, 'sam', 'eve')",
        "UPDATE consent_identity_match SET sealed = x'00'",
        "UPDATE consent_identity_match SET session_id = '2026-11-18-bbbbbbbb'",
    ],
)
def test_a_changed_act_closes_everything(change: str, workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", name="Ana"))
    meeting = session(person(1, name="Ana"))
    said(meeting, best(meeting, workspace), workspace)
    with pytest.raises(Exception, match="append-only"), workspace.db.begin() as connection:
        connection.exec_driver_sql(change)
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER consent_identity_match_no_update")
        connection.exec_driver_sql(change)
    with pytest.raises(ConsentUnreadable):
        for one in (meeting, replace(meeting, session_id="2026-11-18-bbbbbbbb")):
            consent.rule(one, workspace=workspace, now=NOW)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["consent", "match", *map(str, words)])


def test_the_command_lists_settles_and_undoes(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", name="Ana Unmistakable"))
    meeting = session(person(1, name="Ana Unmistakable"))
    Registry(workspace.db).take(workspace.root, "f", meeting)
    there = (meeting.session_id, "--workspace", workspace.root, "--json")
    shown = run(*there)
    assert "Unmistakable" not in shown.stdout
    party = json.loads(shown.stdout)[0]["party"]
    assert "Unmistakable" in run(*there, "--names").stdout
    assert run(*there[:1], "p1", *there[1:], "--by", "sam", "--reason", "x").exit_code == 2
    who = ("--by", "sam", "--reason", "her voice")
    done = run(*there[:1], "p1", *there[1:], "--party", party, *who)
    settled = {"participant": "p1", "party": party, "number": 1, "status": "matched", "withdrawn_renditions": []}
    assert json.loads(done.stdout) == settled
    undone = run(*there[:1], "p1", *there[1:], "--undo", *who)
    assert json.loads(undone.stdout)["status"] == "ambiguous"
    assert run(*there[:1], "p1", *there[1:], "--undo", *who).exit_code == 2
