"""The importer files every answer once, or stops at line and column with nothing written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.consent.answers.importer import import_answers
from pipeline.errors import InputRefused, UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.database import reading
from pipeline.store.tables.consent import alias, consent_event, notice, party
from tests.consent.conftest import (
    ALL_NO,
    ALL_YES,
    ANSWERS,
    BEFORE,
    COLUMNS,
    HEADER,
    NOW,
    Files,
    form_text,
    row,
)


def bodies(workspace: Workspace) -> list[dict[str, str]]:
    with reading(workspace.db) as connection:
        return [json.loads(text) for text in connection.execute(select(consent_event.c.body)).scalars()]


def count(workspace: Workspace) -> int:
    with reading(workspace.db) as connection:
        return sum(len(connection.execute(select(table)).all()) for table in (party, alias, notice, consent_event))


def test_every_answer_becomes_an_event(workspace: Workspace, file_answers: Files) -> None:
    done = file_answers(row("ana@a.example", ("Yes", "No", "", "Ask me later")))
    assert (done.rows, done.events, done.people, done.on_file) == (1, 5, 1, 0)
    assert {event["purpose"]: event["state"] for event in bodies(workspace)} == {
        "record": "given",
        "transcribe": "given",
        "internal_improve": "refused",
        "internal_share": "refused",
        "public_recording": "requested",
    }


def test_an_event_keeps_its_evidence_and_when_it_ends(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    by_purpose = {event["purpose"]: event for event in bodies(workspace)}
    assert not by_purpose["record"]["valid_until"]
    assert by_purpose["internal_share"]["valid_until"] == "2027-11-10T09:00:00+00:00"
    assert by_purpose["record"]["indicated_text"] == BEFORE
    assert by_purpose["record"]["evidence"][0] == "form_row"
    assert len(by_purpose["record"]["notice"]) == 64


def test_importing_again_adds_nothing(workspace: Workspace, file_answers: Files) -> None:
    rows = (row("ana@a.example"), row("bo@b.example", ALL_NO))
    file_answers(*rows)
    before = count(workspace)
    again = file_answers(*rows, row("  ANA@a.example "), now=NOW + timedelta(days=1))
    assert (again.events, again.on_file, again.people) == (0, 10, 0)
    assert count(workspace) == before


def test_dots_and_plus_make_another_address(file_answers: Files) -> None:
    done = file_answers(row("j.doe+oh@c.example"), row("jdoe@c.example"), row("J.Doe+OH@c.example"))
    assert done.people == 2


def test_an_edited_row_becomes_an_event_and_the_old_one_stays(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO))
    edited = file_answers(row("ana@a.example", ALL_YES), now=NOW)
    assert edited.events == 5
    first, *_, last = bodies(workspace)
    assert (first["state"], first["effective_from"]) == ("refused", "2026-11-10T09:00:00+00:00")
    assert (last["state"], last["effective_from"]) == ("given", NOW.isoformat())


def test_a_no_counts_from_the_rows_own_time(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_YES))
    file_answers(row("ana@a.example", ALL_NO))
    assert bodies(workspace)[-1]["effective_from"] == "2026-11-10T09:00:00+00:00"


def test_an_old_copy_of_the_table_opens_nothing_again(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_YES))
    file_answers(row("ana@a.example", ALL_NO))
    assert file_answers(row("ana@a.example", ALL_YES)).events == 0
    assert bodies(workspace)[-1]["state"] == "refused"


def test_going_back_to_no_counts_again(workspace: Workspace, file_answers: Files) -> None:
    for answers in (ALL_NO, ALL_YES, ALL_NO):
        file_answers(row("ana@a.example", answers))
    assert [event["state"] for event in bodies(workspace)][-1] == "refused"
    assert file_answers(row("ana@a.example", ALL_NO)).events == 0


def test_rows_of_one_moment_that_disagree_are_closed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(
        row("ana@a.example", ("Yes", "Yes", "Yes", "Ask me later")), row("ana@a.example", ("No", "Yes", "Yes", "Yes"))
    )
    states = {event["purpose"]: event["state"] for event in bodies(workspace)}
    assert states["record"] == "refused"
    assert states["internal_share"] == "given"
    assert states["public_recording"] == "unknown"


def test_an_answer_without_a_meaning_is_unknown_and_named(workspace: Workspace, file_answers: Files) -> None:
    done = file_answers(row("ana@a.example", ("Yes", "Perhaps", "Yes", "Yes")))
    assert done.unread == ("line 2, column 6",)
    assert {event["state"] for event in bodies(workspace) if event["purpose"] == "internal_improve"} == {"unknown"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [("Nope", "refused"), ("no thanks!", "refused"), ("NO.", "refused"), ("Yep", "unknown"), ("no problem", "unknown")],
)
def test_a_plain_no_that_the_mapping_lacks_closes_and_a_plain_yes_opens_nothing(
    answer: str, state: str, workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example", ("Yes", answer, "Yes", "Yes")))
    assert {event["state"] for event in bodies(workspace) if event["purpose"] == "internal_improve"} == {state}


def test_bom_crlf_quotes_and_newlines_in_cells_are_read(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "form.toml").write_text(form_text(), "utf-8")
    lines = [
        ",".join(HEADER),
        f'{BEFORE},ana@a.example,"A,\n""Ana""",,Yes,Yes,Yes,No',
        f"bad,bo@b.example,,,{'Yes,' * 3}No",
    ]
    (tmp_path / "answers.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    with pytest.raises(InputRefused, match=r"^line 4, column 1: "):
        import_answers(tmp_path / "answers.csv", tmp_path / "form.toml", workspace=workspace, now=NOW)
    (tmp_path / "answers.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines[:2]).encode() + b"\r\n\r\n")
    done = import_answers(tmp_path / "answers.csv", tmp_path / "form.toml", workspace=workspace, now=NOW)
    assert (done.rows, done.unread) == (1, ())


ZONED = form_text(timezone='"Europe/Berlin"', date_format='"%d/%m/%Y %H:%M:%S"')


@pytest.mark.parametrize(
    ("rows", "header", "form", "place"),
    [
        ([row("a@a.example")], [*HEADER[:4], "Record you?", *HEADER[5:]], "", "line 1, column 5: "),
        ([row("a@a.example")], [*HEADER[:5], *HEADER[4:7]], "", "line 1, column 6: this header occurs twice"),
        ([row("a@a.example")[:-1]], HEADER[:-1], "", "line 1, column 8: 1 mapped columns are missing"),
        ([], [], "", "line 1, column 1: 8 mapped columns are missing"),
        ([row("a@a.example")[:-1]], HEADER, "", "line 2, column 8: 7 cells under 8 headers"),
        ([[*row("a@a.example"), "x"]], HEADER, "", "line 2, column 9: 9 cells under 8 headers"),
        ([row("a@a.example", at="11/10/2026 09:00:00")], HEADER, "", "line 2, column 1: not a time"),
        ([row("a@a.example", at="")], HEADER, "", "line 2, column 1: not a time"),
        ([row("a@a.example", at="11/13/2026 09:00:00")], HEADER, ZONED, "line 2, column 1: not a time"),
        ([row("a@a.example", at="25/10/2026 02:30:00")], HEADER, ZONED, "line 2, column 1: this time is there twice"),
        ([row("a@a.example", at="29/03/2026 02:30:00")], HEADER, ZONED, "line 2, column 1: this time is there twice"),
        ([row("a@a.example"), row("anonymous")], HEADER, "", "line 3, column 2: not an e-mail address"),
        ([row("a@a.example"), row("")], HEADER, "", "line 3, column 2: neither an e-mail nor a platform id"),
    ],
)
def test_what_is_uncertain_stops_at_line_and_column(
    rows: list[list[str]], header: list[str], form: str, place: str, workspace: Workspace, file_answers: Files
) -> None:
    before = count(workspace)
    with pytest.raises(InputRefused, match="^" + place) as caught:
        file_answers(*rows, header=header, form=form)
    assert caught.value.code == 9
    assert "a.example" not in str(caught.value)
    assert count(workspace) == before


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'Timestamp,"Email\n', b'a,b\n"x"y,2\n'])
def test_what_is_no_utf8_csv_is_refused(content: bytes, workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "form.toml").write_text(form_text(), "utf-8")
    (tmp_path / "answers.csv").write_bytes(content)
    with pytest.raises(InputRefused):
        import_answers(tmp_path / "answers.csv", tmp_path / "form.toml", workspace=workspace, now=NOW)


def test_times_are_read_in_the_forms_zone(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", at="05/07/2026 09:15:00"), form=ZONED)
    assert bodies(workspace)[0]["indicated_at"] == datetime(2026, 7, 5, 7, 15, tzinfo=UTC).isoformat()


def test_a_notice_version_never_changes(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    before = count(workspace)
    with pytest.raises(InputRefused, match="another text or mapping"):
        file_answers(row("bo@b.example"), form=form_text(text='"We record. May we please?"'))
    assert count(workspace) == before
    assert file_answers(row("bo@b.example"), form=form_text(text='"New words."', version='"2"')).events == 5


WITHDRAWAL_COLUMNS = {"Timestamp": "timestamp", "Email": "email", "What?": "withdraws"}
WITHDRAWAL = form_text(
    notice_id='"withdrawal"',
    scope='"any"',
    columns=WITHDRAWAL_COLUMNS,
    answers={},
    withdraws={"Publishing": "public_recording,public_quote"},
)


@pytest.mark.parametrize(
    ("cell", "purposes", "state"),
    [
        ("Everything", 10, "withdrawn"),
        ("publishing", 2, "withdrawn"),
        ("record, transcribe", 2, "withdrawn"),
        ("record; Publishing;", 3, "withdrawn"),
        ("record; the moon", 9, "unknown"),
        ("", 0, "withdrawn"),
    ],
)
def test_a_withdrawal_form(cell: str, purposes: int, state: str, workspace: Workspace, file_answers: Files) -> None:
    file_answers([BEFORE, "ana@a.example", cell], header=list(WITHDRAWAL_COLUMNS), form=WITHDRAWAL)
    events = bodies(workspace)
    assert len(events) == purposes
    assert {event["state"] for event in events} <= {state}


@pytest.mark.parametrize(
    ("form", "key"),
    [
        (form_text(colour='"red"'), "colour"),
        (form_text(scope='"everything"'), "scope"),
        (form_text(scope='"any"'), "scope"),
        (form_text(date_format='"%d/%m %H:%M"'), "date_format"),
        (form_text(timezone='"Mars/Olympus"'), "timezone"),
        (form_text(text='" "'), "text"),
        (form_text(names_purposes='["record"]'), "names_purposes"),
        (form_text(names_purposes='["record", "fun"]'), "names_purposes"),
        (
            form_text(names_purposes='["code_publish"]', columns=COLUMNS | {"C": "purpose:code_publish"}),
            "names_purposes",
        ),
        (form_text(columns=COLUMNS | {"More": "purpose:fun"}), "columns"),
        (form_text(columns=COLUMNS | {"More": "platform"}), "columns"),
        (form_text(columns=COLUMNS | {"More": "feeling"}), "columns"),
        (form_text(columns=COLUMNS | {"Time 2": "timestamp"}), "columns"),
        (form_text(columns=COLUMNS | {"Email 2": "email"}), "columns"),
        (form_text(columns={"Timestamp": "timestamp", "Record?": "purpose:record"}), "columns"),
        (form_text(columns={"Timestamp": "timestamp", "Email": "email"}), "columns"),
        (form_text(answers=ANSWERS | {"Maybe": "perhaps"}), "answers"),
        (form_text(withdraws={"Fun": "fun"}), "withdraws"),
        (form_text(options={"verified": "true"}), "options"),
        ("notice_id = ", "TOML"),
    ],
)
def test_a_mapping_that_is_wrong_names_its_key(form: str, key: str, workspace: Workspace, file_answers: Files) -> None:
    with pytest.raises(UsageProblem, match=key) as caught:
        file_answers(row("ana@a.example"), form=form)
    assert caught.value.code == 2
    assert count(workspace) == 0


def test_what_an_import_takes_back(workspace: Workspace, file_answers: Files) -> None:
    first = file_answers(row("ana@a.example"), row("bo@b.example", ALL_NO))
    assert first.withdrawals == (), "a first no takes back nothing"
    edited = row("ana@a.example", ("Yes", "Yes", "No", "Yes"))
    done = file_answers(edited, row("bo@b.example", ALL_NO, at="2026-11-11 09:00:00"))
    (filed,) = withdrawals.read(workspace.db)
    assert (filed.withdrawal_id,) == done.withdrawals
    assert (filed.purposes, filed.session_id, filed.erase) == ((Purpose.INTERNAL_SHARE,), None, False)
    assert file_answers(edited).withdrawals == ()
    own = form_text(scope='"session:2026-11-18-aaaaaaaa"', notice_id='"other"')
    withdrawn = row("cy@c.example", ("I withdraw",) * 4, at="2026-11-12 09:00:00")
    assert len(file_answers(withdrawn, form=own).withdrawals) == 1
    assert {withdrawal.session_id for withdrawal in withdrawals.read(workspace.db)} == {None, "2026-11-18-aaaaaaaa"}
