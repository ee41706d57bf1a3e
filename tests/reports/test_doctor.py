"""What the doctor and the report say of the recogniser: what is missing, and what would hear better here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.reports.doctor import better_recogniser, examine
from pipeline.reports.warnings import warnings
from pipeline.settings import SpeechSettings, read
from pipeline.store import Workspace

GB = 1 << 30


@pytest.mark.parametrize(
    ("engine", "model", "cores", "memory", "has_gpu", "names"),
    [
        ("sphinx", "", 2, 8 * GB, False, "whisper-base"),
        ("whisper", "whisper-base", 2, 8 * GB, False, ""),
        ("whisper", "whisper-base", 8, 32 * GB, False, "whisper-small"),
        ("whisper", "whisper-tiny", 8, 32 * GB, False, "whisper-small"),
        ("whisper", "whisper-base", 8, 4 * GB, False, ""),
        ("whisper", "whisper-base", 2, 4 * GB, True, "whisper-large-v3-turbo"),
        ("whisper", "whisper-small", 16, 64 * GB, False, ""),
        ("whisper", "whisper-large-v3-turbo", 16, 64 * GB, True, ""),
        ("captions", "", 16, 64 * GB, True, ""),
    ],
)
def test_a_better_model_is_named_where_the_machine_has_what_it_takes(
    engine: str, model: str, cores: int, memory: int, has_gpu: bool, names: str
) -> None:
    settings = SpeechSettings.model_validate({"engine": engine, "model": model})
    hint = better_recogniser(settings, cores=cores, memory=memory, has_gpu=has_gpu)
    assert (names in hint) if names else not hint


def test_a_new_workspace_listens_with_whisper_and_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))
    done = CliRunner().invoke(main, ["init", str(tmp_path / "ws")])
    assert done.exit_code == 0 and "offrecord models pull whisper-base" in done.output
    speech = read(tmp_path / "ws").speech
    assert (speech.engine, speech.model) == ("whisper", "whisper-base")
    missing = {one.what: one for one in examine(Workspace.open(tmp_path / "ws"))}["recogniser"]
    assert not missing.ok and "offrecord models pull whisper-base" in missing.action


def test_who_listens_with_sphinx_is_warned_in_every_report(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = new_workspace(tmp_path / "ws")
    assert any("recognised with sphinx" in line for line in warnings(workspace, datetime(2026, 11, 23, tzinfo=UTC)))
    page = workspace.reports / "report.html"
    assert "recognised with sphinx" in CliRunner().invoke(main, ["report", "-w", str(workspace.root)]).output
    assert "recognised with sphinx" in page.read_text("utf-8")
    monkeypatch.setenv("OFFRECORD_SPEECH__ENGINE", "whisper")
    assert not any(
        "recognised with" in line
        for line in warnings(Workspace.open(workspace.root), datetime(2026, 11, 23, tzinfo=UTC))
    )


def test_a_package_that_is_missing_or_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = (each for each in examine(None) if each.what == "packages")
    assert whole.ok and whole.action == ""
    version = metadata.version

    def other(name: str) -> str:
        if name == "tink":
            raise metadata.PackageNotFoundError
        return "0.0.1" if name == "regex" else version(name)

    monkeypatch.setattr(metadata, "version", other)
    (lacking,) = (each for each in examine(None) if each.what == "packages")
    assert not lacking.ok and "regex, tink" in lacking.action


def test_a_sentence_model_that_is_not_here_is_said(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = new_workspace(tmp_path / "ws")
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert any("models pull all-minilm-l6-v2" in line for line in warnings(workspace, at))
    (tmp_path / "all-minilm-l6-v2").mkdir()
    assert not any("all-minilm" in line for line in warnings(workspace, at))
