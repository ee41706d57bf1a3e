"""Microsoft Forms as xlsx and CSV, with what its exports are known to do."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest

from pipeline.errors import InputRefused
from pipeline.store import Workspace
from tests.consent.tables import (
    Rows,
    aliases,
    as_csv,
    as_xlsx,
    bodies,
    bring_in,
    kept_rows,
    mapping,
    rows_on_file,
    states,
)

RECORD, ADDRESS = "May we record – and transcribe?", "Your address"
COLUMNS = {RECORD: "purpose:record,transcribe", ADDRESS: "typed_email"}
HEADER = ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time", ADDRESS, RECORD]
FORM = mapping("microsoft", COLUMNS, timezone='"Europe/Berlin"', date_format='"%m/%d/%y %H:%M:%S"')
SENT = datetime(2026, 8, 20, 12, 51, 45)


def row(
    email: str = "ana@a.example", answer: str = "Yes;", *, sent: object = SENT, changed: object = ""
) -> list[object]:
    return [1, sent, sent, email, "Ana", changed, "", answer]


def test_a_workbook_is_read(workspace: Workspace) -> None:
    done = bring_in(workspace, as_xlsx([HEADER, row(), row("bo@b.example", "No")]), FORM)
    assert (done.rows, done.events, done.people, done.unread) == (2, 4, 2, ())
    assert {event["indicated_at"] for event in bodies(workspace)} == {"2026-08-20T10:51:45+00:00"}
    assert [event["state"] for event in bodies(workspace)] == ["given", "given", "refused", "refused"]


def test_csv_and_workbook_are_the_same_answers(workspace: Workspace) -> None:
    bring_in(workspace, as_xlsx([HEADER, row(sent=SENT.replace(microsecond=1_000))]), FORM)
    again = bring_in(workspace, as_csv([["Id", *HEADER[1:]], row(sent="8/20/26 12:51:45")]), FORM)
    assert (again.events, again.on_file) == (0, 2)


@pytest.mark.parametrize("dash", ["–", "\x96"])
def test_windows_dashes_in_a_header(dash: str, workspace: Workspace) -> None:
    header = [name.replace("–", dash) for name in HEADER]
    table: Rows = [header, row(sent="8/20/26 12:51:45")]
    assert bring_in(workspace, as_csv(table, encoding="cp1252" if dash == "–" else "utf-8"), FORM).events == 2


@pytest.mark.parametrize("nobody", ["anonymous", "Anonymous", ""])
def test_anonymous_is_nobody(nobody: str, workspace: Workspace) -> None:
    named = [1, SENT, SENT, nobody, nobody or "Anonymous", "", "ana@a.example", "Yes"]
    bring_in(workspace, as_xlsx([HEADER, named]), FORM)
    assert aliases(workspace) == [("email", "self_asserted")]
    before = rows_on_file(workspace)
    with pytest.raises(InputRefused, match=r"^line 3, column 4: neither an e-mail"):
        bring_in(workspace, as_xlsx([HEADER, named, row(nobody)]), FORM)
    assert rows_on_file(workspace) == before


def test_quiz_columns_are_passed_over_by_rule(workspace: Workspace) -> None:
    quiz = ["Total points", "Quiz feedback", f"Points - {RECORD}", f"Feedback – {RECORD}"]
    assert bring_in(workspace, as_xlsx([[*HEADER, *quiz], [*row(), 3, "", 1, "good"]]), FORM).events == 2
    with pytest.raises(InputRefused, match=r"^line 1, column 9: .*'Pointless - x'"):
        bring_in(workspace, as_xlsx([[*HEADER, "Pointless - x"]]), FORM)


def test_a_changed_row_says_yes_only_from_its_change(workspace: Workspace) -> None:
    bring_in(
        workspace,
        as_xlsx([HEADER, row(changed=datetime(2026, 9, 1, 10)), row("b@b.example", "No", changed="9/2/26 8:00:00")]),
        FORM,
    )
    assert [event["effective_from"][:10] for event in bodies(workspace)] == ["2026-09-01"] * 2 + ["2026-08-20"] * 2
    assert {event["indicated_at"][:10] for event in bodies(workspace)} == {"2026-08-20"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [("Yes;", "given"), ("Yes;No;", "refused"), ("No", "refused"), ("Yes;Perhaps;", "unknown"), (";", "unknown")],
)
def test_answers_that_end_in_a_separator(answer: str, state: str, workspace: Workspace) -> None:
    bring_in(workspace, as_xlsx([HEADER, row(answer=answer)]), FORM)
    assert set(states(workspace).values()) == {state}


def test_an_edited_row_keeps_the_old_answer_and_both_rows(workspace: Workspace) -> None:
    bring_in(workspace, as_xlsx([HEADER, row(answer="No")]), FORM)
    bring_in(workspace, as_xlsx([HEADER, row(answer="Yes")]), FORM)
    assert [event["state"] for event in bodies(workspace)] == ["refused", "refused", "given", "given"]
    kept = {event["evidence"][1].partition(":")[0] for event in bodies(workspace)}
    assert kept == {source for source, *_ in kept_rows(workspace)}
    assert len(kept) == 2


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (as_xlsx([HEADER, row(answer="=1+1")]), "line 2, column 8: a formula"),
        (as_xlsx([HEADER, row(sent=46254.5)]), "line 2, column 3: not a time"),
        (as_xlsx([HEADER, row()], other=[["x"]]), "line 1, column 1: 2 sheets"),
        (as_xlsx([HEADER, [*row(), "more"]]), "line 2, column 9: 9 cells under 8"),
        (as_xlsx([HEADER, row()])[:-200], "line 1, column 1: not a workbook"),
        (as_xlsx([]), "line 1, column 1: 2 mapped columns"),
        (b"PK\x03\x04", "line 1, column 1: not a workbook"),
    ],
)
def test_what_is_no_such_table_is_refused(content: bytes, place: str, workspace: Workspace) -> None:
    before = rows_on_file(workspace)
    with pytest.raises(InputRefused, match=r"^" + place):
        bring_in(workspace, content, FORM)
    assert rows_on_file(workspace) == before


def test_a_row_number_that_no_sheet_has_does_not_hang(workspace: Workspace) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx([HEADER, row()]))) as book, zipfile.ZipFile(out, "w") as changed:
        for name in book.namelist():
            changed.writestr(name, book.read(name).replace(b'<row r="2"', b'<row r="2000000000"'))
    with pytest.raises(InputRefused, match=r"^line 1048577, column 1: this workbook has too many rows"):
        bring_in(workspace, out.getvalue(), FORM)


def test_an_ambiguous_date_in_text_stops_it(workspace: Workspace) -> None:
    with pytest.raises(InputRefused, match=r"^line 2, column 3: day and month"):
        bring_in(workspace, as_csv([HEADER, row(sent="8/9/26 12:51:45")]), mapping("microsoft", COLUMNS))
