"""The registry of models: complete by digest, and nothing is loaded that is not what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import models
from pipeline.cli.models import models as command
from pipeline.errors import ConfigurationError, Exit
from pipeline.models import registry
from pipeline.settings import SpeechSettings
from pipeline.speech.engines import preflight
from pipeline.speech.engines.whisper_model import locate
from tests.models.conftest import CONFIG, sha

ENTRY = f'[names]\nkind = "names"\nabout = ""\nfiles."m" = {{ bytes = {len(CONFIG)}, sha256 = "{sha(CONFIG)}" }}\n'


def test_every_model_that_is_pulled_has_a_source_and_every_part_of_a_file_is_named() -> None:
    for model in models.entries().values():
        assert model.bundled or model.licence
        assert not model.wheels or all(file.members for file in model.files.values())


def test_every_whisper_model_has_what_faster_whisper_would_else_fetch() -> None:
    whisper = [model for model in models.entries().values() if model.kind == "whisper"]
    assert {"whisper-base", "whisper-small", "whisper-large-v3-turbo"} <= {model.name for model in whisper}
    for model in whisper:
        assert {"model.bin", "config.json", "tokenizer.json"} <= model.files.keys()
        assert ("preprocessor_config.json" in model.files) is ("large-v3" in model.name)


def test_the_base_model_can_be_had_from_hub_and_index() -> None:
    base = models.find("whisper-base")
    assert base.hub and len(base.wheels) == 2
    assert len(base.files["model.bin"].members) == 2


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (sha(CONFIG), ""),
        (sha(CONFIG), "00"),
        ("bytes =", "size ="),
        ('kind = "names"\n', ""),
        ("[names]", "[names"),
        ('files."m"', 'hub = { repository = "a/b", revision = "main" }\nfiles."m"'),
    ],
)
def test_a_registry_that_leaves_a_digest_out_is_not_read(tmp_path: Path, right: str, wrong: str) -> None:
    (tmp_path / "models.toml").write_text(ENTRY.replace(right, wrong), "utf-8")
    with pytest.raises(ConfigurationError, match=r"models\.toml cannot be read"):
        registry.entries.__wrapped__(tmp_path)


def test_an_installed_package_carries_its_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "pipeline"
    (package / "_models").mkdir(parents=True)
    monkeypatch.setattr(registry, "__file__", str(package / "models" / "registry.py"))
    with pytest.raises(ConfigurationError, match="bundled models are missing"):
        registry.models_home()
    (package / "_models" / "models.toml").write_text("")
    assert registry.models_home() == package / "_models"


def test_every_bundled_model_is_whole() -> None:
    bundled = [known for known in models.entries().values() if known.bundled]
    assert "g2p" in {known.name for known in bundled}
    assert {known.name: models.state(known).state for known in bundled} == {known.name: "present" for known in bundled}


def test_a_bundled_model_that_was_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.toml").write_text(ENTRY, "utf-8")
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "m").write_bytes(CONFIG.swapcase())
    monkeypatch.setattr(registry, "models_home", lambda: tmp_path)
    model = registry.entries.__wrapped__(tmp_path)["names"]
    with pytest.raises(ConfigurationError, match="not what it was; install offrecord again"):
        models.verified(model)


def test_preflight_names_the_command_that_helps(models_folder: Path) -> None:
    preflight(SpeechSettings(engine="sphinx"))
    with pytest.raises(ConfigurationError, match="offrecord models pull whisper-small"):
        preflight(SpeechSettings(engine="whisper", model="whisper-small"))
    with pytest.raises(ConfigurationError, match=r"speech\.model is empty"):
        preflight(SpeechSettings(engine="whisper", model=""))
    with pytest.raises(ConfigurationError, match="choose one of"):
        preflight(SpeechSettings(engine="whisper", model="no-such-model"))


def test_a_model_of_another_kind_is_no_recogniser() -> None:
    other = next(model.name for model in registry.entries().values() if model.kind == "requests")
    for name in (other, "nothing"):
        with pytest.raises(ConfigurationError) as refused:
            locate(name)
        assert "whisper-base" in str(refused.value) and other not in str(refused.value)


def test_a_pulled_model_is_verified_before_it_is_used(models_folder: Path) -> None:
    model = models.find("whisper-small")
    place = models_folder / "whisper-small"
    place.mkdir(parents=True)
    (place / "model.bin").write_bytes(b"half")
    assert models.state(model).state == "changed"
    with pytest.raises(ConfigurationError, match="missing or not what it was"):
        models.verified(model)


def test_the_commands(models_folder: Path) -> None:
    listed = CliRunner().invoke(command, ["list", "--json"])
    assert {row["name"]: row["state"] for row in json.loads(listed.output)}["whisper-small"] == "missing"
    assert "every digest checked" in CliRunner().invoke(command, ["pull", "g2p"]).output
    assert CliRunner().invoke(command, ["verify"]).exit_code == 0
    missing = CliRunner().invoke(command, ["verify", "whisper-small"])
    assert missing.exit_code == Exit.CONFIGURATION and "offrecord models pull whisper-small" in missing.output
