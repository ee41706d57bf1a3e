"""Where a key-encryption key comes from: the workspace, a file elsewhere, systemd's credentials, or a command."""

from __future__ import annotations

import base64
import binascii
import shlex
import subprocess
from pathlib import Path

from pipeline.errors import ConfigurationError, StorageUnavailable, WorkspaceDamaged
from pipeline.files.private_text import named_file
from pipeline.settings.encryption import OWN

OWN_FILE = "kek"
"""The workspace's own key-encryption key, in its folder of keys."""
SECRET_BYTES = 32
_LONGEST = 1024
_ACTION = "see encryption.key in docs/settings.md"


def read_secret(source: str, keys: Path, *, timeout_s: float) -> bytes:
    """The 32 bytes of a key-encryption key, from a source as the settings name it.

    Raises ``ConfigurationError`` for a source that is not there or holds no key, ``WorkspaceDamaged`` where the
    workspace's own key is gone, ``StorageUnavailable`` for a command that fails or takes too long.
    """
    kind, _, where = source.partition(":")
    if kind == OWN:
        return _own(keys)
    if kind == "command":
        content = _from_command(where, timeout_s)
    else:
        content = _from_file(named_file(kind, where, "the key-encryption key"))
    secret = _decoded(content)
    if secret is None:
        raise ConfigurationError(
            "the key-encryption key is neither 32 bytes nor one line of 32 bytes in hexadecimal or base64",
            action=_ACTION,
        )
    return secret


def _own(keys: Path) -> bytes:
    try:
        secret = (keys / OWN_FILE).read_bytes()
    except FileNotFoundError as error:
        raise WorkspaceDamaged(
            "the key-encryption key keys/kek is missing", action="restore keys/ from its backup"
        ) from error
    return whole(secret, OWN_FILE)


def whole(secret: bytes, name: str) -> bytes:
    """A key of the workspace's own; raises ``WorkspaceDamaged`` for one that is cut off, which anybody could guess."""
    if len(secret) != SECRET_BYTES:
        raise WorkspaceDamaged(
            f"the key-encryption key keys/{name} is not whole", action="restore keys/ from its backup"
        )
    return secret


def _from_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST)
    except OSError as error:
        raise ConfigurationError("the file of the key-encryption key cannot be read", action=_ACTION) from error


def _from_command(line: str, timeout_s: float) -> bytes:
    """What a command prints; nothing of it, nor of what it says of errors, is shown or logged."""
    action = "check the command and its service, then run again; nothing was processed"
    try:
        done = subprocess.run(
            shlex.split(line), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StorageUnavailable(
            f"the command of the key-encryption key took more than {timeout_s:g} s", action=action
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigurationError("the command of the key-encryption key cannot be run", action=_ACTION) from error
    if done.returncode != 0:
        raise StorageUnavailable(
            f"the command of the key-encryption key ended with exit code {done.returncode}", action=action
        )
    return done.stdout


def _decoded(content: bytes) -> bytes | None:
    """The key in its bytes, in hexadecimal or in base64; their lengths differ, so that none is taken for another."""
    if len(content) == SECRET_BYTES:
        return content
    text = content.strip()
    try:
        secret = bytes.fromhex(text.decode("ascii")) if len(text) == 64 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return secret if len(secret) == SECRET_BYTES else None
