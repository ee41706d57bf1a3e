"""Every setting with its value and where that comes from: the default, the file of the workspace, or a variable."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.files.toml import read_toml_file
from pipeline.settings import FILE_NAME, read
from pipeline.settings.variables import set_by

_MASK = "•••"
_SECRET = re.compile(r"(^|_)(key|password|secret|token)s?$")
_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")
DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSetting:
    """One setting as ``section.key``; a secret in its value is masked. ``origin`` names the file or the variable."""

    setting: str
    value: Any
    origin: str


def shown_settings(folder: Path) -> list[ShownSetting]:
    """Every setting of the workspace at ``folder``, in the order of the sections; raises as ``read`` does."""
    settings = read(folder)
    path = folder / FILE_NAME
    file = read_toml_file(path) if path.exists() else {}
    return [
        ShownSetting(setting=f"{section}.{key}", value=masked(key, value), origin=_origin(section, key, file))
        for section, table in settings
        for key, value in _values(table)
    ]


def masked(key: str, value: Any) -> Any:
    """A value without what opens anything: the whole of a secret, and of an address who logs in."""
    if isinstance(value, str):
        return _MASK if value and _SECRET.search(key) else _IN_URL.sub(_MASK, value)
    if isinstance(value, Mapping):
        return {name: masked(name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(key, inner) for inner in value]
    return value


def _values(table: BaseModel) -> Iterator[tuple[str, Any]]:
    yield from table.model_dump(mode="json").items()


def _origin(section: str, key: str, file: Mapping[str, Any]) -> str:
    in_file = [FILE_NAME] if key in file.get(section, {}) else []
    variables = set_by((section, key), os.environ)
    return ", ".join([*variables, *(in_file if not variables or key == "series" else [])]) or DEFAULT
