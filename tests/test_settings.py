"""Settings are read once, in a known order, and a wrong key is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.settings import read


def write(folder: Path, text: str) -> Path:
    (folder / "offrecord.toml").write_text(text, "utf-8")
    return folder


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path).speech.engine == "sphinx"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, '[run]\nworkers = 3\nsettle_s = 1.0\n[redact]\nfill = "tone"\n')
    monkeypatch.setenv("OFFRECORD_RUN__WORKERS", "5")
    settings = read(folder)
    assert (settings.run.workers, settings.run.settle_s, settings.redact.fill) == (5, 1.0, "tone")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[speach]\nengine = 'sphinx'\n", "speach"),
        ("[speech]\nengin = 'sphinx'\n", "speech.engin"),
        ("[speech]\nengine = 'siri'\n", "speech.engine"),
        ("[run]\nworkers = -1\n", "run.workers"),
        ("[redact]\npad_s = 0.0\n", "redact.pad_s"),
        ("[run\n", "TOML"),
    ],
)
def test_a_wrong_key_or_value_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        read(write(tmp_path, text))


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    settings = read(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.run.workers = 7
