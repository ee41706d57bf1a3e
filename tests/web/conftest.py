"""One analysed workspace, copied for each test that changes it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.store import Workspace
from tests.once import made_once
from tests.web.making import analyse_more, make_workspace


@pytest.fixture(scope="session")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with one analysed session; nobody writes here."""
    return made_once(tmp_path_factory, "analysed", lambda folder: make_workspace(folder / "ws").db.dispose()) / "ws"


@pytest.fixture
def workspace(analysed: Path, tmp_path: Path) -> Workspace:
    """A copy of the analysed workspace."""
    return Workspace.open(shutil.copytree(analysed, tmp_path / "ws"))


@pytest.fixture(scope="session")
def analysed_three(analysed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two more sessions like it; nobody writes here."""

    def make(folder: Path) -> None:
        made = Workspace.open(shutil.copytree(analysed, folder / "ws"))
        analyse_more(made, 2)
        made.db.dispose()

    return made_once(tmp_path_factory, "analysed-three", make) / "ws"


@pytest.fixture
def with_settings(analysed: Path, tmp_path: Path) -> Callable[[str], Workspace]:
    """A copy with further lines of settings."""

    def copied(lines: str) -> Workspace:
        root = shutil.copytree(analysed, tmp_path / "other")
        with (root / "offrecord.toml").open("a", encoding="utf-8") as settings:
            settings.write(lines)
        return Workspace.open(root)

    return copied
