"""A stranger's first night: the commands of docs/first-night.md as they stand there, from a table to exports."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, SAMPLES, offrecord
from tests.samples import shortened

PAGE = (ROOT / "docs" / "first-night.md").read_text("utf-8")
SIX, TYPED = (
    [shlex.split(line)[1:] for line in block.splitlines()] for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S)
)
FOLDER = "2026-11-18-b-halcyon-freight-mixed"
SETTINGS = '[speech]\nengine = "captions"\nkeyword_search = false\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the page says is needed: the answers, the notice, and a folder that has no session.toml yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OFFRECORD_RUN__WORKERS", "1")
    shutil.copyfile(SAMPLES / "consent.csv", "answers.csv")
    Path("notice.txt").write_text("Office hours are recorded. May we?", "utf-8")
    shortened(FOLDER, Path("inbox"), seconds=24).rename("inbox/office-hours")
    Path("inbox/office-hours/session.toml").unlink()
    return tmp_path


def run_page(commands: list[list[str]]) -> None:
    for words in commands:
        done = offrecord(*words)
        assert done.returncode in (0, 3), (words, done.stderr)
        if words[0] == "init":
            Path("ws", "offrecord.toml").write_text(SETTINGS, "utf-8")


def status() -> list[str]:
    return [row["status"] for row in json.loads(offrecord("status", "--json", "-w", "ws").stdout)]


def test_six_commands_make_a_redacted_night(place: Path) -> None:
    assert len(SIX) == 6
    run_page(SIX)
    assert status() == ["done"]
    transcripts = [path.read_text("utf-8") for path in Path("ws/out").glob("*/internal/transcript.txt")]
    assert len(transcripts) == 1
    assert not any("Halcyon" in text for text in transcripts)
    assert list(Path("ws/out/exports").glob("*.csv"))


def test_typed_addresses_are_confirmed_at_once(place: Path) -> None:
    typed = [[word for word in words if word != "--email-verified"] for words in SIX]
    run_page(typed[:-1])
    assert status() == ["held"]
    assert "offrecord consent match" in offrecord("status", "--json", "-w", "ws").stdout
    run_page(TYPED)
    assert status() == ["done"]
