"""The registry of models, ``models/models.toml``: where each lies, whether it is whole, and how to fetch it."""

from __future__ import annotations

import functools
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.bundled import models_home
from pipeline.errors import ConfigurationError
from pipeline.files import file_digest, write_bytes

LOCK_NAME = "offrecord-lock.json"
Fetch = Callable[[str, str | None, str, Path], None]


@dataclass(frozen=True, slots=True)
class Model:
    """One entry: ``files`` maps names to SHA-256, empty if not known; ``source`` is a repository to pull from."""

    name: str
    kind: str
    about: str
    files: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    revision: str | None = None

    @property
    def bundled(self) -> bool:
        """Whether it comes with the project."""
        return not self.source


@dataclass(frozen=True, slots=True)
class State:
    """How one model stands on this machine: ``present``, ``missing``, ``changed`` or ``unverified``."""

    name: str
    kind: str
    state: str
    about: str


def pulled_home() -> Path:
    """Where pulled models go: ``OFFRECORD_MODELS``, or ``offrecord/models`` in the user's data folder."""
    named = os.environ.get("OFFRECORD_MODELS")
    data = os.environ.get("XDG_DATA_HOME")
    return Path(named) if named else (Path(data) if data else Path.home() / ".local" / "share") / "offrecord" / "models"


@functools.cache
def registry(home: Path | None = None) -> Mapping[str, Model]:
    """Every model that models.toml names, by name; raises ``ConfigurationError`` when it cannot be read."""
    path = (home or models_home()) / "models.toml"
    try:
        stored = tomllib.loads(path.read_text("utf-8"))
        return {name: Model(name=name, **entry) for name, entry in stored.items()}
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ConfigurationError("models.toml cannot be read", action="install offrecord again") from error


def find(name: str) -> Model:
    """The model of this name; raises ``ConfigurationError`` that lists the names there are."""
    known = registry()
    if name not in known:
        raise ConfigurationError("there is no model of that name", action=f"choose one of {', '.join(sorted(known))}")
    return known[name]


def folder(model: Model) -> Path:
    """Where the model's files lie, whether or not they are there."""
    return (models_home() if model.bundled else pulled_home()) / model.name


def bundled_file(name: str, file: str) -> Path:
    """A file of a bundled model, its digest checked once a process; raises ``ConfigurationError``."""
    return verified(find(name)) / file


@functools.cache
def _checked(place: Path, digests: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(file for file, digest in digests if not _same(place / file, digest))


def verified(model: Model) -> Path:
    """The model's folder, whole and unchanged; raises ``ConfigurationError`` naming the command that helps."""
    place = folder(model)
    digests = _digests(model)
    if not digests:
        raise ConfigurationError(
            f"model {model.name} is not on this machine", action=f"run `offrecord models pull {model.name}`"
        )
    if wrong := _checked(place, tuple(sorted(digests.items()))):
        remedy = (
            "install offrecord again"
            if model.bundled
            else f"delete its folder and run `offrecord models pull {model.name}`"
        )
        raise ConfigurationError(f"model {model.name}: {wrong[0]} is missing or not what it was", action=remedy)
    return place


def _digests(model: Model) -> dict[str, str]:
    """The digests of the registry, with those recorded when the model was first pulled."""
    lock = folder(model) / LOCK_NAME
    try:
        recorded = json.loads(lock.read_text("utf-8")) if lock.is_file() else {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"model {model.name}: its lock file cannot be read", action="delete its folder and pull it again"
        ) from error
    if not recorded and not model.bundled:
        return {}
    return {**recorded, **{file: digest for file, digest in model.files.items() if digest}}


def state(model: Model) -> State:
    """How a model stands; reads every byte of it."""
    if not folder(model).is_dir():
        return State(model.name, model.kind, "missing", model.about)
    digests = _digests(model)
    wrong = [file for file, digest in digests.items() if not _same(folder(model) / file, digest)]
    stands = "changed" if wrong else "present" if digests else "unverified"
    return State(model.name, model.kind, stands, model.about)


def _same(path: Path, digest: str) -> bool:
    return path.is_file() and file_digest(path) == digest


def pull(model: Model, fetch: Fetch | None = None) -> bool:
    """Fetches a model's files, checks known digests and records the others; True if any file was taken on trust."""
    if model.bundled:
        verified(model)
        return False
    place = folder(model)
    place.mkdir(parents=True, exist_ok=True)
    known = _digests(model) | {file: digest for file, digest in model.files.items() if digest}
    for file in model.files:
        if file not in known or not _same(place / file, known[file]):
            (fetch or from_hub)(model.source, model.revision, file, place)
    got = {file: file_digest(place / file) for file in model.files}
    if wrong := sorted(file for file, digest in got.items() if known.get(file, digest) != digest):
        for file in wrong:
            (place / file).unlink()
        raise ConfigurationError(
            f"model {model.name}: {wrong[0]} is not the file it should be", action="it was deleted; pull it again later"
        )
    write_bytes(place / LOCK_NAME, (json.dumps(got, indent=1, sort_keys=True) + "\n").encode(), mode=0o644)
    return bool(set(got) - set(known))


def from_hub(source: str, revision: str | None, file: str, place: Path) -> None:
    """Fetches one file of a Hugging Face repository into a folder; raises ``ConfigurationError`` when it cannot."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        hf_hub_download(source, file, revision=revision, local_dir=place)
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ConfigurationError(
            f"{file} could not be fetched from {source}", action="check the network and pull again"
        ) from error
