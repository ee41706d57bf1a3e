"""A hold that nobody settles in time goes on without the person or is refused, by when it was first held."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import consent
from pipeline.consent.evaluation.deadline import applied
from pipeline.consent.evaluation.explain import ExplainedCell, decision_history, explain
from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.consent.evaluation.policy import policy_of
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.decisions import StoredDecision
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.resolve_hold import resolve
from pipeline.errors import RefusedByPolicy
from pipeline.records import Cell, Held, Interval, Outcome, Purpose, Refused, Role, Ruling, Session, SessionPolicy
from pipeline.settings import ConsentSettings
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session

DAY = timedelta(days=1)
TODAY = ("Yes", "Yes", "Yes", "Ask me later")


def rule(meeting: Session, workspace: Workspace, day: float) -> Ruling | Held | Refused:
    return consent.rule(meeting, workspace=workspace, now=NOW + day * DAY)


def shown(meeting: Session, workspace: Workspace, day: float, purpose: str, who: str = "p1") -> ExplainedCell:
    (one,) = [
        one
        for one in explain(meeting, workspace=workspace, now=NOW + day * DAY)
        if (one.person, one.purpose) == (who, purpose)
    ]
    return one


def cell(meeting: Session, workspace: Workspace, day: float, purpose: str, who: str = "p1") -> str:
    one = shown(meeting, workspace, day, purpose, who)
    return f"{one.outcome} {one.rule}"


def test_what_is_held_of_the_recording_itself_is_refused(workspace: Workspace) -> None:
    meeting = session(person(1), started_at=NOW - 400 * DAY)
    held = rule(meeting, workspace, 0)
    assert isinstance(held, Held) and (NOW + 14 * DAY).date().isoformat() in held.action
    assert rule(meeting, workspace, 13.9) == held, "the due date stays where it is, however old the session is"
    assert shown(meeting, workspace, 13.9, "record").due == "2026-12-06"
    over = rule(meeting, workspace, 14)
    assert isinstance(over, Refused) and "p1 C5+D" in over.reason and "by its deadline" in over.reason
    assert "legal" in over.action
    kept = decision_history(meeting, workspace=workspace)
    first, last = (one for one in kept if one.purpose == "record")
    assert (last.outcome, last.rules, last.by) == ("refuse", ("C5", "C5+D"), "engine")
    assert first.decision_id in shown(meeting, workspace, 14, "record").evidence
    assert isinstance(rule(meeting, workspace, 40), Refused)
    assert decision_history(meeting, workspace=workspace) == kept


def test_who_was_held_for_a_use_is_left_out_of_it_and_may_still_answer(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example", TODAY))
    meeting = session(person(1, "bo@b.example"), person(2, "ana@a.example"))
    ruling = rule(meeting, workspace, 0)
    assert isinstance(ruling, Ruling) and not ruling.allows(Purpose.PUBLIC_RECORDING)
    assert cell(meeting, workspace, 0, "public_recording") == "hold U6"
    late = rule(meeting, workspace, 13.5)
    assert isinstance(late, Ruling) and late.valid_until == NOW + 14 * DAY, "it is decided anew at the deadline"
    over = rule(meeting, workspace, 15)
    assert isinstance(over, Ruling) and over.removed(Purpose.PUBLIC_RECORDING) == {"p1"}
    assert cell(meeting, workspace, 15, "public_recording") == "minus U6+D"
    assert shown(meeting, workspace, 15, "public_recording").due == ""
    assert cell(meeting, workspace, 16, "public_recording", "p2") == "proceed U1"
    with pytest.raises(RefusedByPolicy, match="not held"):
        resolve(
            meeting, "p1", Purpose.PUBLIC_RECORDING, ManualAction.ALLOW, **(told(workspace) | {"now": NOW + 15 * DAY})
        )
    file_answers(row("bo@b.example", at="2026-12-08 09:00:00"), now=NOW + 16 * DAY)
    assert cell(meeting, workspace, 17, "public_recording") == "proceed U1"


def told(workspace: Workspace) -> dict[str, Any]:
    return {"actor": "Rui", "reason": "on the phone", "evidence": "call log", "workspace": workspace, "now": NOW}


def test_where_they_cannot_be_left_out_it_is_refused(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example", ("Yes", "Yes", "Ask me later", "Ask me later")))
    people = (person(1, "bo@b.example"), person(2, "ana@a.example"))
    meeting = session(*people, mixed=("p1", "p2"))
    assert cell(meeting, workspace, 0, "public_recording") == "hold U6"
    rule(meeting, workspace, 0)
    assert cell(meeting, workspace, 14, "public_recording") == "refuse U6+D"


def test_a_bot_is_not_gone_by_being_left_out(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, role=Role.BOT, spoke=False), person(2, "ana@a.example"))
    rule(meeting, workspace, 0)
    assert cell(meeting, workspace, 1, "public_recording") == "hold M3"
    assert cell(meeting, workspace, 14, "public_recording") == "refuse M3+D"


def test_a_hold_that_was_settled_or_answered_begins_anew(workspace: Workspace) -> None:
    meeting = session(person(1))
    rule(meeting, workspace, 0)
    for purpose in (Purpose.RECORD, Purpose.TRANSCRIBE):
        resolve(meeting, "p1", purpose, ManualAction.ALLOW, **told(workspace))
    rule(meeting, workspace, 10)
    assert cell(meeting, workspace, 20, "record") == "proceed H1", "what people decided in time stays"
    resolve(meeting, "p1", Purpose.RECORD, ManualAction.UNDO, **(told(workspace) | {"now": NOW + 20 * DAY}))
    assert shown(meeting, workspace, 20, "record").due == "2026-12-26"
    rule(meeting, workspace, 20)
    assert cell(meeting, workspace, 33, "record") == "hold C5"
    assert cell(meeting, workspace, 34, "record") == "refuse C5+D"


def test_another_ground_or_a_shorter_deadline_counts_from_the_first_hold(workspace: Workspace) -> None:
    meeting = session(person(1))
    rule(meeting, workspace, 0)
    stricter = replace(meeting, policy=SessionPolicy(minimum_rule="consent_express"))
    rule(stricter, workspace, 10)
    assert cell(stricter, workspace, 13, "record") == "hold C12"
    assert cell(stricter, workspace, 14, "record") == "refuse C12+D"
    shorter = replace(meeting, policy=SessionPolicy(hold_deadline_days=3))
    assert cell(shorter, workspace, 2.9, "record") == "hold C5"
    assert cell(shorter, workspace, 3, "record") == "refuse C5+D"


def test_a_no_is_what_it_was(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO))
    for location in ("US-NY", "DE"):
        meeting = session(person(1, "ana@a.example", location=location))
        before = [(one.outcome, one.rule) for one in explain(meeting, workspace=workspace, now=NOW)]
        rule(meeting, workspace, 0)
        assert [(one.outcome, one.rule) for one in explain(meeting, workspace=workspace, now=NOW + 99 * DAY)] == before


SPANS = (Interval(start_s=0.0, end_s=60.0), Interval(start_s=60.0, end_s=90.0))
USES = (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.PUBLIC_RECORDING)
OUTCOMES = st.sampled_from(list(Outcome))
RULES = rules_of(Path(__file__).parent)


def kept(number: int, set_number: int, one: Cell, outcome: Outcome, at: datetime) -> StoredDecision:
    return StoredDecision(
        decision_id=f"dec_{number}",
        participant_id=one.participant_id,
        from_s=one.interval.start_s,
        to_s=one.interval.end_s,
        purpose=one.purpose.value,
        outcome=outcome.value,
        rules=("C5",),
        by="engine",
        decided_at=at.isoformat(),
        valid_until=at.isoformat(),
        ruleset="",
        inputs={},
        evidence=(),
        supersedes=f"dec_of_{set_number}",
    )


@given(st.data())
def test_nothing_opens_further_than_without_them_and_only_what_was_held_long_enough(data: st.DataObject) -> None:
    """Any cells after any history: a hold becomes minus or refuse, and nothing else changes."""
    meeting = session(person(1), person(2, spoke=False), mixed=data.draw(st.sampled_from([(), ("p1",)])))
    cells = [
        Cell(participant_id=who, interval=span, purpose=use, outcome=data.draw(OUTCOMES), rule_id="C5", reason="")
        for who in ("p1", "p2")
        for span in SPANS
        for use in USES
    ]
    days = sorted(data.draw(st.lists(st.integers(-40, 0), max_size=4, unique=True)))
    filed = [
        kept(len(cells) * turn + number, turn, one, data.draw(OUTCOMES), NOW + day * DAY)
        for turn, day in enumerate(days)
        for number, one in enumerate(cells)
    ]
    on_file = ConsentSnapshot(
        session=meeting,
        matches={},
        events={},
        notices={},
        trusted=frozenset(),
        log_head="",
        decisions=tuple(filed),
        rules=RULES,
        policy=policy_of(meeting, ConsentSettings()),
    )
    after, due = applied(cells, on_file, now=NOW)
    records = {(one.participant_id, one.interval): one for one in cells if one.purpose is Purpose.RECORD}
    for before, one in zip(cells, after, strict=True):
        record = records[one.participant_id, one.interval]
        if one == before:
            assert one.outcome is not Outcome.HOLD or due[one.participant_id, one.purpose] > NOW
            continue
        assert before.outcome is Outcome.HOLD and one.rule_id == "C5+D"
        cannot = record.outcome is Outcome.HOLD or (one.participant_id, len(meeting.tracks)) == ("p1", 1)
        assert one.outcome is (Outcome.REFUSE if cannot else Outcome.MINUS)
        held = [each for each in filed if each.decision_id == one.evidence[-1]]
        assert held and datetime.fromisoformat(held[0].decided_at) <= NOW - 14 * DAY
    if not days or days[0] > -14:
        assert list(after) == cells
