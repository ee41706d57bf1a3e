"""What closes takes effect at once, whoever closes it: what is out is taken back, and the state says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest
from click.testing import CliRunner, Result

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.evaluation.comparison import closed_purposes
from pipeline.consent.evaluation.evaluate import Evaluation
from pipeline.consent.log.events import EventState
from pipeline.errors import InputRefused
from pipeline.records import Audience, Cell, Interval, Outcome, Purpose, Session, SessionResult, Tag
from pipeline.store import Workspace
from pipeline.store.registry import Registry, SessionState
from pipeline.workflow import tagging
from pipeline.workflow.tagging import TaggedSession
from tests.consent.conftest import ALL_NO, HEADER, NOW, Files, person, row, session
from tests.consent.tables import bodies

ANA, BO = "ana@a.example", "bo@b.example"
BY = ("--by", "sam", "--reason", "mail")


@pytest.fixture
def out(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Session:
    """A session of two who said yes to everything, both renditions of which are out."""
    file_answers(row(ANA), row(BO))
    meeting = session(person(1, ANA, company="Granite Foundry"), person(2, BO))
    put_out(workspace, meeting, tmp_path)
    return meeting


def put_out(workspace: Workspace, meeting: Session, tmp_path: Path) -> None:
    registry = Registry(workspace.db)
    registry.take(tmp_path / "inbox", "f", meeting)
    folders = tuple(f"{meeting.session_id}/{audience}" for audience in Audience)
    for folder in folders:
        (workspace.out / folder).mkdir(parents=True)
    result = SessionResult(
        session_id=meeting.session_id, status="done", reason="everything is out", action="", renditions=folders
    )
    registry.conclude(SessionState(state_key="k", valid_until=NOW.timestamp(), attempts=1, result=result))
    tag = Tag(label="request", score=1.0, area="x", start_s=0.0, end_s=1.0, quote="a wish", participant_id="p1")
    kept = TaggedSession(made_with="", tags=(tag,), encoder="tfidf", vectors=("",))
    workspace.stages.put("tags", tagging.tags_key(meeting.session_id), kept)


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("code", "matching", "withdrawal"):
        monkeypatch.setattr(f"pipeline.cli.{module}.now", lambda: NOW)


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(main, ["consent", *words, "--workspace", str(workspace.root)])


def are_out(workspace: Workspace, meeting: Session) -> set[str]:
    return {str(audience) for audience in Audience if (workspace.out / meeting.session_id / audience).is_dir()}


class Status(TypedDict):
    """What ``status --json`` says of a session, as far as it is asked here."""

    status: str
    reason: str
    action: str
    renditions: list[str]


def status(workspace: Workspace) -> Status:
    done = CliRunner().invoke(main, ["status", "--json", "--workspace", str(workspace.root)])
    lines: list[Status] = json.loads(done.stdout)
    (line,) = lines
    return line


AGREE = ("--name", "Granite Foundry", "--kind", "nda", "--evidence", "signed", "--by", "sam")


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("withdraw", "--email", ANA, "--everything", *BY), set()),
        (("withdraw", "--email", ANA, "--purpose", "public_recording", *BY), {"internal"}),
        (("agreement", *AGREE, "--recording", "forbidden"), set()),
        (("agreement", *AGREE, "--publication", "forbidden"), {"internal"}),
        (("revoke", "--organisation", "granite foundry, inc.", "--everything", *BY), set()),
        (("revoke", "--organisation", "Granite Foundry", "--purpose", "public_recording", *BY), {"internal"}),
    ],
)
def test_what_is_forbidden_or_withdrawn_is_withdrawn_renditions_at_once(
    words: tuple[str, ...], left: set[str], workspace: Workspace, out: Session
) -> None:
    done = run(workspace, *words, "--json")
    assert done.exit_code == 0, done.output
    withdrawn_renditions = {f"{out.session_id}/{audience}" for audience in {"internal", "public"} - left}
    assert set(json.loads(done.stdout)["withdrawn_renditions"]) == withdrawn_renditions
    assert are_out(workspace, out) == left
    line = status(workspace)
    assert line["status"] == "waiting" and "withdrawn" in line["reason"] and "offrecord run" in line["action"]
    assert {folder.partition("/")[2] for folder in line["renditions"]} == left


def test_withdraw_says_what_it_took_back_and_what_to_do(workspace: Workspace, out: Session) -> None:
    done = run(workspace, "withdraw", "--email", ANA, "--everything", *BY)
    assert f"{out.session_id}/public" in done.output and "offrecord run" in done.output
    nobody = json.loads(run(workspace, "withdraw", "--email", "x@x.example", "--everything", *BY, "--json").stdout)
    assert nobody["new_person"] and "Nobody was on file" in nobody["next_step"] and nobody["withdrawn_renditions"] == []


@pytest.mark.parametrize("clause", ["allowed", "per_item_approval"])
def test_what_an_agreement_allows_takes_nothing_back(clause: str, workspace: Workspace, out: Session) -> None:
    done = run(workspace, "agreement", *AGREE, "--publication", clause, "--json")
    assert json.loads(done.stdout) == {"clauses": 3, "withdrawn_renditions": []}
    assert are_out(workspace, out) == {"internal", "public"}


def test_what_is_forbidden_later_or_for_others_takes_nothing_back(workspace: Workspace, out: Session) -> None:
    run(workspace, "agreement", *AGREE, "--publication", "forbidden", "--from", "2099-01-01")
    run(workspace, "revoke", "--organisation", "Others", "--everything", *BY)
    assert are_out(workspace, out) == {"internal", "public"}


def test_a_revocation_covers_people_of_whom_nothing_is_on_file(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    """Scenario 28: one command takes back what a company's people said yes to, whoever of them was there."""
    file_answers(row(BO), row(ANA))
    meeting = session(
        person(1, None, company="Granite Foundry GmbH"), person(2, BO), person(3, ANA, company="Granite Foundry")
    )
    run(workspace, "revoke", "--organisation", "Granite Foundry", "--everything", *BY)
    stop = consent.current_ruling(meeting, workspace=workspace, now=NOW)
    assert "M1" in str(stop)


def test_a_match_that_is_undone_takes_back_what_it_opened(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(ANA, name="Ana Diaz"), row(BO))
    meeting = session(person(1, None, name="Ana Diaz"), person(2, BO))
    put_out(workspace, meeting, tmp_path)
    rows = json.loads(run(workspace, "match", meeting.session_id, "--json").stdout)
    party = next(one["party"] for one in rows if one["participant"] == "p1")
    settled = run(workspace, "match", meeting.session_id, "p1", "--party", party, *BY, "--json")
    assert json.loads(settled.stdout)["withdrawn_renditions"] == [] and are_out(workspace, meeting) == {
        "internal",
        "public",
    }
    undone = run(workspace, "match", meeting.session_id, "p1", "--undo", *BY, "--json")
    assert undone.exit_code == 0 and are_out(workspace, meeting) == set(), undone.output
    assert len(json.loads(undone.stdout)["withdrawn_renditions"]) == 2 and status(workspace)["status"] == "waiting"


def test_a_match_to_somebody_who_said_no_takes_back_too(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(ANA, ALL_NO), row(BO))
    meeting = session(person(1, None), person(2, BO))
    put_out(workspace, meeting, tmp_path)
    party = next(body["party_id"] for body in bodies(workspace) if body["state"] == "refused")
    done = run(workspace, "match", meeting.session_id, "p1", "--party", party, *BY, "--json")
    assert done.exit_code == 0 and "withdrawn_renditions" in json.loads(done.stdout)


def test_a_decision_about_a_hold_that_is_undone_takes_back(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(BO))
    meeting = session(person(1, None), person(2, BO))
    put_out(workspace, meeting, tmp_path)
    settled = ("resolve", meeting.session_id, "p1", "record", "--evidence", "mail", *BY)
    assert json.loads(run(workspace, *settled, "--allow", "--json").stdout)["withdrawn_renditions"] == []
    done = json.loads(run(workspace, *settled, "--undo", "--json").stdout)
    assert done["outcome"] == "hold" and len(done["withdrawn_renditions"]) == 2
    assert are_out(workspace, meeting) == set()


def test_one_bad_row_holds_back_nobodys_no(workspace: Workspace, file_answers: Files) -> None:
    bad = ["no time", "cy@c.example", "", "", "Yes", "Yes", "Yes", "Yes"]
    with pytest.raises(InputRefused, match=r"^line 3, column 1: .*line 4, column 2: .*refusals were filed") as caught:
        file_answers(row(ANA, ("Yes", "No", "Yes", "No")), bad, row("nobody at all"), row(BO))
    said = [(body["purpose"], body["state"]) for body in bodies(workspace)]
    assert said == [("internal_improve", "refused"), ("public_recording", "refused")]
    assert int(caught.value.code) == 9
    done = file_answers(row(ANA, ("Yes", "No", "Yes", "No")), row(BO))
    assert (done.events, done.on_file) == (8, 2)


def test_a_withdrawal_beside_a_bad_row_takes_effect(workspace: Workspace, file_answers: Files, out: Session) -> None:
    with pytest.raises(InputRefused):
        file_answers(row(ANA, ALL_NO, at="2026-11-12 09:00:00"), ["?", BO, "", "", *ALL_NO], header=HEADER)
    assert {body["state"] for body in bodies(workspace)} == {EventState.GIVEN, EventState.REFUSED}
    from pipeline.store import withdrawals

    assert len(withdrawals.read(workspace.db)) == 1


def test_a_bad_row_alone_writes_nothing(workspace: Workspace, file_answers: Files) -> None:
    with pytest.raises(InputRefused, match=r"^line 3, column 1: "):
        file_answers(row(ANA), ["?", BO, "", "", "Yes", "Yes", "Yes", "Yes"])
    assert bodies(workspace) == []


def cell(outcome: Outcome, start_s: float = 0.0, end_s: float = 60.0, who: str = "p1") -> Cell:
    span = Interval(start_s=start_s, end_s=end_s)
    return Cell(
        participant_id=who, interval=span, purpose=Purpose.INTERNAL_SHARE, outcome=outcome, rule_id="", reason=""
    )


@pytest.mark.parametrize(
    ("before", "after", "closed"),
    [
        ([cell(Outcome.PROCEED)], [cell(Outcome.HOLD)], True),
        ([cell(Outcome.HOLD)], [cell(Outcome.PROCEED)], False),
        ([cell(Outcome.HOLD)], [cell(Outcome.MINUS)], False),
        ([cell(Outcome.MINUS)], [cell(Outcome.MINUS)], False),
        ([cell(Outcome.PROCEED)], [cell(Outcome.PROCEED, 0, 30), cell(Outcome.MINUS, 30, 60)], True),
        ([cell(Outcome.HOLD, 0, 30), cell(Outcome.PROCEED, 30, 60)], [cell(Outcome.HOLD)], True),
        ([cell(Outcome.HOLD, 0, 30), cell(Outcome.MINUS, 30, 60)], [cell(Outcome.MINUS)], False),
        ([], [cell(Outcome.HOLD)], True),
        ([cell(Outcome.PROCEED)], [], False),
    ],
)
def test_what_an_act_closes(before: list[Cell], after: list[Cell], closed: bool) -> None:
    first, then = (Evaluation(tuple(cells), (), None, {}) for cells in (before, after))
    assert closed_purposes(first, then) == ((Purpose.INTERNAL_SHARE,) if closed else ())
