"""Each setting says where its value comes from, and shows no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.settings.origins import masked, shown_settings
from pipeline.store import Workspace
from tests.fields import sections

FILE = """[run]
workers = 3
stable_for_s = 2.0
[consent.series.partners]
minimum_rule = "consent_express"
[web]
public_url = "https://ana:hunter2@host.example"
"""


def origins(folder: Path) -> dict[str, tuple[object, str]]:
    return {row.setting: (row.value, row.origin) for row in shown_settings(folder)}


def test_every_setting_is_shown_with_its_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "offrecord.toml").write_text(FILE, "utf-8")
    monkeypatch.setenv("OFFRECORD_RUN__WORKERS", "5")
    monkeypatch.setenv("offrecord_redact__grid_s", "0.5")
    monkeypatch.setenv("OFFRECORD_PICTURE", '{"keep": false}')
    monkeypatch.setenv("OFFRECORD_RUN__ATTEMPTS", "")
    monkeypatch.setenv("OFFRECORD_CONSENT__SERIES__OTHERS__HOLD_DEADLINE_DAYS", "3")
    found = origins(tmp_path)
    assert set(found) == {f"{section}.{key}" for section, fields in sections().items() for key in fields}
    assert found["run.workers"] == (5, "OFFRECORD_RUN__WORKERS")
    assert found["run.stable_for_s"] == (2.0, "offrecord.toml")
    assert found["run.attempts"] == (3, "default")
    assert found["redact.duration_step_s"] == (0.5, "OFFRECORD_REDACT__GRID_S")
    assert found["picture.keep"] == (False, "OFFRECORD_PICTURE")
    assert found["picture.require_ocr"] == (True, "default")
    series, said_by = found["consent.series"]
    assert isinstance(series, dict) and set(series) == {"partners", "others"}
    assert said_by == "OFFRECORD_CONSENT__SERIES__OTHERS__HOLD_DEADLINE_DAYS, offrecord.toml"
    assert found["web.public_url"] == ("https://•••@host.example", "offrecord.toml")


def test_what_opens_something_is_masked() -> None:
    assert masked("api_token", "abc") == "•••"
    assert masked("smtp", {"password": "abc", "host": "mail.example"}) == {"password": "•••", "host": "mail.example"}
    assert masked("urls", ["https://u:p@h.example/x"]) == ["https://•••@h.example/x"]
    assert masked("keyword_search", True) is True and masked("token", "") == ""


def test_the_command_prints_a_table_and_json(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> None:
    root = new_workspace(tmp_path / "ws").root

    def show(*options: str) -> str:
        done = CliRunner().invoke(main, ["config", "show", "-w", str(root), *options])
        assert done.exit_code == 0, done.stderr
        return done.stdout

    rows = json.loads(show("--origin", "--json"))
    assert {"setting": "speech.engine", "value": "sphinx", "origin": "offrecord.toml"} in rows
    assert all("origin" not in row for row in json.loads(show("--json")))
    line = next(line for line in show("--origin").splitlines() if line.startswith("speech.engine"))
    assert line.split() == ["speech.engine", "sphinx", "offrecord.toml"]
