"""A run and the facts that rulings stand on: an edited table of places rules again, a broken one stops everything."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.evaluation.jurisdictions import WARN_BEFORE, rules_of
from pipeline.records import Held, Session
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.rulings import decision
from pipeline.workflow.state_key import state_keys
from tests.consent.conftest import NOW, Files, person, row, session
from tests.consent.evaluation.test_announcement import file_wording
from tests.consent.evaluation.test_jurisdictions import ROW


@pytest.fixture
def taken(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Session:
    file_answers(row("ana@a.example"))
    meeting = session(person(1, "ana@a.example"), person(2))
    Registry(workspace.db).take(tmp_path / "inbox", "f", meeting)
    return meeting


def keys(workspace: Workspace) -> dict[str, str]:
    return state_keys(Workspace.open(workspace.root), Registry(workspace.db), on=NOW.date())


def test_what_rulings_stand_on_is_in_the_state_key(workspace: Workspace, taken: Session, tmp_path: Path) -> None:
    seen = [keys(workspace)]
    (workspace.root / "jurisdictions.toml").write_text(ROW, "utf-8")
    seen.append(keys(workspace))
    (workspace.root / "jurisdictions.toml").write_text(ROW.replace("express", "by_notice"), "utf-8")
    seen.append(keys(workspace))
    (workspace.root / "offrecord.toml").write_text('[consent]\nminimum_rule = "consent_express"\n', "utf-8")
    seen.append(keys(workspace))
    file_wording(workspace, tmp_path)
    seen.append(keys(workspace))
    assert len({one[taken.session_id] for one in seen}) == len(seen)
    assert keys(workspace) == seen[-1]


def test_a_broken_table_ends_a_run_with_4_and_its_line(workspace: Workspace, taken: Session) -> None:
    (workspace.root / "jurisdictions.toml").write_text(f"# ours\n{ROW}rules = 1\n", "utf-8")
    for command in (["run"], ["report"], ["consent", "show", taken.session_id]):
        done = CliRunner().invoke(main, [*command, "--workspace", str(workspace.root)])
        assert done.exit_code == 4 and "jurisdictions.toml: line 2: unknown key 'place[1].rules'" in done.stderr
    assert not Registry(workspace.db).states()


def test_a_review_of_the_workspaces_own_row_is_warned_of(workspace: Workspace) -> None:
    today = NOW.date()
    text = ROW.replace("2027-01-01", (today + WARN_BEFORE).isoformat())
    (workspace.root / "jurisdictions.toml").write_text(text, "utf-8")
    rules = rules_of(workspace.root)
    assert "due for review" in rules.warnings(today)[0]
    assert "overdue" in rules.warnings(today + WARN_BEFORE + timedelta(days=1))[0]
    assert not rules.warnings(today - timedelta(days=1))


def test_the_history_is_shown_and_verified_and_grows_by_changes_alone(workspace: Workspace, taken: Session) -> None:
    def count() -> int:
        with reading(workspace.db) as connection:
            return len(connection.execute(decision.select()).all())

    assert isinstance(consent.rule(taken, workspace=workspace, now=NOW), Held)
    made = count()
    consent.rule(taken, workspace=workspace, now=NOW + timedelta(days=2))
    assert count() == made > 0
    arguments = ["consent", "show", taken.session_id, "--history", "--json", "--workspace", str(workspace.root)]
    done = CliRunner().invoke(main, arguments)
    rows = json.loads(done.stdout)
    assert len(rows) == made and {"inputs", "rules", "by", "ruleset", "supersedes", "valid_until"} <= set(rows[0])
    assert ("decisions", True, f"{made} decisions") in [
        (problem.what, problem.ok, problem.found) for problem in verify_workspace(workspace)
    ]


def test_the_command_files_a_wording(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "announcement.toml"
    path.write_text(
        'notice_id = "announcement"\nversion = "2026-10-01"\nlanguage = "en"\nnames_purposes = ["record"]\n'
        'text = "This session is recorded."\n',
        "utf-8",
    )
    done = CliRunner().invoke(main, ["consent", "notice", str(path), "--json", "--workspace", str(workspace.root)])
    assert json.loads(done.stdout)["notice"] == "announcement@2026-10-01"
