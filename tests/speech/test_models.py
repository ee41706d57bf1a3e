"""The registry of models, and fetching them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import bundled
from pipeline.cli.models import models as command
from pipeline.errors import ConfigurationError
from pipeline.files import file_digest
from pipeline.settings import SpeechSettings
from pipeline.speech import models
from pipeline.speech.models import LOCK_NAME, Model
from pipeline.speech.preflight import preflight


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A stand-in for the place that models are pulled from."""
    place = tmp_path / "shop" / "team" / "model"
    place.mkdir(parents=True)
    (place / "model.bin").write_bytes(b"weights")
    (place / "tokenizer.json").write_text("{}")
    return place


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def model(**digests: str) -> Model:
    files = {"model.bin": digests.get("model", ""), "tokenizer.json": ""}
    return Model(name="m", kind="whisper", about="", files=files, source="team/model")


def from_shop(shop: Path) -> models.Fetch:
    def fetch(source: str, revision: str | None, file: str, place: Path) -> None:
        shutil.copyfile(shop.parents[1] / source / file, place / file)

    return fetch


def test_the_first_pull_records_what_nobody_knew_and_the_next_checks_it(shop: Path, pulled: Path) -> None:
    assert models.state(model()).state == "missing"
    assert models.pull(model(), from_shop(shop)) is True
    assert models.state(model()).state == "present"
    assert json.loads((pulled / "m" / LOCK_NAME).read_text())["model.bin"] == file_digest(shop / "model.bin")
    assert models.pull(model(), from_shop(shop)) is False
    assert models.verified(model()) == pulled / "m"


def test_a_file_that_is_not_what_it_should_be_is_refused_and_deleted(shop: Path, pulled: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"model\.bin is not the file it should be"):
        models.pull(model(model="0" * 64), from_shop(shop))
    assert not (pulled / "m" / "model.bin").exists()
    assert not (pulled / "m" / LOCK_NAME).exists()
    assert models.state(model()).state == "unverified"
    with pytest.raises(ConfigurationError, match="offrecord models pull m"):
        models.verified(model())


def test_a_changed_file_is_seen_and_pulled_again(shop: Path, pulled: Path) -> None:
    models.pull(model(), from_shop(shop))
    (pulled / "m" / "model.bin").write_bytes(b"other")
    assert models.state(model()).state == "changed"
    with pytest.raises(ConfigurationError, match="delete its folder"):
        models.verified(model())
    models.pull(model(), from_shop(shop))
    assert models.state(model()).state == "present"


def test_a_source_that_changed_since_is_not_taken(shop: Path, pulled: Path) -> None:
    models.pull(model(), from_shop(shop))
    (pulled / "m" / "model.bin").unlink()
    (shop / "model.bin").write_bytes(b"swapped")
    with pytest.raises(ConfigurationError):
        models.pull(model(), from_shop(shop))


def test_without_a_network_pulling_says_so(pulled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def offline(*args: object, **kwargs: object) -> str:
        raise huggingface_hub.errors.LocalEntryNotFoundError("no")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", offline)
    with pytest.raises(ConfigurationError, match="check the network"):
        models.pull(models.find("whisper-small-en"))


def test_an_installed_package_carries_its_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "pipeline"
    (package / "_models").mkdir(parents=True)
    monkeypatch.setattr(bundled, "__file__", str(package / "bundled.py"))
    with pytest.raises(ConfigurationError, match="bundled models are missing"):
        bundled.models_home()
    (package / "_models" / "models.toml").write_text("")
    assert bundled.models_home() == package / "_models"


def test_every_bundled_model_is_whole() -> None:
    bundled = [known for known in models.registry().values() if known.bundled]
    assert "g2p" in {known.name for known in bundled}
    assert {known.name: models.state(known).state for known in bundled} == {known.name: "present" for known in bundled}


def test_preflight_names_the_command_that_helps(pulled: Path) -> None:
    preflight(SpeechSettings())
    with pytest.raises(ConfigurationError, match="offrecord models pull whisper-small-en"):
        preflight(SpeechSettings(engine="whisper", model="whisper-small-en"))
    with pytest.raises(ConfigurationError, match=r"speech\.model is empty"):
        preflight(SpeechSettings(engine="whisper"))
    with pytest.raises(ConfigurationError, match="choose one of"):
        preflight(SpeechSettings(engine="whisper", model="no-such-model"))


def test_the_commands(pulled: Path) -> None:
    listed = CliRunner().invoke(command, ["list", "--json"])
    assert {row["name"]: row["state"] for row in json.loads(listed.output)}["whisper-small-en"] == "missing"
    assert "digests checked" in CliRunner().invoke(command, ["pull", "g2p"]).output
    assert CliRunner().invoke(command, ["verify"]).exit_code == 0
    missing = CliRunner().invoke(command, ["verify", "whisper-small-en"])
    assert isinstance(missing.exception, ConfigurationError)
