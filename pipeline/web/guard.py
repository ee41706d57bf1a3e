"""What every request is held against before any page sees it: host, origin, login, role, size; and strict headers."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.web.logins import WebUser
from pipeline.web.modes import LoginMode
from pipeline.web.roles import TableRoute

SAFE = frozenset({"GET", "HEAD"})
OPENED_BY = "offrecord-actor"
"""The header in which a page says, percent-encoded, who opened it; somebody else may log in later in that browser."""
OTHER_PERSON = "offrecord-other-person"
"""The header that tells a page why it is refused: its login is not over, but of somebody else than who opened it."""
MAX_BODY = 64 * 1024
"""Bytes of a request; the largest is a form with a reason."""
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Lets through what the table of routes allows, and nothing else."""

    def __init__(
        self, app: ASGIApp, *, routes: Collection[TableRoute], mode: LoginMode, hosts: Collection[str]
    ) -> None:
        self._app = app
        self._routes = routes
        self._mode = mode
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or hands it to its page."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        answer = self._app if refusal is None else refusal
        await answer(scope, _limited(receive), _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self._hosts and headers.get("host", "") not in self._hosts:
            return _plain(HTTPStatus.MISDIRECTED_REQUEST, "This address is not served here.")
        if scope["method"] not in SAFE and not _is_same_origin(headers):
            return _plain(HTTPStatus.FORBIDDEN, "This request came from another site.")
        if int(headers.get("content-length") or 0) > MAX_BODY:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large.")
        route = next((route for route in self._routes if route.matches(scope)[0] is Match.FULL), None)
        if route is None:
            return _plain(HTTPStatus.NOT_FOUND, "There is no such page.")
        if route.roles is None:
            return None
        person = self._mode.person(scope)
        if person is None:
            return _login_needed(scope, self._mode)
        opened_by = headers.get(OPENED_BY)
        if opened_by is not None and unquote(opened_by) != person.actor:
            refusal = _plain(HTTPStatus.UNAUTHORIZED, "Somebody else opened this page: reload it.")
            refusal.headers[OTHER_PERSON] = "1"
            return refusal
        if not person.roles & route.roles:
            return _plain(HTTPStatus.FORBIDDEN, "Your role may not see this.")
        scope["person"] = person
        return None


def person_of(scope: Scope) -> WebUser:
    """Who asks; every page with roles has somebody."""
    person: WebUser = scope["person"]
    return person


def _is_same_origin(headers: Headers) -> bool:
    """Whether one of our own pages sends a request, as its browser says (Fetch Metadata, else Origin)."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin"
    return origin is not None and origin.partition("://")[2] == headers.get("host")


def _login_needed(scope: Scope, mode: LoginMode) -> Response:
    wants_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
    if wants_page:
        return RedirectResponse("/login", status_code=HTTPStatus.SEE_OTHER)
    return _plain(HTTPStatus.UNAUTHORIZED, f"Log in first: {mode.hint}.")


def _plain(status: HTTPStatus, text: str) -> Response:
    return PlainTextResponse(text, status_code=status)


def _limited(receive: Receive) -> Receive:
    """Receives no more than the largest body; a longer one ends there, and its page cannot read it."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        return message if size <= MAX_BODY else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
