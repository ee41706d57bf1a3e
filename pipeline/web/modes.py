"""How a request says who sends it: by a session that a link or a provider began, or by a header of a trusted proxy."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from pipeline.errors import ConfigurationError
from pipeline.settings.review_app import Role, WebSettings
from pipeline.web.logins import Logins, WebUser
from pipeline.web.roles import WebRole

COOKIE = "offrecord"
PROXY_SECRET = "x-offrecord-proxy"
"""The header in which the proxy proves that it is the proxy."""
_LONGEST_NAME = 200
_SHORTEST_SECRET = 16
"""Characters; the secrets that are asked for are random."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCookie:
    """The cookie of a session. Behind TLS it is bound to its host; one that a provider leads to is lax, because the
    browser comes from another site then.
    """

    name: str = COOKIE
    secure: bool = False
    samesite: Literal["strict", "lax"] = "strict"


LOCAL_COOKIE = SessionCookie()
"""The one on this machine, where nothing speaks TLS."""


class LoginMode(Protocol):
    """How people are known to the review app; ``hint`` says to a script what to do without a login."""

    @property
    def name(self) -> Literal["local", "oidc", "proxy"]:
        """The mode, as the settings call it."""

    @property
    def hint(self) -> str:
        """What somebody does who is not logged in."""

    def person(self, scope: Scope) -> WebUser | None:
        """Who sends a request; None for nobody who is known."""


class SessionMode:
    """Whoever has the cookie of a session that runs."""

    def __init__(self, logins: Logins, cookie: SessionCookie, *, name: Literal["local", "oidc"] = "local") -> None:
        self.cookie = cookie
        self.name: Literal["local", "oidc"] = name
        self._logins = logins
        is_local = name == "local"
        self.hint = "open the link that `offrecord serve` printed" if is_local else "open /login in a browser"

    def person(self, scope: Scope) -> WebUser | None:
        """Who has the session of this cookie."""
        session = HTTPConnection(scope).cookies.get(self.cookie.name, "")
        return self._logins.person(session) if session else None


class ProxyMode:
    """Whoever a proxy on this machine names, which proves itself with a secret; there is no session here."""

    name: Literal["proxy"] = "proxy"
    hint = "go through the proxy of your pages"

    def __init__(self, settings: WebSettings, secret: str) -> None:
        self._settings = settings
        self._secret = secret.encode()

    def person(self, scope: Scope) -> WebUser | None:
        """Who the headers name; nobody where the request is not surely the proxy's, or names no group with a role."""
        headers = Headers(scope=scope)
        names, groups = (
            headers.getlist(name) for name in (self._settings.proxy_user_header, self._settings.proxy_groups_header)
        )
        if not self._is_proxy(scope, headers) or len(names) != 1 or len(groups) != 1:
            return None
        return user_of(names[0], (group.strip() for group in groups[0].split(",")), self._settings.roles)

    def _is_proxy(self, scope: Scope, headers: Headers) -> bool:
        """Whether the request comes from this machine and has the secret once."""
        client, secrets = scope.get("client"), headers.getlist(PROXY_SECRET)
        if client is None or len(secrets) != 1 or not hmac.compare_digest(secrets[0].encode(), self._secret):
            return False
        try:
            return ipaddress.ip_address(client[0]).is_loopback
        except ValueError:
            return False


def user_of(name: str, groups: Iterable[str], roles: Mapping[Role, tuple[str, ...]]) -> WebUser | None:
    """Somebody with the roles of their groups; None for one without a role, or whose name cannot be kept."""
    actor, theirs = name.strip(), frozenset(groups)
    held = frozenset(WebRole(role) for role, names in roles.items() if theirs & frozenset(names))
    if not actor or len(actor) > _LONGEST_NAME or not actor.isprintable() or not held:
        return None
    return WebUser(actor=actor, roles=held)


def host_of(settings: WebSettings) -> str:
    """The host under which staff reach the app; raises ``ConfigurationError`` for one that would not be safe.

    Plain HTTP is for this machine alone.
    """
    address = urlsplit(settings.staff_url)
    if not settings.staff_url:
        raise ConfigurationError("web.staff_url is missing", action="set what staff reach the review app under")
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
        raise ConfigurationError("web.staff_url is not https", action="put a proxy with TLS before the review app")
    if not settings.roles:
        raise ConfigurationError("web.roles is empty, so nobody could do anything", action="name the groups of roles")
    return address.netloc


def read_secret(settings: WebSettings, root: Path) -> str:
    """The secret in ``web.secret_file``, a path within the workspace or absolute; raises ``ConfigurationError``."""
    path = root / settings.secret_file
    try:
        secret = path.read_text("utf-8").strip() if settings.secret_file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError("web.secret_file cannot be read", action="check that it is there") from error
    if len(secret) < _SHORTEST_SECRET:
        raise ConfigurationError(
            "web.secret_file holds no secret", action=f"put {_SHORTEST_SECRET} random characters or more into it"
        )
    if path.stat().st_mode & 0o077:
        raise ConfigurationError("web.secret_file may be read by others on this machine", action="chmod 600 it")
    return secret
