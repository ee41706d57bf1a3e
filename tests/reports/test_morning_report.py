"""The morning report says why, without a name, and when the table of places is due."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.consent.evaluation.jurisdictions import WARN_BEFORE, rules_of
from pipeline.records import Refused
from pipeline.reports.morning_report import gather
from pipeline.reports.report_files import refresh, render_page, write
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.consent.conftest import NOW, Files, file_answers, person, row, session, workspace

__all__ = ["file_answers", "workspace"]
DUE = min(place.next_review for place in rules_of(Path()).places.values())


def test_each_persons_decisions_stand_in_the_report(workspace: Workspace, file_answers: Files, tmp_path: Path) -> None:
    file_answers(row("ana@a.example"))
    meeting = session(
        person(1, "ana@a.example", name="Nora Unmistakable"), person(2, "new@b.example", name="Xi Unheard")
    )
    Registry(workspace.db).take(tmp_path / "inbox", "f", meeting)
    write(gather(workspace, now=NOW), workspace)
    page = (workspace.reports / "report.html").read_text("utf-8")
    content = json.loads((workspace.reports / "report.json").read_text("utf-8"))
    (line,) = content["lines"]
    cells = {(cell["person"], cell["purpose"]): cell for cell in line["consent"]}
    assert cells["p1", "internal_share"]["rule"] == "U1" and cells["p1", "internal_share"]["evidence"]
    assert cells["p2", "record"]["outcome"] == "hold"
    for cell in cells.values():
        assert cell["reason"].endswith(".") and cell["reason"].split("'")[0] in page and cell["rule"] in page
    assert cells["p1", "internal_share"]["evidence"][0] in page
    assert line["list_authority"] == "host" and "on the host's word" in unescape(page)
    assert "Unmistakable" not in page and "Unheard" not in page and "example" not in page
    assert "<script" not in page


@pytest.mark.parametrize("titles", [False, True])
def test_sessions_are_named_for_people_and_by_title_only_where_settings_say_so(tmp_path: Path, titles: bool) -> None:
    settings = f'[speech]\nengine = "sphinx"\n[report]\ntitles = {str(titles).lower()}\n'
    workspace = Workspace.create(tmp_path / "ws", settings)
    met = session(person(1, "ana@a.example"), platform="zoom", title="Project <Quillon>", duration_s=2820.0)
    Registry(workspace.db).take(tmp_path / "inbox", "f", met)
    report = refresh(workspace, now=NOW)
    name = f"{met.started_at:%Y-%m-%d %H:%M} UTC, zoom, Lumen Labs, 47 min"
    page = (workspace.reports / "report.html").read_text("utf-8")
    (line,) = json.loads((workspace.reports / "report.json").read_text("utf-8"))["lines"]
    assert line["name"] == name and name in page and met.session_id in page
    assert ("Quillon" in page) is titles and ("Project &lt;Quillon&gt;" in page) is titles
    assert line["title"] == ("Project <Quillon>" if titles else "")
    for command in (["status"], ["status", "--json"], ["status", "--paths"], ["report"]):
        shown = CliRunner().invoke(main, [*command, "-w", str(workspace.root)]).output
        assert name in shown and met.session_id in shown and "Quillon" not in shown, command
    assert report.lines[0].title == "", "the terminal tells no title"


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (DUE - WARN_BEFORE - timedelta(days=1), None),
        (DUE - WARN_BEFORE, "due for review"),
        (DUE, "due for review"),
        (DUE + timedelta(days=1), "overdue"),
    ],
)
def test_a_review_is_announced_weeks_before_and_when_overdue(
    workspace: Workspace, today: date, says: str | None
) -> None:
    at = datetime.combine(today, NOW.timetz())
    warned = rules_of(workspace.root).warnings(today)
    page = render_page(gather(workspace, now=at, warnings=warned))
    assert (says in page) if says else not warned


def test_a_refused_folder_is_named_with_its_reason_where_paths_are_asked_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    refused = Refused(reason="media file 1 of 1 is empty", action="copy the recording again")
    Registry(workspace.db).take(tmp_path / "Call with Halcyon", "f", refused)
    plain, named, machine = (
        CliRunner().invoke(main, ["status", *more, "-w", str(workspace.root)]).output
        for more in ([], ["--paths"], ["--paths", "--json"])
    )
    assert "Halcyon" not in plain and "`offrecord status --paths` names it" in plain
    for shown in (plain, named, machine):
        assert refused.reason in shown and refused.action in shown
    assert f"folder: {tmp_path / 'Call with Halcyon'}" in named
    (line,) = json.loads(machine)
    assert line["folders"] == [str(tmp_path / "Call with Halcyon")]
