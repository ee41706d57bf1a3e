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


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OFFRECORD_SPEACH__ENGINE", "whisper", "OFFRECORD_SPEACH__ENGINE is no setting"),
        ("OFFRECORD_ENGINE", "whisper", "OFFRECORD_ENGINE is no setting"),
        ("OFFRECORD_SPEECH__ENGIN", "whisper", "OFFRECORD_SPEECH__ENGIN: unknown key"),
        ("OFFRECORD_RUN__WORKERS", "many", "OFFRECORD_RUN__WORKERS: "),
        ("OFFRECORD_SPEECH", "whisper", "a whole section"),
    ],
)
def test_a_variable_that_means_nothing_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=said):
        read(tmp_path)


def test_the_variables_that_are_no_settings_are_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OFFRECORD_WORKSPACE", "OFFRECORD_TRACEBACK", "OFFRECORD_MODELS"):
        monkeypatch.setenv(name, "x")
    assert read(tmp_path).run.workers == 0
