"""People settle holds, and nothing else; publication takes two of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import consent
from pipeline.consent.evaluation.hold_resolution import resolved
from pipeline.consent.evaluation.rule_tables import (
    REFUSALS,
    ConsentStatus,
    Identity,
    Inputs,
    Join,
    Law,
    NoticeProof,
    Speech,
    Use,
    decide,
)
from pipeline.consent.log.log import verify_chain
from pipeline.consent.log.manual_decisions import ManualAction, ManualDecision
from pipeline.consent.staff.resolve_hold import HoldResolution, resolve
from pipeline.consent.staff.withdraw import withdraw
from pipeline.errors import ConsentUnreadable, RefusedByPolicy, TryAgain
from pipeline.records import Outcome, Purpose, Ruling, Session
from pipeline.records.shell_actor import ShellActor
from pipeline.store import Workspace
from tests.consent.conftest import ALL_YES, NOW, Files, person, row, session

ANA = "ana@a.example"
CELLS = ("record", "transcribe", "internal_improve", "internal_share")


def act(kind: ManualAction, actor: str) -> ManualDecision:
    return ManualDecision(
        seq=1, act=kind, actor=actor, participant_id="p1", purpose=Purpose.RECORD, bases=frozenset(), at=NOW
    )


INPUTS = st.builds(
    Inputs,
    purpose=st.sampled_from(Use),
    rule=st.sampled_from(Law),
    notice=st.sampled_from(NoticeProof),
    notice_names_purpose=st.booleans(),
    consent_at_speech=st.sampled_from(ConsentStatus),
    consent_now=st.sampled_from(ConsentStatus),
    identity=st.sampled_from(Identity),
    join=st.sampled_from(Join),
    speech=st.sampled_from(Speech),
    separable=st.booleans(),
)


@given(
    INPUTS,
    st.lists(
        st.builds(act, st.sampled_from([ManualAction.ALLOW, ManualAction.KEEP_OUT]), st.sampled_from("ab")), max_size=4
    ),
)
def test_a_human_decision_never_opens_a_refusal_or_a_no(inputs: Inputs, acts: list[ManualDecision]) -> None:
    before = decide(inputs).outcome
    refused = bool({inputs.consent_at_speech, inputs.consent_now} & REFUSALS)
    removable = inputs.separable or inputs.speech is Speech.SILENT
    after = resolved(before, refused=refused, removable=removable, decisions=acts, people=2)
    if before is not Outcome.HOLD or refused:
        assert after is before
    if after is Outcome.PROCEED and before is not Outcome.PROCEED:
        assert len({one.actor for one in acts}) == 2
    if after is Outcome.MINUS and before is not Outcome.MINUS:
        assert removable


def test_no_combination_of_a_no_opens() -> None:
    acts = [act(ManualAction.ALLOW, "a"), act(ManualAction.ALLOW, "b")]
    for outcome, refused in product(Outcome, (True, False)):
        after = resolved(outcome, refused=refused, removable=True, decisions=acts, people=2)
        assert (after is outcome) == (refused or outcome is not Outcome.HOLD) or outcome is Outcome.PROCEED


def test_one_account_under_two_names_is_one_person_unless_people_share_it(workspace: Workspace) -> None:
    meeting, public = held(), Purpose.PUBLIC_RECORDING
    settle(meeting, Purpose.RECORD, workspace)
    ann, bea = ShellActor("ann", account="ops"), ShellActor("bea", account="ops")
    settle(meeting, public, workspace, by=ann)
    assert settle(meeting, public, workspace, by=bea).still_needed == "a second person"
    assert settle(meeting, public, workspace, by="ops").still_needed == "a second person", "an account of that name"
    assert settle(meeting, public, workspace, by=ShellActor("bea", account="bea")).outcome == "proceed"
    settle(meeting, public, workspace, ManualAction.UNDO)
    with (workspace.root / "offrecord.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[review]\nshared_account = true\n")
    shared = Workspace.open(workspace.root)
    settle(meeting, public, shared, by=ann)
    assert settle(meeting, public, shared, by=bea).outcome == "proceed"


def held() -> Session:
    """One who was told by the host alone, where notice is the law: C5, and C8 for nobody."""
    return session(person(1, ANA), purposes=(Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING))


def settle(
    meeting: Session, purpose: Purpose, workspace: Workspace, kind: ManualAction = ManualAction.ALLOW, by: str = "ann"
) -> HoldResolution:
    return resolve(
        meeting, "p1", purpose, kind, actor=by, reason="seen it", evidence="mail", workspace=workspace, now=NOW
    )


def test_a_hold_is_settled_purpose_by_purpose(workspace: Workspace) -> None:
    meeting = held()
    assert not isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Ruling)
    before = consent.log_head(workspace)
    assert settle(meeting, Purpose.RECORD, workspace).rules == ("H1",)
    assert consent.log_head(workspace) != before
    assert settle(meeting, Purpose.TRANSCRIBE, workspace, ManualAction.KEEP_OUT).rules == ("H2",)
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    assert ruling.outcome(Purpose.TRANSCRIBE) is Outcome.MINUS
    settle(meeting, Purpose.RECORD, workspace, ManualAction.UNDO)
    assert not isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Ruling)
    with pytest.raises(TryAgain), consent.release(workspace, ruling):
        pass


def test_a_use_is_no_more_open_than_the_recording(workspace: Workspace) -> None:
    meeting = held()
    assert settle(meeting, Purpose.TRANSCRIBE, workspace).outcome == "hold"
    assert settle(meeting, Purpose.RECORD, workspace).outcome == "proceed"
    assert isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Ruling)


def test_publication_takes_two_people(workspace: Workspace) -> None:
    meeting = held()
    settle(meeting, Purpose.RECORD, workspace)
    first = settle(meeting, Purpose.PUBLIC_RECORDING, workspace, by="Ann")
    assert (first.outcome, first.still_needed) == ("hold", "a second person")
    assert settle(meeting, Purpose.PUBLIC_RECORDING, workspace, by=" ann ").outcome == "hold"
    assert settle(meeting, Purpose.PUBLIC_RECORDING, workspace, by="bo").outcome == "proceed"


def test_what_is_not_held_or_was_refused_is_left_to_nobody(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_YES))
    meeting = replace(held(), started_at=NOW - timedelta(days=2))
    with pytest.raises(RefusedByPolicy, match="not held"):
        settle(meeting, Purpose.RECORD, workspace)
    withdraw(ANA, purposes=[Purpose.RECORD], session_id=None, actor="s", reason="r", workspace=workspace, now=NOW)
    mixed = replace(meeting, tracks=tuple(replace(track, participant_id=None) for track in meeting.tracks))
    with pytest.raises(RefusedByPolicy, match="said no"):
        settle(mixed, Purpose.RECORD, workspace)


def test_a_decision_is_void_when_a_no_comes_later(workspace: Workspace, file_answers: Files) -> None:
    meeting = held()
    settle(meeting, Purpose.RECORD, workspace)
    settle(meeting, Purpose.TRANSCRIBE, workspace)
    assert isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Ruling)
    withdraw(ANA, purposes=list(Purpose), session_id=None, actor="s", reason="r", workspace=workspace, now=NOW)
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert not isinstance(ruling, Ruling) or ruling.removed(Purpose.TRANSCRIBE) == {"p1"}


def test_a_decision_that_was_cut_off_stops_everything(workspace: Workspace, file_answers: Files) -> None:
    settle(held(), Purpose.RECORD, workspace)
    settle(held(), Purpose.TRANSCRIBE, workspace)
    assert "manual_decision 2 " in (workspace.root / "heads").read_text()
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER manual_decision_no_delete")
        connection.exec_driver_sql("DELETE FROM manual_decision WHERE seq = 2")
    with pytest.raises(ConsentUnreadable) as caught:
        verify_chain(workspace)
    assert caught.value.code == 6
    with pytest.raises(ConsentUnreadable):
        file_answers(row(ANA))


def test_a_changed_decision_stops_everything(workspace: Workspace) -> None:
    settle(held(), Purpose.RECORD, workspace)
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER manual_decision_no_update")
        connection.exec_driver_sql("UPDATE manual_decision SET body = replace(body, 'ann', 'bob')")
    with pytest.raises(ConsentUnreadable):
        verify_chain(workspace)
    with pytest.raises(ConsentUnreadable):
        consent.rule(held(), workspace=workspace, now=NOW)
