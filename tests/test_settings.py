"""Settings are read once, in a known order, and a wrong key is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.settings import read
from pipeline.settings.variables import RENAMED, renamed_variables, set_by
from tests.fields import sections


def write(folder: Path, text: str) -> Path:
    (folder / "offrecord.toml").write_text(text, "utf-8")
    return folder


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path).speech.engine == "whisper"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, '[run]\nworkers = 3\nstable_for_s = 1.0\n[redact]\nfill = "tone"\n')
    monkeypatch.setenv("OFFRECORD_RUN__WORKERS", "5")
    settings = read(folder)
    assert (settings.run.workers, settings.run.stable_for_s, settings.redact.fill) == (5, 1.0, "tone")


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
        setattr(settings.run, "workers", 7)  # noqa: B010  (as it is written, types forbid it)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OFFRECORD_SPEACH__ENGINE", "whisper", "OFFRECORD_SPEACH__ENGINE is not a setting"),
        ("OFFRECORD_ENGINE", "whisper", "OFFRECORD_ENGINE is not a setting"),
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


@pytest.mark.parametrize(
    ("name", "value"),
    [("RUN", "1"), ("DATABASE", '{"url": "x"}'), ("SPEECH__ENGINE", "x"), ("run__settle_s", "3"), ("CONSENT", "{}")],
)
def test_a_variable_without_the_prefix_is_of_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    expected = read(tmp_path)
    monkeypatch.setenv(name, value)
    assert read(tmp_path) == expected
    assert set_by(("run", "stable_for_s"), {name: value}) == set_by(("database", "url"), {name: value}) == []
    assert set_by(("speech", "engine"), {name: value}) == []


def test_the_variables_that_are_no_settings_are_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OFFRECORD_WORKSPACE", "OFFRECORD_TRACEBACK", "OFFRECORD_MODELS"):
        monkeypatch.setenv(name, "x")
    assert read(tmp_path).run.workers == 0


OLD = {f"{section}.{old}": f"{section}.{new}" for (section, old), new in RENAMED.items()}


def test_every_new_name_is_a_setting_and_no_old_one_is() -> None:
    there = {f"{section}.{key}" for section, fields in sections().items() for key in fields}
    assert set(OLD.values()) <= there
    assert there.isdisjoint(OLD)
    assert len(OLD) == 9


@pytest.mark.parametrize("old", OLD)
def test_an_old_name_in_the_file_is_an_error_that_names_the_new_one(tmp_path: Path, old: str) -> None:
    section, _, key = old.partition(".")
    with pytest.raises(ConfigurationError) as caught:
        read(write(tmp_path, f"[{section}]\n{key} = 1\n"))
    assert caught.value.message == f"offrecord.toml: {old} is now {OLD[old]}"


def test_an_old_name_in_the_policy_of_a_series_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(write(tmp_path, '[consent.series.partners]\nfloor_rule = "consent_express"\n'))
    said = "offrecord.toml: consent.series.partners.floor_rule is now consent.series.partners.minimum_rule"
    assert caught.value.message == said


@pytest.mark.parametrize(
    ("variable", "value", "new"),
    [
        ("OFFRECORD_RUN__SETTLE_S", "0", "OFFRECORD_RUN__STABLE_FOR_S"),
        ("offrecord_run__settle_s", "0", "OFFRECORD_RUN__STABLE_FOR_S"),
        ("OFFRECORD_SPEECH__SEARCH_SOUND", "false", "OFFRECORD_SPEECH__KEYWORD_SEARCH"),
        ("OFFRECORD_PICTURE__LOOK", "no", "OFFRECORD_PICTURE__REQUIRE_OCR"),
        ("OFFRECORD_PICTURE__LOOKS_PER_SECOND", "2", "OFFRECORD_PICTURE__OCR_PER_SECOND"),
        ("OFFRECORD_REDACT__JOIN_S", "1", "OFFRECORD_REDACT__MERGE_GAP_S"),
        ("OFFRECORD_REDACT__GRID_S", "1", "OFFRECORD_REDACT__DURATION_STEP_S"),
        ("OFFRECORD_CONSENT__FLOOR_RULE", "consent_express", "OFFRECORD_CONSENT__MINIMUM_RULE"),
        ("OFFRECORD_CONSENT__ALLOW_SILENT_RELAX", "1", "OFFRECORD_CONSENT__EXCLUDE_SILENT_NONRESPONDERS"),
        ("OFFRECORD_CONSENT__VALID_HOURS", "5", "OFFRECORD_CONSENT__RULING_TTL_HOURS"),
    ],
)
def test_an_old_variable_keeps_its_meaning_and_says_its_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, new: str
) -> None:
    before = read(tmp_path)
    monkeypatch.setenv(variable, value)
    by_old = read(tmp_path)
    assert by_old != before
    assert renamed_variables() == (f"{variable.upper()} is now {new}: rename it",)
    monkeypatch.delenv(variable)
    monkeypatch.setenv(new, value)
    assert (read(tmp_path), renamed_variables()) == (by_old, ())


def test_a_new_variable_goes_before_its_old_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRECORD_RUN__SETTLE_S", "7")
    monkeypatch.setenv("OFFRECORD_RUN__STABLE_FOR_S", "3")
    assert read(tmp_path).run.stable_for_s == 3.0
    (warning,) = renamed_variables()
    assert warning == "OFFRECORD_RUN__SETTLE_S is now OFFRECORD_RUN__STABLE_FOR_S, which is set: remove it"


def test_an_old_variable_of_a_series_keeps_its_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRECORD_CONSENT__SERIES__PARTNERS__FLOOR_RULE", "consent_express")
    assert read(tmp_path).consent.series["partners"].minimum_rule == "consent_express"
    new = "OFFRECORD_CONSENT__SERIES__PARTNERS__MINIMUM_RULE"
    assert renamed_variables() == (f"OFFRECORD_CONSENT__SERIES__PARTNERS__FLOOR_RULE is now {new}: rename it",)


def test_a_wrong_value_of_an_old_variable_names_that_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRECORD_RUN__SETTLE_S", "soon")
    with pytest.raises(ConfigurationError, match="OFFRECORD_RUN__SETTLE_S: "):
        read(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OFFRECORD_RUN", '{"settle_s": 0}', "run.settle_s is now run.stable_for_s"),
        ("OFFRECORD_CONSENT__SERIES", '{"p": {"floor_rule": "notify"}}', "floor_rule is now consent.series.p.minimum"),
    ],
)
def test_a_whole_section_in_a_variable_has_the_new_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=said):
        read(tmp_path)
