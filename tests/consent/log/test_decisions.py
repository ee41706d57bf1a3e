"""Every decision is kept with its inputs, once; what a policy asks for can only close."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from pipeline import consent
from pipeline.consent.evaluation.explain import decision_history, explain
from pipeline.consent.log import decisions
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.resolve_hold import resolve
from pipeline.errors import ConsentUnreadable, TryAgain
from pipeline.records import Purpose, Ruling, Session
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.tables.rulings import decision
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session


def ruled(
    meeting: Session, workspace: Workspace, *, later: timedelta = timedelta()
) -> tuple[decisions.StoredDecision, ...]:
    consent.rule(meeting, workspace=workspace, now=NOW + later)
    return decision_history(meeting, workspace=workspace)


@pytest.fixture
def both(workspace: Workspace, file_answers: Files) -> Session:
    file_answers(row("ana@a.example"))
    return session(person(1, "ana@a.example", name="Nora Unmistakable"), person(2, name="Xi Unheard"))


def test_every_cell_is_kept_with_every_input_and_by_ids_alone(both: Session, workspace: Workspace) -> None:
    kept = ruled(both, workspace)
    shown = {(one.person, one.purpose): one for one in explain(both, workspace=workspace, now=NOW)}
    assert {(one.participant_id, one.purpose): one.outcome for one in kept} == {
        about: one.outcome for about, one in shown.items()
    }
    (one,) = [one for one in kept if (one.participant_id, one.purpose) == ("p2", "transcribe")]
    assert (one.outcome, one.rules, one.by, one.supersedes) == ("hold", ("C5",), "engine", None)
    assert one.valid_until == (NOW + timedelta(hours=24)).isoformat() and one.decided_at == NOW.isoformat()
    assert one.ruleset == "2026-11-22"
    assert {name: one.inputs[name] for name in ("rule", "notice", "consent_at_speech", "identity", "speech")} == {
        "rule": "notify",
        "notice": "asserted",
        "consent_at_speech": "absent",
        "identity": "unmatched",
        "speech": "spoke",
    }
    assert one.inputs["policy"]["hold_deadline_days"] == 14
    said = json.dumps([one.inputs for one in kept]) + str(kept)
    assert "Nora" not in said and "Xi" not in said and "example" not in said


def test_what_did_not_change_is_kept_once(both: Session, workspace: Workspace, file_answers: Files) -> None:
    first = ruled(both, workspace)
    assert ruled(both, workspace, later=timedelta(hours=1)) == first
    file_answers(row("ana@a.example", ALL_NO, at="2026-11-20 09:00:00"))
    again = ruled(both, workspace, later=timedelta(hours=2))
    assert again[: len(first)] == first
    (now,) = [one for one in again[len(first) :] if one.purpose == "internal_share"]
    (was,) = [one for one in first if (one.participant_id, one.purpose) == ("p1", "internal_share")]
    assert (was.outcome, now.outcome, now.supersedes) == ("proceed", "minus", was.decision_id)
    assert {one.participant_id for one in again[len(first) :]} == {"p1"}


def test_a_decision_dated_after_now_does_not_count(both: Session, workspace: Workspace) -> None:
    ahead = ruled(both, workspace, later=timedelta(days=9000))
    now = ruled(both, workspace)
    assert {one.decided_at for one in now} - {one.decided_at for one in ahead} == {NOW.isoformat()}
    assert len(now) == 2 * len(ahead) and len(ruled(both, workspace)) == len(now)


def test_a_decision_of_staff_is_a_persons(both: Session, workspace: Workspace) -> None:
    ruled(both, workspace)
    resolve(
        both,
        "p2",
        Purpose.RECORD,
        ManualAction.ALLOW,
        actor="Rui",
        reason="on the phone",
        evidence="call log",
        workspace=workspace,
        now=NOW,
    )
    (one,) = [one for one in ruled(both, workspace) if one.by == "person"]
    assert (one.participant_id, one.purpose, one.rules) == ("p2", "record", ("C5", "H1"))


def test_the_chain_of_decisions_is_walked_and_never_changed(both: Session, workspace: Workspace) -> None:
    count = len(ruled(both, workspace))
    with reading(workspace.db) as connection:
        assert decisions.verify(connection) == count
    with pytest.raises(DatabaseError, match="append-only"), workspace.db.begin() as connection:
        connection.execute(decision.delete())
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER consent_decision_no_update")
        connection.execute(decision.update().values(body=decision.c.body + " ").where(decision.c.seq == 2))
    with pytest.raises(ConsentUnreadable, match="number 2"):
        consent.verify_chain(workspace)


def test_a_ruling_whose_time_is_over_puts_nothing_in_place(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    ruling = consent.rule(session(person(1, "ana@a.example")), workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    with consent.release(workspace, ruling):
        pass
    with pytest.raises(TryAgain, match="has expired"), consent.release(workspace, replace(ruling, live_until_s=0.0)):
        pytest.fail("it was put in place")


def test_a_row_of_the_workspaces_own_table_counts_and_is_named(both: Session, workspace: Workspace) -> None:
    path = workspace.root / "jurisdictions.toml"
    assert path.read_text("utf-8").startswith("#")
    path.write_text(
        "[[place]]\ncodes = ['US-NY']\nname = 'NY'\nrule = 'consent_express'\nsource = 'counsel'\nconfidence = 'V'\n"
        "reviewed_on = 2026-11-01\nnext_review = 2027-11-01\n",
        "utf-8",
    )
    kept = [one for one in ruled(both, workspace) if (one.participant_id, one.purpose) == ("p2", "record")]
    assert kept[-1].rules == ("C12",) and kept[-1].ruleset.startswith("2026-11-22+")
