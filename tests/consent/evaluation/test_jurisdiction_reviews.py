"""Reviews of the rules of places: recorded by one command, and no wider than what was looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import common, main
from pipeline.consent.evaluation.jurisdiction_reviews import HOLDS_FOR, record_review, rule_reviews
from pipeline.consent.evaluation.jurisdictions import FILE_NAME, rules_of
from pipeline.consent.evaluation.rule_tables import Law
from pipeline.errors import ConfigurationError, UsageProblem
from pipeline.reports import doctor
from pipeline.store import Workspace
from tests.consent.evaluation.test_jurisdictions import ROW

SHIPPED = rules_of(Path())
LATE = max(row.next_review for row in SHIPPED.rows()) + timedelta(days=100)
"""A day on which every shipped row is overdue."""


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


def review(workspace: Workspace, *codes: str, by: str = "R. Ruiz", source: str = "our counsel", on: date = LATE) -> int:
    return len(record_review(workspace, codes, by=by, source=source, on=on))


def states(workspace: Workspace, on: date) -> set[str]:
    return {row.state for row in rule_reviews(workspace, on)}


def test_one_review_makes_every_overdue_rule_hold_again_for_a_year(workspace: Workspace) -> None:
    assert states(workspace, LATE) == {"overdue"}
    before = rules_of(workspace.root)
    assert review(workspace) == len(SHIPPED.places)
    rules = rules_of(workspace.root)
    assert (states(workspace, LATE), rules.warnings(LATE)) == ({"current"}, ())
    assert len(rules.rows()) == len(SHIPPED.rows()) and rules.version != before.version
    for code, place in SHIPPED.places.items():
        assert before.law_at(code, today=LATE) is Law.UNKNOWN
        assert rules.law_at(code, today=LATE + HOLDS_FOR) is place.law(place.reviewed_on)
        assert rules.law_at(code, today=LATE + HOLDS_FOR + timedelta(days=1)) is Law.UNKNOWN
    assert review(workspace) == 0, "nothing is due any more"


def test_a_review_of_some_places_says_nothing_of_others(workspace: Workspace) -> None:
    assert review(workspace, "us-ny", "DE") == 2
    rules = rules_of(workspace.root)
    assert {code for code in rules.places if rules.law_at(code, today=LATE) is not Law.UNKNOWN} == {"US-NY", "DE"}


def test_a_review_confirms_the_rule_that_was_looked_at_and_no_other(workspace: Workspace) -> None:
    review(workspace, "US-NY")
    path = workspace.root / FILE_NAME
    path.write_text(path.read_text("utf-8") + ROW.replace("consent_express", "consent_by_notice"), "utf-8")
    assert rules_of(workspace.root).law_at("US-NY", today=LATE) is Law.UNKNOWN


def test_a_review_never_shortens_what_a_row_says(workspace: Workspace) -> None:
    row = ROW.replace("next_review = 2027-01-01", "next_review = 2099-01-01")
    (workspace.root / FILE_NAME).write_text(row, "utf-8")
    review(workspace, "US-NY")
    assert rules_of(workspace.root).places["US-NY"].next_review == date(2099, 1, 1)


def test_what_stood_in_the_file_stays_and_any_text_is_written_rightly(workspace: Workspace) -> None:
    path = workspace.root / FILE_NAME
    before = path.read_text("utf-8")
    review(workspace, "US-NY", by='R. "Rudi" Ruiz \\ Söhne 😀', source="counsel's letter")
    assert path.read_text("utf-8").startswith(before)
    assert rules_of(workspace.root).places["US-NY"].reviewed_by == 'R. "Rudi" Ruiz \\ Söhne 😀'
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "  ", "two\nlines", "\x7f"])
def test_what_is_no_line_of_text_is_refused_and_nothing_is_written(workspace: Workspace, text: str) -> None:
    before = (workspace.root / FILE_NAME).read_bytes()
    with pytest.raises(UsageProblem):
        review(workspace, "US-NY", by=text)
    with pytest.raises(UsageProblem):
        review(workspace, "US-NY", source=text)
    with pytest.raises(UsageProblem, match="has no ZZ"):
        review(workspace, "US-NY", "ZZ")
    assert (workspace.root / FILE_NAME).read_bytes() == before


def test_a_broken_review_stops_everything_and_says_where(workspace: Workspace) -> None:
    review(workspace, "US-NY")
    path = workspace.root / FILE_NAME
    path.write_text(re.sub(r"next_review = .*\n\[review", "next_review = 'soon'\n[review", path.read_text("utf-8")))
    line = path.read_text("utf-8").splitlines().index("[[review]]") + 1
    with pytest.raises(ConfigurationError, match=re.escape(f"line {line}: key 'review[1].next_review'")):
        rules_of(workspace.root)


def test_the_commands_record_it_and_the_doctor_and_the_report_ask_for_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = common.now().replace(year=LATE.year + 1)
    for module in ("jurisdictions", "nightly"):
        monkeypatch.setattr(f"pipeline.cli.{module}.now", lambda: at)
    on_it = ["--workspace", str(workspace.root)]
    examined = {check.what: check for check in doctor.examine(workspace, at.date())}["rules of places"]
    assert not examined.ok and "offrecord consent jurisdictions review" in examined.action
    assert "offrecord consent jurisdictions review" in CliRunner().invoke(main, ["report", *on_it]).output
    arguments = ["consent", "jurisdictions", "review", "--by", "R. Ruiz", "--source", "counsel", *on_it]
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.output) == (0, f"{len(SHIPPED.places)} places reviewed, for a year\n")
    rows = json.loads(CliRunner().invoke(main, ["consent", "jurisdictions", "list", "--json", *on_it]).output)
    assert {(row["state"], row["reviewed_by"]) for row in rows} == {("current", "R. Ruiz")}
    assert doctor.examine(workspace, at.date())
    noted = workspace.ledger.under("jurisdictions-reviewed", "")
    assert len(noted) == 1 and "Ruiz" not in noted[0][1]
    assert CliRunner().invoke(main, arguments).output == "no review is due\n"
