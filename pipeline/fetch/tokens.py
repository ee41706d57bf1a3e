"""OAuth tokens: each platform's grant for programs, a token until it ends, and the hosts that it is for.

Zoom: account credentials grant of a server-to-server OAuth app. Microsoft: client credentials (RFC 6749, section 4.4).
Google: a signed assertion of a service account (RFC 7523), or a refresh token (RFC 6749, section 6).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from pipeline.errors import ConfigurationError
from pipeline.fetch.credentials import MeetCredentials, ServiceAccount, TeamsCredentials, ZoomCredentials, shown
from pipeline.fetch.http_client import HttpClient

MEET_SCOPES = (
    "https://www.googleapis.com/auth/meetings.space.readonly",
    "https://www.googleapis.com/auth/drive.meet.readonly",
)
_GRAPH_SCOPE = "/.default"
_EARLY_S = 60.0
"""A token is renewed so long before its end, for requests that are on their way then."""
_HOUR_S = 3600
_OK = 200
_RENEW = "renew them in the credentials file, see docs/fetching.md"

Grant = Callable[[], tuple[int, Any]]
"""Asks for a token once: the status of the answer and its JSON."""


class TokenAccess:
    """The token of one account, fetched when a request first needs it."""

    def __init__(self, grant: Grant, *, origins: Iterable[str], domains: Iterable[str] = ()) -> None:
        self._grant = grant
        self._origins = frozenset(map(_origin, origins))
        self._domains = tuple(f".{domain}" for domain in domains)
        self._token, self._ends_at = "", 0.0

    def token(self) -> str:
        """The token that is valid now; raises ``ConfigurationError`` where the platform gives none."""
        if not self._token or time.monotonic() > self._ends_at:
            status, body = self._grant()
            token = body.get("access_token") if isinstance(body, dict) else None
            if status != _OK or not isinstance(token, str) or not token:
                raise ConfigurationError("the platform does not accept the credentials", action=_RENEW)
            lasts_s = body.get("expires_in")
            self._ends_at = time.monotonic() + (lasts_s if isinstance(lasts_s, int | float) else _HOUR_S) - _EARLY_S
            self._token = token
        return self._token

    def renew(self) -> None:
        """Has the next token fetched anew."""
        self._token = ""

    def is_for(self, url: str) -> bool:
        """Whether the token may go there: to the API's own origin, and by TLS to the platform's other hosts."""
        parts = urlsplit(url)
        is_platform = parts.scheme == "https" and f".{parts.hostname}".endswith(self._domains)
        return _origin(url) in self._origins or is_platform


def zoom_access(client: HttpClient, credentials: ZoomCredentials) -> TokenAccess:
    """The access of a server-to-server OAuth app; downloads lie on other hosts of Zoom's domains."""
    form = shown({"grant_type": "account_credentials", "account_id": credentials.account_id})
    user = (credentials.client_id.get_secret_value(), credentials.client_secret.get_secret_value())
    return TokenAccess(
        lambda: client.post_form(credentials.login, form, user=user),
        origins=(credentials.api,),
        domains=("zoom.us", "zoom.com", "zoomgov.com"),
    )


def teams_access(client: HttpClient, credentials: TeamsCredentials) -> TokenAccess:
    """The access of an app registered in Microsoft Entra, to Graph alone."""
    parts = urlsplit(credentials.api)
    form = shown(
        {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "scope": f"{parts.scheme}://{parts.netloc}{_GRAPH_SCOPE}",
        }
    )
    place = f"{credentials.login}/{quote(credentials.tenant_id, safe='')}/oauth2/v2.0/token"
    return TokenAccess(lambda: client.post_form(place, form), origins=(credentials.api,))


def meet_access(client: HttpClient, credentials: MeetCredentials, user: str) -> TokenAccess:
    """The access of one account to Meet and Drive: as the service account for ``user``, or by a refresh token."""
    account = credentials.service_account

    def grant() -> tuple[int, Any]:
        if account is not None:
            form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}
            form["assertion"] = _assertion(account, user, credentials.login)
        else:
            owner = {name: getattr(credentials, name) for name in ("client_id", "client_secret", "refresh_token")}
            form = shown({"grant_type": "refresh_token", **owner})
        return client.post_form(credentials.login, form)

    return TokenAccess(grant, origins=(credentials.api, credentials.drive))


def _assertion(account: ServiceAccount, user: str, audience: str) -> str:
    """What a service account signs to act for a user; raises ``ConfigurationError`` for a key that cannot sign."""
    now = int(time.time())
    header = {"alg": "RS256", "typ": "JWT"} | ({"kid": account.private_key_id} if account.private_key_id else {})
    claims = {"iss": account.client_email, "sub": user, "scope": " ".join(MEET_SCOPES), "aud": audience}
    try:
        key = RSAKey.import_key(account.private_key.get_secret_value())
        return jwt.encode(header, {**claims, "iat": now, "exp": now + _HOUR_S}, key)
    except (JoseError, ValueError):
        raise ConfigurationError("the service account's key file holds no RSA key", action=_RENEW) from None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
