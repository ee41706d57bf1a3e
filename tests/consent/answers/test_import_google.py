"""Google Forms and the Sheets linked to them, with what their exports are known to do."""

from __future__ import annotations

import pytest

from pipeline.errors import InputRefused, UsageProblem
from pipeline.store import Workspace
from tests.consent.tables import aliases, as_csv, as_xlsx, bodies, bring_in, mapping, rows_on_file, states

RECORD = "May we record?"
COLUMNS = {RECORD: "purpose:record,transcribe"}
HEADER = ["Timestamp", "Email Address", RECORD]
FORM = mapping(
    "google", COLUMNS, timezone='"Europe/Berlin"', date_format='["%m/%d/%Y %H:%M:%S", "%Y/%m/%d %I:%M:%S %p"]'
)
PLAIN = mapping("google", COLUMNS, timezone='"Europe/Berlin"')
TICKS = mapping(
    "google",
    {"What may we do?": "ticks:record,transcribe,internal_share"},
    ticks="'Record' = 'record'\n'Record, transcribe' = 'record,transcribe'\n'Share' = 'internal_share'\n'None' = ''",
)


@pytest.mark.parametrize(
    ("written", "in_utc"),
    [
        ("5/10/2026 09:15:00", "2026-05-10T07:15:00+00:00"),
        ("12/10/2026 09:15:00", "2026-12-10T08:15:00+00:00"),
        ("2026/09/27 3:00:00 PM GMT+3", "2026-09-27T12:00:00+00:00"),
        ("2026/09/27 3:00:00 PM GMT-03:30", "2026-09-27T18:30:00+00:00"),
        ("2026/09/27 12:00:00 AM GMT", "2026-09-27T00:00:00+00:00"),
    ],
)
def test_a_time_is_read_as_the_mapping_says(written: str, in_utc: str, workspace: Workspace) -> None:
    bring_in(workspace, as_csv([HEADER, [written, "ana@a.example", "Yes"]]), FORM)
    assert {event["indicated_at"] for event in bodies(workspace)} == {in_utc}
    assert {event["indicated_text"] for event in bodies(workspace)} == {written}


@pytest.mark.parametrize(
    ("written", "in_utc"),
    [
        ("2026-09-08 14:03:21", "2026-09-08T12:03:21+00:00"),
        ("2026/09/27 3:00:00 PM GMT+3", "2026-09-27T12:00:00+00:00"),
        ("13/5/2026 09:15", "2026-05-13T07:15:00+00:00"),
        ("5/13/2026 09:15:00", "2026-05-13T07:15:00+00:00"),
        ("6.6.2026 09:15:00", "2026-06-06T07:15:00+00:00"),
        ("2026-09-08T14:03:21.250Z", "2026-09-08T14:03:21+00:00"),
    ],
)
def test_without_a_format_only_what_is_certain_is_read(written: str, in_utc: str, workspace: Workspace) -> None:
    bring_in(workspace, as_csv([HEADER, [written, "ana@a.example", "Yes"]]), PLAIN)
    assert {event["indicated_at"] for event in bodies(workspace)} == {in_utc}


@pytest.mark.parametrize(
    ("written", "form", "problem"),
    [
        ("5/10/2026 09:15:00", PLAIN, "day and month"),
        ("5.10.26 09:15", PLAIN, "day and month"),
        ("5/10/2026 09:15:00", FORM.replace("%Y/%m/%d %I:%M:%S %p", "%d/%m/%Y %H:%M:%S"), "day and month"),
        ("31/31/2026 09:15:00", PLAIN, "not a time"),
        ("2026-09-08", PLAIN, "not a time"),
        ("2026-09-08 14:03:21 CET", PLAIN, "zone named there"),
        ("2026-09-08 14:03:21 GMT+99", PLAIN, "not a time"),
        ("2026-09-08 13:00:00 PM", PLAIN, "not a time"),
        ("0001-01-01 00:00:00", PLAIN, "not a time"),
        ("9999-12-31 23:59:59", PLAIN, "not a time"),
        ("2026-10-25 02:30:00", PLAIN, "twice or never"),
        ("2026-09-08 14:03:21", FORM, "not a time in the mapping's date_format"),
    ],
)
def test_a_time_that_is_not_certain_stops_it(written: str, form: str, problem: str, workspace: Workspace) -> None:
    before = rows_on_file(workspace)
    certain = "13/5/2026 09:15" if form is PLAIN else "5/13/2026 09:15:00"
    with pytest.raises(InputRefused, match=rf"^line 3, column 1: .*{problem}"):
        rows = [HEADER, [certain, "bo@b.example", "Yes"], [written, "ana@a.example", "Yes"]]
        bring_in(workspace, as_csv(rows), form)
    assert rows_on_file(workspace) == before
    with pytest.raises(InputRefused, match=rf"^line 3, column 1: .*{problem}"):
        bring_in(workspace, as_csv([HEADER, [certain, "bo@b.example", "No"], [written, "ana@a.example", "Yes"]]), form)
    assert set(states(workspace).values()) <= {"refused"}


@pytest.mark.parametrize(
    ("time", "address"),
    [("Zeitstempel", "E-Mail-Adresse"), ("Horodateur", "Adresse e-mail"), ("Timestamp", "Email address")],
)
def test_localised_columns_are_known(time: str, address: str, workspace: Workspace) -> None:
    done = bring_in(
        workspace, as_csv([[time, address, RECORD], ["2026-09-08 14:03:21", "ana@a.example", "Yes"]]), PLAIN
    )
    assert (done.events, done.people) == (2, 1)


def test_a_typed_address_is_nobodys_word(workspace: Workspace) -> None:
    header = ["Timestamp", "Email Address", RECORD, "Email Address2"]
    rows = [["2026-09-08 14:03:21", "ana@a.example", "Yes", "ANA@work.example"]]
    rows += [
        ["2026-09-09 14:03:21", "bo@b.example", "Yes", " BO@b.example"],
        ["2026-09-10 14:03:21", "", "No", "cy@c.example"],
    ]
    assert bring_in(workspace, as_csv([header, *rows]), PLAIN).people == 3
    assert aliases(workspace) == [*[("email", "email_link")] * 2, *[("email", "self_asserted")] * 2]


@pytest.mark.parametrize("separator", [";", ", "])
@pytest.mark.parametrize(
    ("ticked", "said"),
    [
        (["Record, transcribe", "Share"], ("given", "given", "given")),
        (["Share"], ("refused", "refused", "given")),
        (["Record", "Share"], ("given", "refused", "given")),
        ([], ("refused", "refused", "refused")),
        (["None"], ("refused", "refused", "refused")),
        (["Record", "Sing"], ("unknown", "unknown", "unknown")),
    ],
)
def test_ticked_answers(separator: str, ticked: list[str], said: tuple[str, ...], workspace: Workspace) -> None:
    header = ["Timestamp", "Email Address", "What may we do?"]
    done = bring_in(workspace, as_csv([header, ["2026-09-08 14:03:21", "a@a.example", separator.join(ticked)]]), TICKS)
    assert tuple(states(workspace).values()) == said
    assert done.unread == (("line 2, column 3",) if "Sing" in ticked else ())


def test_a_reworded_question_is_named(workspace: Workspace) -> None:
    with pytest.raises(
        InputRefused, match=r"^line 1, column 3: this header is not in the form mapping: 'May we tape\?'"
    ):
        bring_in(workspace, as_csv([["Timestamp", "Email Address", "May we tape?"]]), PLAIN)


def test_a_table_without_header_shows_nothing_of_itself(workspace: Workspace) -> None:
    with pytest.raises(InputRefused, match=r"^line 1, column 1: ") as caught:
        bring_in(workspace, as_csv([["2026-09-08 14:03:21", "ana@a.example", "Yes"]]), PLAIN)
    assert "2026" not in str(caught.value)
    assert "ana" not in str(caught.value)


@pytest.mark.parametrize("header", [["Email Address", RECORD], ["Timestamp", RECORD]])
def test_who_and_when_must_be_there(header: list[str], workspace: Workspace) -> None:
    with pytest.raises(InputRefused, match=r"^line 1, column 3: no column is the"):
        bring_in(workspace, as_csv([header]), PLAIN)


def test_two_columns_cannot_both_be_the_address(workspace: Workspace) -> None:
    with pytest.raises(InputRefused, match=r"^line 1, column 3: a second column is the email"):
        bring_in(workspace, as_csv([["Timestamp", "Email Address", "E-Mail-Adresse", RECORD]]), PLAIN)


def test_a_sheet_as_xlsx_and_the_same_as_csv_are_one(workspace: Workspace) -> None:
    rows = [HEADER, ["2026-09-08 14:03:21", "ana@a.example", "Yes"]]
    assert bring_in(workspace, as_csv(rows), PLAIN).events == 2
    assert bring_in(workspace, as_xlsx(rows), PLAIN).events == 0


def test_labels_must_be_for_purposes_that_are_asked_for(workspace: Workspace) -> None:
    with pytest.raises(UsageProblem, match="ticks"):
        bring_in(workspace, b"", TICKS.replace("'Share' = 'internal_share'", "'Share' = 'public_quote'"))
