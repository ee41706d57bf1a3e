"""Logs staff in at an OpenID Connect provider: authorization code with PKCE, and every claim checked (Authlib).

OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3; RFC 7636 for PKCE; RFC 9207 for the issuer in the answer.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pipeline import log
from pipeline.errors import ConfigurationError, RefusedByPolicy, TryAgain
from pipeline.settings.review_app import WebSettings
from pipeline.web.logins import WebUser
from pipeline.web.modes import user_of

START, CALLBACK = "/login/start", "/login/callback"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures of the provider's own key; nothing that our secret could make."""
_TIMEOUT_S = 10.0
_KEEP_S = 3600.0
"""How long the provider's metadata and keys are taken as they were."""
_LEEWAY_S = 60
"""How far two clocks may differ."""
_ONCE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogin:
    """A login that began: what the provider's answer must fit."""

    state: str
    nonce: str
    verifier: str


class OidcProvider:
    """One provider, as the settings name it; its metadata are read when somebody logs in, and never in a run."""

    def __init__(self, settings: WebSettings, secret: str) -> None:
        issuer = urlsplit(settings.oidc_issuer)
        if not settings.oidc_issuer or not settings.oidc_client_id:
            raise ConfigurationError(
                "web.oidc_issuer or web.oidc_client_id is missing", action="set both, as the provider gives them"
            )
        if issuer.scheme != "https" and issuer.hostname not in ("127.0.0.1", "localhost"):
            raise ConfigurationError("web.oidc_issuer is not https", action="set the issuer as the provider gives it")
        self._settings = settings
        self._secret = secret
        self._lock = threading.Lock()
        self._read: tuple[float, Mapping[str, Any], KeySet] | None = None

    def begin(self) -> tuple[str, PendingLogin]:
        """The address at the provider that somebody is sent to, and what their answer must fit."""
        state, nonce, verifier = (secrets.token_urlsafe(_ONCE_BYTES) for _ in range(3))
        metadata, _ = self._metadata()
        with self._client() as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address), PendingLogin(state=state, nonce=nonce, verifier=verifier)

    def finish(self, pending: PendingLogin, answer: Mapping[str, str]) -> WebUser:
        """Who logged in, by the provider's answer; raises ``RefusedByPolicy`` for one that does not fit in any way."""
        if not secrets.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise _refused("it is not the answer to this login")
        if answer.get("iss", self._settings.oidc_issuer) != self._settings.oidc_issuer:
            raise _refused("it is another provider's")
        if "code" not in answer:
            raise _refused("the provider did not log you in")
        try:
            claims = self._claims(pending, answer["code"])
        except httpx2.HTTPError as error:
            raise _unreachable(error) from error
        except (OAuthError, JoseError, KeyError, ValueError, TypeError) as error:
            log.get().warning("login refused", error=type(error).__name__)
            raise _refused("it cannot be trusted") from error
        return self._user(claims)

    def _claims(self, pending: PendingLogin, code: str) -> Mapping[str, Any]:
        metadata, keys = self._metadata()
        with self._client() as client:
            token = client.fetch_token(
                metadata["token_endpoint"],
                code=code,
                grant_type="authorization_code",
                code_verifier=pending.verifier,
            )
            signed = self._signed(token["id_token"], keys)
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                options={
                    "iss": {"essential": True, "value": self._settings.oidc_issuer},
                    "aud": {"essential": True, "value": self._settings.oidc_client_id},
                    "nonce": {"essential": True, "value": pending.nonce},
                },
                params={
                    "nonce": pending.nonce,
                    "client_id": self._settings.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=_LEEWAY_S)
            wanted = {self._settings.groups_claim, self._settings.name_claim}
            if wanted <= claims.keys() or "userinfo_endpoint" not in metadata:
                return dict(claims)
            more = client.get(metadata["userinfo_endpoint"]).raise_for_status().json()
        if more["sub"] != claims["sub"]:
            raise ValueError("the provider speaks of somebody else")
        return {**more, **claims}

    def _signed(self, id_token: str, keys: KeySet) -> jwt.Token:
        """The token, with its signature checked; keys that the provider changed meanwhile are read anew, once."""
        try:
            return jwt.decode(id_token, keys, algorithms=list(_ALGORITHMS))
        except (JoseError, ValueError):
            with self._lock:
                self._read = None
            return jwt.decode(id_token, self._metadata()[1], algorithms=list(_ALGORITHMS))

    def _user(self, claims: Mapping[str, Any]) -> WebUser:
        name, groups = claims.get(self._settings.name_claim), claims.get(self._settings.groups_claim)
        is_mail = self._settings.name_claim == "email"
        if not isinstance(name, str) or (is_mail and claims.get("email_verified") is not True):
            raise _refused("the provider vouches for no name of yours")
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        user = user_of(name, (group for group in listed if isinstance(group, str)), self._settings.roles)
        if user is None:
            raise _refused("none of your groups has a role here")
        return user

    def _metadata(self) -> tuple[Mapping[str, Any], KeySet]:
        with self._lock:
            if self._read is None or time.monotonic() - self._read[0] > _KEEP_S:
                self._read = (time.monotonic(), *self._fetched())
            return self._read[1:]

    def _fetched(self) -> tuple[Mapping[str, Any], KeySet]:
        issuer = self._settings.oidc_issuer
        try:
            with httpx2.Client(timeout=_TIMEOUT_S) as client:
                place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                metadata: dict[str, Any] = client.get(place).raise_for_status().json()
                keys = KeySet.import_key_set(client.get(metadata["jwks_uri"]).raise_for_status().json())
        except (httpx2.HTTPError, JoseError, KeyError, ValueError, TypeError) as error:
            raise _unreachable(error) from error
        if metadata.get("issuer") != issuer:
            raise ConfigurationError("the provider says another issuer of itself", action="correct web.oidc_issuer")
        return metadata, keys

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._secret,
            scope=self._settings.oidc_scopes,
            redirect_uri=f"{self._settings.staff_url}{CALLBACK}",
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )


def _refused(why: str) -> RefusedByPolicy:
    return RefusedByPolicy(f"the login is refused: {why}", action="log in again, or ask whoever runs the review app")


def _unreachable(error: Exception) -> TryAgain:
    log.get().warning("identity provider unreachable", error=type(error).__name__)
    return TryAgain("the identity provider cannot be reached", action="log in again in a moment")
