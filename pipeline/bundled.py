"""The models that come with the project: where they lie, and whether they are what models.toml says."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import file_digest


def models_home() -> Path:
    """The folder of the bundled models: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "_models", package.parent / "models"):
        if (folder / "models.toml").is_file():
            return folder
    raise ConfigurationError("the bundled models are missing", action="install offrecord again")


@functools.cache
def bundled_folder(name: str) -> Path:
    """The folder of a bundled model, its digests checked once a process; raises ``ConfigurationError``."""
    home = models_home()
    try:
        wanted: dict[str, str] = tomllib.loads((home / "models.toml").read_text("utf-8"))[name]["files"]
        whole = all(file_digest(home / name / file) == digest for file, digest in wanted.items())
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        whole = False
    if not whole:
        raise ConfigurationError(f"model {name} is missing or not what it was", action="install offrecord again")
    return home / name
