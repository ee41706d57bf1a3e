"""Drafts of session.toml: who is in it, what comes from people on file, what is left open, and nothing overwritten."""

from __future__ import annotations

import csv
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.render.making import session as a_session

CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana Ruiz>Hello.\n\n00:03.000 --> 00:04.000\n<v Bo Li>Hi.\n"
HEADER = ["Timestamp", "Email", "Name", "Company", "Where", "Record?"]
FORM = """notice_id = "form"
version = "1"
language = "en"
timezone = "UTC"
scope = "series:{series}"
names_purposes = ["record", "transcribe"]
text = "May we?"
[columns]
Timestamp = "timestamp"
Email = "email"
Name = "name"
Company = "company"
Where = "location"
"Record?" = "purpose:record,transcribe"
[answers]
Yes = "given"
No = "refused"
[options]
email_verified = true
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def file_answers(workspace: Workspace, root: Path, *rows: list[str], series: str = "office-hours") -> None:
    with (root / "answers.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([HEADER, *rows])
    (root / "form.toml").write_text(FORM.format(series=series).replace('"form"', f'"{series}"'), "utf-8")
    words = ("consent", "import", root / "answers.csv", "--form", root / "form.toml", "-w", workspace.root)
    done = run(*words)
    assert done.exit_code == 0, done.stderr


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def call(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "call"
    folder.mkdir(parents=True)
    (folder / "call.m4a").write_bytes(b"")
    (folder / "call.vtt").write_text(CAPTIONS, "utf-8")
    return folder


def drafted(workspace: Workspace, call: Path, *words: str) -> tuple[dict[str, Any], str]:
    done = run("session", "draft", call, "-w", workspace.root, *words)
    assert done.exit_code == 0, done.stderr
    return tomllib.loads((call / "session.toml").read_text("utf-8")), done.stderr


def test_company_and_place_come_from_the_answers(workspace: Workspace, tmp_path: Path, call: Path) -> None:
    file_answers(
        workspace,
        tmp_path,
        ["2026-11-02 08:00", "ana@x.example", "Ana Ruiz", "Northwind", "Germany", "Yes"],
        ["2026-11-03 08:00", "ana@x.example", "Ana Ruiz", "Northwind Traders", "Austin, Texas, USA", "Yes"],
        ["2026-11-03 08:00", "bo@x.example", "Bo Li", "", "somewhere", "No"],
    )
    draft, checks = drafted(workspace, call)
    assert draft["participants"] == [
        {"name": "Ana Ruiz", "email": "ana@x.example", "company": "Northwind Traders", "location": "US-TX"},
        {"name": "Bo Li", "email": "bo@x.example"},
    ]
    assert (draft["series"], draft["captions"]) == ("office-hours", "call.vtt")
    assert "started_at" not in draft
    assert "check  started_at:" in checks
    assert "2 addresses are on file under that name alone" in checks
    assert not any(secret in checks for secret in ("Ana", "ana@", "Northwind"))


def test_a_name_of_two_people_is_nobodys(workspace: Workspace, tmp_path: Path, call: Path) -> None:
    rows = (["2026-11-02 08:00", f"{box}@x.example", "Ana Ruiz", box, "DE", "Yes"] for box in ("ana", "ruiz"))
    file_answers(workspace, tmp_path, *rows)
    draft, checks = drafted(workspace, call)
    assert draft["participants"] == [{"name": "Ana Ruiz"}, {"name": "Bo Li"}]
    assert "2 without an address" in checks


def test_what_only_the_host_knows_is_given(workspace: Workspace, tmp_path: Path, call: Path) -> None:
    for series in ("one", "two"):
        file_answers(workspace, tmp_path, ["2026-11-02 08:00", "a@x.example", "A", "", "", "Yes"], series=series)
    words = ("--started-at", "2026-11-18T10:00:00+01:00", "--location", "DE", "--host", "Us", "--complete")
    draft, checks = drafted(workspace, call, *words)
    assert draft["started_at"].isoformat() == "2026-11-18T10:00:00+01:00"
    assert (draft["recorder_location"], draft["host"], draft["participants_complete"]) == ("DE", "Us", True)
    assert "series" not in draft
    assert "check  series:" in checks


def test_people_of_the_hosts_company_are_proposed_as_staff(workspace: Workspace, tmp_path: Path, call: Path) -> None:
    rows = (["2026-11-02 08:00", "ana@x.example", "Ana Ruiz", "Lumen Labs", "DE", "Yes"],)
    file_answers(workspace, tmp_path, *rows, ["2026-11-02 08:00", "bo@x.example", "Bo Li", "Acme", "DE", "Yes"])
    draft, checks = drafted(workspace, call, "--host", "lumen labs")
    assert [person.get("role") for person in draft["participants"]] == ["staff", None]
    assert "1 is taken as role" in checks
    assert "nobody is of your own team" not in checks


def test_a_session_without_staff_is_said(workspace: Workspace, call: Path) -> None:
    draft, checks = drafted(workspace, call, "--host", "Lumen Labs")
    assert not any("role" in person for person in draft["participants"])
    assert "nobody is of your own team" in checks


def test_a_session_toml_is_never_overwritten(workspace: Workspace, call: Path) -> None:
    (call / "session.toml").write_text("title = 'mine'", "utf-8")
    done = run("session", "draft", call, "-w", workspace.root)
    assert done.exit_code == 2
    assert (call / "session.toml").read_text("utf-8") == "title = 'mine'"
    assert run("session", "draft", call, "-w", workspace.root, "-o", call.parent / "other.toml").exit_code == 0


def test_hostile_names_stay_toml(workspace: Workspace, call: Path) -> None:
    (call / "call.vtt").write_text('WEBVTT\n\n00:01.000 --> 00:02.000\n<v A "b" \\ ] # = é>Hello.\n', "utf-8")
    draft, _ = drafted(workspace, call)
    assert draft["participants"] == [{"name": 'A "b" \\ ] # = é'}]


def test_a_folder_that_names_nobody_has_a_draft(workspace: Workspace, call: Path) -> None:
    (call / "call.vtt").unlink()
    draft, _ = drafted(workspace, call, "--started-at", "2026-11-18T10:00:00Z")
    assert "participants" not in draft
    filled = (call / "session.toml").read_text("utf-8") + '\n[[participants]]\nname = "Ana Ruiz"\n'
    assert tomllib.loads(filled)["participants"] == [{"name": "Ana Ruiz"}]


def test_a_session_is_drafted_by_the_id_that_the_report_has(workspace: Workspace, tmp_path: Path, call: Path) -> None:
    registry, session = Registry(workspace.db), a_session()
    words = ("session", "draft", session.session_id, "-w", workspace.root)
    registry.take(call, "1", session)
    registry.take(tmp_path / "again", "2", session)
    done = run(*words)
    assert done.exit_code == 0 and (call / "session.toml").exists(), done.stderr
    assert "of that name already" in run(*words).stderr
    (tmp_path / "again").mkdir()
    assert "2 places" in run(*words).stderr
    for place in (call, tmp_path / "again"):
        shutil.rmtree(place)
    gone = run(*words)
    assert (gone.exit_code, gone.stderr.count("\n")) == (2, 1) and "left the inbox" in gone.stderr
    assert "no such" in run("session", "draft", "2026-11-18-00000000", "-w", workspace.root).stderr


@pytest.mark.parametrize("words", [("--started-at", "yesterday"), ("--location", "Texas")])
def test_what_is_wrong_is_said_in_one_line(workspace: Workspace, call: Path, words: tuple[str, str]) -> None:
    done = run("session", "draft", call, "-w", workspace.root, *words)
    assert done.exit_code in (2, 9)
    assert done.stderr.count("\n") == 1
    assert not (call / "session.toml").exists()


def test_a_lone_file_has_its_draft_beside_it(workspace: Workspace, call: Path) -> None:
    lone = call.parent / "2026-11-18 10-00-05.m4a"
    (call / "call.m4a").rename(lone)
    done = run("session", "draft", lone, "-w", workspace.root, "--timezone", "Europe/Berlin")
    assert done.exit_code == 0, done.stderr
    draft = tomllib.loads(lone.with_name(f"{lone.name}.session.toml").read_text("utf-8"))
    assert (draft["timezone"], draft["started_at"].isoformat()) == ("Europe/Berlin", "2026-11-18T10:00:05")
    assert "check  participants_complete:" in done.stderr


def test_two_names_that_may_be_one_person_are_a_suggestion_and_stay_two(workspace: Workspace, call: Path) -> None:
    (call / "call.vtt").write_text(
        CAPTIONS.replace("Ana Ruiz", "benedikt").replace("Bo Li", "Benedikt Schürmann"), "utf-8"
    )
    facts, checks = drafted(workspace, call)
    assert [each["name"] for each in facts["participants"]] == ["benedikt", "Benedikt Schürmann"]
    assert "number 1 and 2 may be one person by their names" in checks and "chürmann" not in checks


def test_two_other_names_are_no_suggestion(workspace: Workspace, call: Path) -> None:
    assert "may be one person" not in drafted(workspace, call)[1]
