"""Ways in which a no, an erasure or a decision about somebody else might once have been got round."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log.log import verify_chain
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.resolve_hold import resolve
from pipeline.consent.staff.withdraw import Erasure, withdraw
from pipeline.errors import ConsentUnreadable, InputRefused, UsageProblem
from pipeline.records import Cell, Outcome, Purpose, Role, Session
from pipeline.store import Workspace
from pipeline.workflow import erasure
from tests.consent.conftest import (
    ALL_NO,
    ANSWERS,
    COLUMNS,
    HEADER,
    NOW,
    Files,
    form_text,
    person,
    row,
    session,
)

ANA = "ana@a.example"


def cell(workspace: Workspace, meeting: Session, who: str, purpose: Purpose) -> Cell:
    from pipeline.consent.evaluation.evaluate import evaluate

    filed = read_snapshot(meeting, workspace=workspace)
    cells = evaluate(filed, now=NOW).cells
    return next(one for one in cells if (one.participant_id, one.purpose) == (who, purpose))


def erase(workspace: Workspace, email: str, *, at: datetime = NOW) -> None:
    withdraw(
        email,
        purposes=tuple(Purpose),
        session_id=None,
        actor="ann",
        reason="by mail",
        workspace=workspace,
        now=at,
        erasure=Erasure(erase=True),
    )
    erasure.carry_out(workspace, now=at)


def test_an_answer_found_invalid_takes_no_earlier_no_away(workspace: Workspace, file_answers: Files) -> None:
    answers = {**ANSWERS, "Pre-ticked": "invalidated"}
    rows = [row(ANA, ALL_NO), row(ANA, ("Pre-ticked",) * 4, at="2026-11-11 09:00:00")]
    file_answers(*rows, form=form_text(answers=answers))
    for purpose in (Purpose.RECORD, Purpose.INTERNAL_SHARE):
        assert cell(workspace, session(person(1, ANA)), "p1", purpose).outcome is not Outcome.PROCEED


def test_an_erased_person_does_not_come_back_with_a_table_that_got_a_column(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(ANA))
    erase(workspace, ANA)
    wider = form_text(columns={**COLUMNS, "Comment": "ignore"})
    again = file_answers(
        [*row(ANA), ""], header=[*HEADER, "Comment"], form=wider.replace('"1"', '"2"'), now=NOW + timedelta(days=7)
    )
    assert (again.events, again.people, again.erased) == (0, 0, 1)
    later = NOW + timedelta(days=3)
    back = file_answers(
        [*row(ANA, at=later.strftime("%Y-%m-%d %H:%M:%S")), ""],
        header=[*HEADER, "Comment"],
        form=wider.replace('"1"', '"2"'),
        now=NOW + timedelta(days=7),
    )
    assert (back.people, back.erased) == (1, 0)


def test_what_people_decided_about_somebody_holds_for_nobody_else_in_their_place(workspace: Workspace) -> None:
    held = session(person(1, "x@a.example", location="DE"))
    resolve(
        held,
        "p1",
        Purpose.RECORD,
        ManualAction.ALLOW,
        actor="ann",
        reason="r",
        evidence="e",
        workspace=workspace,
        now=NOW,
    )
    assert cell(workspace, held, "p1", Purpose.RECORD).outcome is Outcome.PROCEED
    other = session(person(1, "y@b.example", location="DE", name="Somebody Else"))
    assert cell(workspace, other, "p1", Purpose.RECORD).outcome is Outcome.HOLD


@pytest.mark.parametrize(
    "address",
    [
        "Ana <ana@a.example>",
        "ana@a.example,",
        "ana@a.exa mple",
        "ana\u200b@a.example",
        "mailto:ana@a.example",
        "ana@a.example.",
    ],
)
def test_what_only_looks_like_an_address_is_refused(workspace: Workspace, file_answers: Files, address: str) -> None:
    with pytest.raises(InputRefused, match="line 2, column 2"):
        file_answers(row(address, ALL_NO))
    with pytest.raises(UsageProblem):
        withdraw(
            address, purposes=[Purpose.RECORD], session_id=None, actor="a", reason="r", workspace=workspace, now=NOW
        )


def test_a_changed_notice_version_is_noticed_before_anything_is_processed(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(ANA))
    verify_chain(workspace)
    with workspace.db.begin() as connection:
        connection.execute(text("DROP TRIGGER consent_notice_no_update"))
        connection.execute(text("UPDATE consent_notice SET body = replace(body, 'May we', 'May me')"))
    with pytest.raises(ConsentUnreadable):
        verify_chain(workspace)


def test_a_notice_version_that_is_gone_is_noticed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA))
    with workspace.db.begin() as connection:
        connection.execute(text("DROP TRIGGER consent_notice_no_delete"))
        connection.execute(text("DELETE FROM consent_notice"))
    with pytest.raises(ConsentUnreadable):
        verify_chain(workspace)


def test_a_withdrawal_that_is_gone_is_noticed(workspace: Workspace) -> None:
    withdraw(ANA, purposes=[Purpose.RECORD], session_id=None, actor="a", reason="r", workspace=workspace, now=NOW)
    verify_chain(workspace)
    with workspace.db.begin() as connection:
        connection.execute(text("DELETE FROM withdrawal"))
    with pytest.raises(ConsentUnreadable):
        verify_chain(workspace)


def test_people_of_the_log_whom_nothing_identifies_any_more_are_noticed(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(ANA), row("bo@b.example"))
    erase(workspace, ANA)
    verify_chain(workspace)
    with workspace.db.begin() as connection:
        connection.execute(text("DELETE FROM consent_alias"))
    with pytest.raises(ConsentUnreadable):
        verify_chain(workspace)


def test_one_of_several_aliases_that_is_gone_is_noticed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, discord="42"))
    with workspace.db.begin() as connection:
        connection.execute(text("DELETE FROM consent_alias WHERE kind = 'platform'"))
    with pytest.raises(ConsentUnreadable):
        verify_chain(workspace)


def test_a_withdrawal_by_an_address_that_nobody_vouches_for_reaches_who_is_known_by_another_id(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row(ANA, discord="42"))
    meeting = session(person(1, platform_id="discord:42"))
    assert cell(workspace, meeting, "p1", Purpose.INTERNAL_SHARE).outcome is Outcome.PROCEED
    unsure = form_text(notice_id='"leave"', options={"email_verified": "false"})
    file_answers(row(ANA, ("I withdraw",) * 4, at="2026-11-20 09:00:00"), form=unsure)
    assert cell(workspace, meeting, "p1", Purpose.INTERNAL_SHARE).outcome is not Outcome.PROCEED


def test_a_withdrawal_for_a_session_that_there_is_not_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageProblem, match="session"):
        withdraw(
            ANA,
            purposes=[Purpose.RECORD],
            session_id="2026-11-18-typo",
            actor="a",
            reason="r",
            workspace=workspace,
            now=NOW,
        )


def test_one_of_the_staff_who_was_erased_is_not_taken_for_willing(workspace: Workspace, file_answers: Files) -> None:
    staff = session(person(1, ANA, role=Role.STAFF, company="Lumen Labs"))
    file_answers(row(ANA, ALL_NO))
    assert cell(workspace, staff, "p1", Purpose.INTERNAL_SHARE).outcome is not Outcome.PROCEED
    erase(workspace, ANA)
    assert cell(workspace, staff, "p1", Purpose.INTERNAL_SHARE).outcome is not Outcome.PROCEED
