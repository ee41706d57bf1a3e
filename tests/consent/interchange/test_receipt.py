"""A participant's receipt: readable, complete, and of nobody else."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text as sql

from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.interchange import dpv
from pipeline.consent.interchange.export import export_dpv
from pipeline.consent.interchange.receipt import receipt
from pipeline.consent.interchange.record import EVERY_SESSION
from pipeline.consent.staff.withdraw import withdraw
from pipeline.errors import ConsentUnreadable, UsageProblem
from pipeline.records import Purpose
from pipeline.settings import ConsentSettings
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.consent.conftest import ALL_NO, COLUMNS, HEADER, NOW, Files, form_text, row, session


def states_of(email: str, workspace: Workspace) -> dict[tuple[str, Purpose], ConsentStatus]:
    """The state of each scope and purpose by somebody's receipt."""
    states = receipt(email, workspace=workspace, now=NOW).record.states(NOW)
    return {(state.scope, state.purpose): state.state for state in states}


def test_a_receipt_says_what_holds_on_a_page_without_scripts(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ("Yes", "Yes", "No", "No"), name="Ana"), row("bo@b.example", name="Bo"))
    Registry(workspace.db).take(workspace.root / "inbox", "f", session())
    withdraw(
        "ana@a.example",
        purposes=[Purpose.INTERNAL_IMPROVE],
        session_id="2026-11-18-aaaaaaaa",
        actor="sam",
        reason="by pigeon",
        workspace=workspace,
        now=NOW,
    )
    receipt_text = receipt("ana@a.example", workspace=workspace, now=NOW)
    page = receipt_text.as_page()
    assert "You said yes" in page and "You said no" in page and "You withdrew your yes" in page
    assert "session:2026-11-18-aaaaaaaa" in page and receipt_text.receipt_id in page
    assert "default-src 'none'" in page and "<script" not in page and "http" not in page.partition("<body>")[2]
    assert "pigeon" not in page and "Ana" not in page


def test_on_a_terminal_it_is_text(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ("Yes", "Yes", "No", "No"), name="Ana"))
    text = receipt("ana@a.example", workspace=workspace, now=NOW).as_text()
    assert "You said yes" in text and "You said no" in text
    assert "<" not in text and "Ana" not in text
    assert "\n\n\n" not in text


def test_the_json_ld_is_a_receipt_with_an_id_of_its_own(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    made, again = (receipt("ana@a.example", workspace=workspace, now=NOW) for _ in range(2))
    document = json.loads(made.as_json_ld())
    assert document["@type"] == "dpv:ConsentReceipt"
    assert document["dct:identifier"] == made.receipt_id != again.receipt_id
    assert document["dct:source"]["@id"] == f"urn:uuid:{dpv.record_id(made.record.party_id)}"
    (read,) = dpv.read(made.as_json_ld())
    assert (read.record, read.states) == (made.record, made.record.states(NOW))


def test_a_party_id_stands_for_its_person(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    party_id = receipt("ana@a.example", workspace=workspace, now=NOW).record.party_id
    assert receipt(party_id, workspace=workspace, now=NOW).record.party_id == party_id


def test_nobody_or_two_people_have_no_receipt(workspace: Workspace, file_answers: Files) -> None:
    with pytest.raises(UsageProblem, match="nobody is on file"):
        receipt("ana@a.example", workspace=workspace, now=NOW)
    file_answers(row("ana@a.example"))
    unsure = form_text(options={}, notice_id='"other-form"')
    file_answers(row("ana@a.example"), form=unsure)
    with pytest.raises(UsageProblem, match="several people"):
        receipt("ana@a.example", workspace=workspace, now=NOW)


def test_who_answers_and_where_to_withdraw_come_from_the_settings(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    said = ConsentSettings(controller="Lumen <b>Labs</b>", withdrawal_url="https://lumen.example/withdraw")
    workspace.settings = workspace.settings.model_copy(update={"consent": said})
    page = receipt("ana@a.example", workspace=workspace, now=NOW).as_page()
    assert "Lumen &lt;b&gt;Labs&lt;/b&gt;" in page and "https://lumen.example/withdraw" in page
    document = json.loads(receipt("ana@a.example", workspace=workspace, now=NOW).as_json_ld())
    assert document["dpv:hasConsentControl"][0]["dpv:isExercisedAt"] == {"@id": "https://lumen.example/withdraw"}
    assert document["dpv:hasDataController"]["dpv:hasName"].startswith("Lumen")


def test_a_log_that_was_changed_has_no_receipt(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    with workspace.db.begin() as connection:
        connection.execute(sql("DROP TRIGGER consent_event_no_update"))
        connection.execute(sql("UPDATE consent_event SET body = replace(body, 'given', 'taken')"))
    with pytest.raises(ConsentUnreadable):
        receipt("ana@a.example", workspace=workspace, now=NOW)


def test_each_scope_has_a_row_of_its_own(workspace: Workspace, file_answers: Files) -> None:
    """A yes for one series and a no for another is neither for every session."""
    file_answers(row("ana@a.example"))
    file_answers(
        row("ana@a.example", ALL_NO, at="2026-11-12 09:00:00"),
        form=form_text(notice_id='"other"', scope='"series:other"'),
    )
    states = states_of("ana@a.example", workspace)
    assert states["series:office-hours", Purpose.RECORD] is ConsentStatus.GIVEN
    assert states["series:other", Purpose.RECORD] is ConsentStatus.REFUSED
    assert not any(scope == EVERY_SESSION for scope, _ in states)
    page = receipt("ana@a.example", workspace=workspace, now=NOW).as_page()
    assert "every session" not in page and "series:other" in page


def test_a_session_of_which_the_series_is_not_known_has_the_most_restrictive(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"))
    file_answers(
        row("ana@a.example", ALL_NO, at="2026-11-12 09:00:00"),
        form=form_text(notice_id='"other"', scope='"series:other"'),
    )
    own = form_text(notice_id='"own"', scope='"session:2026-11-18-aaaaaaaa"')
    file_answers(row("ana@a.example", at="2026-11-11 09:00:00"), form=own)
    states = states_of("ana@a.example", workspace)
    assert states["session:2026-11-18-aaaaaaaa", Purpose.RECORD] is ConsentStatus.REFUSED


def test_the_yes_of_a_guardian_and_an_age_read_back(workspace: Workspace, file_answers: Files) -> None:
    columns = {**COLUMNS, "Child": "for_email", "Guardian?": "guardian", "16 or older?": "of_age"}
    form = form_text(columns=columns, notice_id='"guardians"')
    header = [*HEADER, "Child", "Guardian?", "16 or older?"]
    file_answers([*row("ana@a.example"), "kid@a.example", "Yes", "Yes"], header=header, form=form)
    file_answers([*row("bo@b.example"), "", "", "Yes"], header=header, form=form)
    assert export_dpv(None, workspace=workspace, now=NOW)
