"""What a Ray cluster needs before anything is sent to it, as far as it can be told without Ray."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.settings.ray import RaySettings

_MODE, _TOKEN, _TOKEN_PATH = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"
_DEFAULT_PATH = Path(".ray") / "auth_token"


def require_token(settings: RaySettings) -> None:
    """Raises ``ConfigurationError`` where a cluster that others can reach is not asked for a token.

    Whoever reaches the ports of one that asks for none runs programs on its machines.
    """
    if settings.address and (os.environ.get(_MODE) != "token" or not _has_token()):
        raise ConfigurationError(
            "the Ray cluster at ray.address is used without a token, so whoever reaches it runs programs on it",
            action="start it and this run with RAY_AUTH_MODE=token and one token (`ray get-auth-token --generate`)",
        )


def _has_token() -> bool:
    if os.environ.get(_TOKEN):
        return True
    named = os.environ.get(_TOKEN_PATH)
    path = Path(named) if named else Path.home() / _DEFAULT_PATH
    return path.is_file() and bool(path.read_bytes().strip())
