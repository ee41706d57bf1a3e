"""Reads a file that holds secrets of the operator's, and refuses one that others on the machine may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipeline.errors import ConfigurationError

SYSTEMD = "CREDENTIALS_DIRECTORY"
"""The variable with which systemd names the folder of a unit's credentials."""


def named_file(kind: str, where: str, what: str) -> Path:
    """The file that the settings name as ``file:PATH`` or as ``credential:NAME`` of systemd.

    Raises ``ConfigurationError`` where no unit of systemd runs this.
    """
    if kind == "file":
        return Path(where)
    folder = os.environ.get(SYSTEMD)
    if not folder:
        raise ConfigurationError(
            f"{what} is a credential of systemd, and {SYSTEMD} is not set",
            action="run this from a systemd unit with LoadCredential= or LoadCredentialEncrypted=",
        )
    return Path(folder) / where


def private_text(path: Path, what: str) -> str:
    """The text of a file; raises ``ConfigurationError`` where it cannot be read, or others may, but for systemd's."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(handle, encoding="utf-8") as source:
            if stat.S_IMODE(os.fstat(handle).st_mode) & 0o077 and not _is_of_systemd(path):
                raise ConfigurationError(f"{what} may be read by others on this machine", action="chmod 600 it")
            return source.read()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            f"{what} cannot be read", action="check its path, and that this user may read it"
        ) from None


def _is_of_systemd(path: Path) -> bool:
    folder = os.environ.get(SYSTEMD, "")
    return bool(folder) and path.resolve().parent == Path(folder).resolve()
