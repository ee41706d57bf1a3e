"""A customer's list that was there once and is gone stops what would be made without it, until somebody confirms."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.errors import ConfigurationError
from pipeline.store import Workspace
from pipeline.workflow.term_lists import require_lists

LIST = 'customer = ["Halcyon Freight", "Halcyon"]\n[[terms]]\ntext = "Project Falcon"\n'


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    """A workspace whose run has seen the lists of two customers."""
    made = new_workspace(tmp_path / "ws")
    (made.root / "terms").mkdir(exist_ok=True)
    (made.root / "terms" / "halcyon.toml").write_text(LIST, "utf-8")
    (made.root / "terms" / "other.toml").write_text('customer = "Northwind"\n', "utf-8")
    require_lists(made)
    return made


def command(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "-w", str(workspace.root)])


def test_a_list_that_is_gone_ends_a_run_until_somebody_confirms_and_again_when_it_came_back(
    workspace: Workspace,
) -> None:
    listed = workspace.root / "terms" / "halcyon.toml"
    for _ in range(2):
        listed.unlink()
        ended = command(workspace, "run")
        assert ended.exit_code == 4 and "2 lists of customers are gone" in ended.stderr, ended.output
        assert "alcyon" not in ended.output and ended.stderr.count("\n") == 1
        names = re.findall(r"list-[0-9a-f]{12}", ended.stderr)
        assert len(names) == 2
        for name in names:
            assert command(workspace, "run").exit_code == 4
            assert command(workspace, "terms", "confirm-removal", name, "--by", "ana").exit_code == 0
        require_lists(workspace)
        listed.write_text(LIST, "utf-8")
        require_lists(workspace)
    seen = list(workspace.ledger.under("term_list_seen", ""))
    assert seen and "alcyon" not in "".join(body for _, body in seen)


def test_another_file_name_or_another_entry_is_no_removal(workspace: Workspace) -> None:
    listed = workspace.root / "terms" / "halcyon.toml"
    listed.rename(listed.with_name("renamed.toml"))
    listed.with_name("renamed.toml").write_text('customer = ["halcyon freight", "Halcyon"]\n', "utf-8")
    require_lists(workspace)


def test_a_list_is_missing_for_a_release_too(workspace: Workspace) -> None:
    (workspace.root / "terms" / "other.toml").unlink()
    with pytest.raises(ConfigurationError, match="1 list of customers is gone"):
        require_lists(workspace)
    assert command(workspace, "release", "s1", "--by", "ana", "--reason", "x").exit_code == 4


def test_only_what_is_missing_can_be_confirmed(workspace: Workspace) -> None:
    assert command(workspace, "terms", "confirm-removal", "list-000000000000", "--by", "ana").exit_code == 2
    assert command(workspace, "terms", "confirm-removal", "list-000000000000", "--by", " ").exit_code == 2
