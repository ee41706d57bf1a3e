"""The credentials of the platforms: one TOML file of the operator's, which nobody else on the machine may read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from pipeline.errors import ConfigurationError
from pipeline.files import private_text
from pipeline.files.toml import BrokenToml, read_toml

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_DOCS = "see docs/fetching.md"


class _Table(BaseModel):
    """The table of one platform; an unknown key is an error, and no secret is ever shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("api", "login", "drive", check_fields=False)
    @classmethod
    def _is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.username or parts.query or parts.fragment or not parts.hostname:
            raise ValueError("is not a plain address")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("is not https")
        return url.rstrip("/")


class ZoomCredentials(_Table):
    """A server-to-server OAuth app of a Zoom account; without ``users`` the recordings of the whole account."""

    account_id: SecretStr
    client_id: SecretStr
    client_secret: SecretStr
    users: tuple[str, ...] = ()
    api: str = "https://api.zoom.us/v2"
    login: str = "https://zoom.us/oauth/token"


class TeamsCredentials(_Table):
    """An app registered in Microsoft Entra, and the object ids of the organisers whose meetings are fetched.

    ``chat`` also fetches what was written during the meeting, for which the app may read every chat.
    """

    tenant_id: str
    client_id: SecretStr
    client_secret: SecretStr
    users: tuple[str, ...] = Field(min_length=1)
    chat: bool = False
    api: str = "https://graph.microsoft.com/v1.0"
    login: str = "https://login.microsoftonline.com"


class MeetCredentials(_Table):
    """A Google service account that acts for ``users``, or the refresh token of one account.

    ``service_account_file`` is the key file as Google hands it out, beside the credentials file or absolute.
    """

    service_account_file: str = ""
    users: tuple[str, ...] = ()
    client_id: SecretStr = SecretStr("")
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    api: str = "https://meet.googleapis.com/v2"
    drive: str = "https://www.googleapis.com/drive/v3"
    login: str = "https://oauth2.googleapis.com/token"
    service_account: ServiceAccount | None = None


class ServiceAccount(BaseModel):
    """What is used of a service account's key file."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    client_email: str
    private_key: SecretStr
    private_key_id: str = ""


Credentials = ZoomCredentials | TeamsCredentials | MeetCredentials
KINDS: dict[str, type[ZoomCredentials] | type[TeamsCredentials] | type[MeetCredentials]] = {
    "zoom": ZoomCredentials,
    "teams": TeamsCredentials,
    "meet": MeetCredentials,
}


def read_credentials(path: Path, platform: str) -> Credentials:
    """The credentials of a platform; raises ``ConfigurationError``, which names a key and never what it holds."""
    try:
        tables = read_toml(private_text(path, "the credentials file"))
    except BrokenToml as error:
        raise ConfigurationError(f"the credentials file: {error}", action=_DOCS) from None
    unknown = tables.keys() - KINDS.keys()
    if unknown or not isinstance(tables.get(platform), dict):
        wrong = f"unknown table {sorted(unknown)[0]!r}" if unknown else f"it has no table [{platform}]"
        raise ConfigurationError(f"the credentials file: {wrong}", action=_DOCS)
    if "service_account" in tables[platform]:
        raise _wrong_key(platform, "service_account", "unknown key")
    try:
        credentials = KINDS[platform](**tables[platform])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        kind = {"extra_forbidden": "unknown key", "missing": "it is missing"}.get(first["type"], first["msg"])
        raise _wrong_key(platform, ".".join(map(str, first["loc"])), kind) from None
    return _with_account(credentials, path.parent) if isinstance(credentials, MeetCredentials) else credentials


def _with_account(credentials: MeetCredentials, folder: Path) -> MeetCredentials:
    """The credentials with the key file read; raises ``ConfigurationError`` where neither way is given whole."""
    owner = (credentials.client_id, credentials.client_secret, credentials.refresh_token)
    has_token = all(secret.get_secret_value() for secret in owner)
    if has_token == bool(credentials.service_account_file) or (not has_token and not credentials.users):
        raise ConfigurationError(
            "the credentials file: [meet] takes service_account_file with users, or client_id, client_secret and "
            "refresh_token",
            action=_DOCS,
        )
    if has_token:
        return credentials
    text = private_text(folder / credentials.service_account_file, "the service account's key file")
    try:
        account = ServiceAccount(**json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise ConfigurationError(
            "the service account's key file is not in the form that Google hands out", action=_DOCS
        ) from None
    return credentials.model_copy(update={"service_account": account})


def _wrong_key(platform: str, key: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"the credentials file: {platform}.{key}: {what}", action=_DOCS)


def shown(secrets: dict[str, Any]) -> dict[str, str]:
    """A form's fields with their secrets as text, for the one request that needs them."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in secrets.items()
    }
