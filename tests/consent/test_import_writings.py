"""Tables of answers as spreadsheets and platforms write them: delimiters, zone names, reports with a preamble."""

from __future__ import annotations

import pytest

from pipeline.errors import InputRefused
from pipeline.store import Workspace
from tests.consent.tables import aliases, bodies, bring_in, mapping

RECORD = "May we record, and keep it?"
FORM = mapping("google", {RECORD: "purpose:record,transcribe"}, timezone='"America/New_York"')
NBSP, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def table(when: str, *, delimiter: str = ",") -> bytes:
    cells = [["Timestamp", "Email Address", RECORD], [when, "ana@a.example", "Yes"]]
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\n" for row in cells).encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_delimiter_is_read(workspace: Workspace, delimiter: str) -> None:
    assert bring_in(workspace, table("2026/11/02 9:40:00 PM GMT-3", delimiter=delimiter), FORM).events == 2


@pytest.mark.parametrize(
    ("written", "in_utc"),
    [
        ("2026/11/02 11:07:29 AM EST", "2026-11-02T16:07:29+00:00"),
        ("2026/07/02 11:07:29 AM EDT", "2026-07-02T15:07:29+00:00"),
        ("2026/11/01 1:30:00 AM EDT", "2026-11-01T05:30:00+00:00"),
        ("2026/11/01 1:30:00 AM EST", "2026-11-01T06:30:00+00:00"),
        ("2026/11/02 9:40:00 p. m. GMT-3", "2026-11-03T00:40:00+00:00"),
        (f"2026/11/02 11:07:29{NARROW}a.{NBSP}m. GMT-5", "2026-11-02T16:07:29+00:00"),
        ("Nov 2, 2026, 3:05 PM", "2026-11-02T20:05:00+00:00"),
        ("2026/11/02 下午3:05:00", "2026-11-02T20:05:00+00:00"),
    ],
)
def test_times_are_read_as_google_writes_them(workspace: Workspace, written: str, in_utc: str) -> None:
    bring_in(workspace, table(written), FORM)
    assert {event["indicated_at"] for event in bodies(workspace)} == {in_utc}


@pytest.mark.parametrize(
    "written", ["2026/11/02 11:07:29 AM AST", "2026/11/02 11:07:29 AM EDT", "2026/11/02 11:07 MEZ"]
)
def test_the_name_of_another_zone_is_refused_as_that(workspace: Workspace, written: str) -> None:
    with pytest.raises(InputRefused, match="zone"):
        bring_in(workspace, table(written), FORM)


def test_a_registration_report_with_its_preamble_and_names_apart(workspace: Workspace) -> None:
    columns = {
        "First Name": "name",
        "Last Name": "name",
        "Email": "email",
        "Registration Time": "timestamp",
        "Approval Status": "ignore",
        RECORD: "purpose:record,transcribe",
    }
    form = mapping("other", columns, timezone='"America/New_York"').replace('tool = "other"\n', "")
    report = (
        "Meeting Registration Report\n\n"
        '"Topic","Meeting ID","Scheduled Time"\n"Office hours","847 5984 1045","Nov 18, 2026 10:00 AM"\n\n'
        f'First Name,Last Name,Email,Registration Time,Approval Status,"{RECORD}"\n'
        'Ana,Lima,ana@a.example,"Nov 2, 2026 11:07:29",approved,Yes\n'
    )
    assert bring_in(workspace, report.encode(), form).events == 2
    assert sorted(kind for kind, _ in aliases(workspace)) == ["display_name", "email"], "two columns, one name"
