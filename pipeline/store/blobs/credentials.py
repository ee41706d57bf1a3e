"""The access key of object storage, from the environment or a private file; it is shown nowhere."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import private_text
from pipeline.files.private_text import named_file
from pipeline.files.toml import BrokenToml, read_toml

INSTANCE = "instance"
_VARIABLES = {
    "access_key_id": "AWS_ACCESS_KEY_ID",
    "secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
}
_ACTION = "see storage.credentials in docs/settings.md"
_WHAT = "the file of object storage's credentials"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key; its secret is left out of what is printed of it."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False, default="")


def read_access_key(source: str) -> AccessKey | None:
    """The access key from a source as the settings name it; None for the role of the machine.

    Raises ``ConfigurationError``, which names a variable or a key and never what it holds.
    """
    kind, _, where = source.partition(":")
    if kind == INSTANCE:
        return None
    values = _of_environment() if kind == "environment" else _of_file(named_file(kind, where, _WHAT))
    return AccessKey(**values)


def _of_environment() -> dict[str, str]:
    values = {name: os.environ.get(variable, "") for name, variable in _VARIABLES.items()}
    for name in ("access_key_id", "secret_access_key"):
        if not values[name]:
            raise ConfigurationError(f"object storage: {_VARIABLES[name]} is not set", action=_ACTION)
    return values


def _of_file(path: Path) -> dict[str, str]:
    try:
        values = read_toml(private_text(path, _WHAT))
    except BrokenToml as error:
        raise ConfigurationError(f"{_WHAT}: {error}", action=_ACTION) from None
    for name in (*_VARIABLES, *values):
        required = name != "session_token"
        if name not in _VARIABLES:
            raise ConfigurationError(f"{_WHAT}: unknown key {name}", action=_ACTION)
        value = values.get(name, None if required else "")
        if not isinstance(value, str) or (required and not value):
            raise ConfigurationError(f"{_WHAT}: {name} is missing or no text", action=_ACTION)
    return values
