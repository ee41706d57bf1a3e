from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.lexicon.cues import shipped_cues
from pipeline.store import Workspace
from pipeline.store.cues import FILE_NAME, read_cues


def test_a_workspace_adds_to_the_shipped_phrases_and_removes_from_them(tmp_path: Path) -> None:
    assert read_cues(tmp_path) == shipped_cues()
    (tmp_path / FILE_NAME).write_text('[add]\nsecret = ["hush now"]\n[remove]\nminor = ["im/am a minor"]\n', "utf-8")
    cues = read_cues(tmp_path)
    assert cues.secret == (*shipped_cues().secret, "hush now")
    assert set(shipped_cues().minor) - set(cues.minor) == {"im/am a minor"}
    assert cues.stop_recording == shipped_cues().stop_recording


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[add", "not valid TOML"),
        ('[add]\nsecrets = ["x"]\n', "add.secrets"),
        ('[add]\nsecret = ["fine", "(x)"]\n', "phrase 2"),
        ('[remove]\nminor = ["no such phrase"]\n', "remove.minor: phrase 1"),
    ],
)
def test_a_broken_file_is_an_error_that_names_the_place(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_cues(tmp_path)
    assert named in str(caught.value.message)


def test_changed_phrases_change_what_every_session_depends_on(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace]
) -> None:
    workspace, day = new_workspace(tmp_path / "ws"), date(2026, 11, 23)
    before = workspace.listed().mark(day)
    (workspace.root / FILE_NAME).write_text('[add]\nsecret = ["hush now"]\n', "utf-8")
    assert workspace.listed().mark(day) != before
