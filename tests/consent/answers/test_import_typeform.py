"""Typeform exports, with what they are known to do."""

from __future__ import annotations

import pytest

from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.errors import InputRefused, UsageProblem
from pipeline.store import Workspace
from tests.consent.conftest import person, session
from tests.consent.tables import as_csv, bodies, bring_in, mapping, rows_on_file, states

RECORD, IMPROVE, SHARE = "May we record?", "Learn from it", "Share it"
COLUMNS = {
    "Your email": "email",
    RECORD: "purpose:record,transcribe",
    IMPROVE: "choice:internal_improve",
    SHARE: "choice:internal_share",
}
FIXED = ["Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags", "Ending"]
HEADER = ["#", *COLUMNS, *FIXED]
FORM = mapping("typeform", COLUMNS, timezone="", answers="")


def row(
    *answers: str, email: str = "ana@a.example", kind: str = "completed", sent: str = "2026-09-08 14:03:21"
) -> list[str]:
    said = answers or ("1", IMPROVE, "")
    return ["abc123", email, *said, kind, "2026-09-08 13:58:00", "2026-09-08 14:00:00", sent, "n3t", "", "Thanks"]


def table(*rows: list[str]) -> bytes:
    return b"\xef\xbb\xbf" + as_csv([HEADER, *rows])


def test_a_response_with_bom_ones_and_one_column_a_choice(workspace: Workspace) -> None:
    done = bring_in(workspace, table(row()), FORM)
    assert (done.rows, done.events, done.unread) == (1, 4, ())
    assert states(workspace) == {
        "record": "given",
        "transcribe": "given",
        "internal_improve": "given",
        "internal_share": "refused",
    }
    assert bodies(workspace)[0]["indicated_at"] == "2026-09-08T14:03:21+00:00"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("0", "", ""), ("refused", "refused", "refused", "refused")),
        (("1", "1", "0"), ("given", "given", "given", "refused")),
        (("true", IMPROVE.upper(), SHARE), ("unknown", "unknown", "given", "given")),
        (("", "Something else", SHARE), ("refused", "refused", "unknown", "given")),
    ],
)
def test_what_cells_say(answers: tuple[str, ...], said: tuple[str, ...], workspace: Workspace) -> None:
    bring_in(workspace, table(row(*answers)), FORM)
    assert tuple(states(workspace).values()) == said


@pytest.mark.parametrize("kind", ["partial", "started", "Partial"])
def test_a_partial_response_is_requested_and_shows_no_notice(kind: str, workspace: Workspace) -> None:
    bring_in(workspace, table(row("1", "", SHARE, kind=kind, sent="")), FORM)
    assert set(states(workspace).values()) == {"requested"}
    assert {event["notice"] for event in bodies(workspace)} == {None}
    assert {event["indicated_at"] for event in bodies(workspace)} == {"2026-09-08T14:00:00+00:00"}


def test_a_no_in_a_partial_response_is_heard(workspace: Workspace) -> None:
    bring_in(workspace, table(row("0", "", "", kind="partial", sent="")), FORM)
    assert states(workspace) == {
        "record": "refused",
        "transcribe": "refused",
        "internal_improve": "requested",
        "internal_share": "requested",
    }


def test_a_partial_response_of_nobody_is_passed_over(workspace: Workspace) -> None:
    done = bring_in(workspace, table(row(email="", kind="partial"), row()), FORM)
    assert (done.rows, done.events, done.people) == (1, 4, 1)


def test_a_partial_response_that_is_finished_later_is_a_further_answer(workspace: Workspace) -> None:
    bring_in(workspace, table(row(kind="partial", sent="")), FORM)
    assert bring_in(workspace, table(row()), FORM).events == 4
    assert states(workspace)["record"] == "given"
    snapshot = read_snapshot(session(person(1, "ana@a.example")), workspace=workspace)
    assert snapshot.matches["p1"].identity is Identity.MATCHED


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (table(row(kind="abandoned")), "line 2, column 6: this response type"),
        (table(row(kind="")), "line 2, column 6: this response type"),
        (table(row(sent="")), "line 2, column 9: not a time"),
        (
            table(row(email=""), row(email="")),
            "line 2, column 2: neither an e-mail.*line 3, column 2: neither an e-mail",
        ),
        (as_csv([[*HEADER, "Hidden"]]), r"line 1, column 13: this header is not in the form mapping: 'Hidden'"),
        (as_csv([[*HEADER, SHARE]]), "line 1, column 13: this header occurs twice"),
    ],
)
def test_what_is_uncertain_stops_it(content: bytes, place: str, workspace: Workspace) -> None:
    before = rows_on_file(workspace)
    with pytest.raises(InputRefused, match="^" + place):
        bring_in(workspace, content, FORM)
    assert rows_on_file(workspace) == before


def test_its_times_are_utc_whatever_somebody_says(workspace: Workspace) -> None:
    with pytest.raises(UsageProblem, match="timezone: Typeform writes UTC"):
        bring_in(workspace, table(row()), mapping("typeform", COLUMNS, timezone='"Europe/Berlin"'))
