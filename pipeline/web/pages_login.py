"""Logging in and out: by a one-time link, or at a provider; a proxy needs neither."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import UsageProblem
from pipeline.web.logins import LINK_S
from pipeline.web.oidc import OidcProvider, PendingLogin
from pipeline.web.site import Site, site_of

_PENDING = "-login"
"""What the cookie of a login that began is called behind the name of a session's."""


def login_page(request: Request) -> Response:
    """Says how to log in."""
    return _login_page(request)


def login(request: Request) -> Response:
    """Logs in whoever holds a one-time link."""
    site = site_of(request)
    session = site.access.logins.redeem(request.path_params["secret"])
    if session is None:
        return _login_page(request, status=HTTPStatus.FORBIDDEN)
    return _with_session(RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER), site, session)


def start_login(request: Request) -> Response:
    """Sends somebody to the provider; what its answer must fit is kept here, under a cookie that lasts for it alone."""
    site = site_of(request)
    address, pending = _provider(site).begin()
    answer = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    cookie = site.access.cookie
    answer.set_cookie(
        f"{cookie.name}{_PENDING}",
        site.access.logins.hold(pending),
        max_age=int(LINK_S),
        httponly=True,
        secure=cookie.secure,
        samesite="lax",
        path="/",
    )
    return answer


def finish_login(request: Request) -> Response:
    """Takes the provider's answer, once, and begins a session for whoever it is about."""
    site = site_of(request)
    name = f"{site.access.cookie.name}{_PENDING}"
    pending = site.access.logins.take(request.cookies.get(name, ""))
    if not isinstance(pending, PendingLogin):
        return _login_page(request, status=HTTPStatus.FORBIDDEN)
    person = _provider(site).finish(pending, dict(request.query_params))
    answer = RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER)
    answer.delete_cookie(name, path="/", secure=site.access.cookie.secure, httponly=True, samesite="lax")
    return _with_session(answer, site, site.access.logins.start(person))


def logout(request: Request) -> Response:
    """Ends the session of whoever asks."""
    site = site_of(request)
    cookie = site.access.cookie
    site.access.logins.end(request.cookies.get(cookie.name, ""))
    answer = RedirectResponse("/login", status_code=HTTPStatus.SEE_OTHER)
    answer.delete_cookie(cookie.name, path="/", secure=cookie.secure, httponly=True, samesite=cookie.samesite)
    return answer


def _login_page(request: Request, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
    site = site_of(request)
    return site.page(request, "login.html", status=status, mode=site.access.mode.name)


def _with_session(answer: Response, site: Site, session: str) -> Response:
    cookie = site.access.cookie
    answer.set_cookie(cookie.name, session, httponly=True, secure=cookie.secure, samesite=cookie.samesite, path="/")
    return answer


def _provider(site: Site) -> OidcProvider:
    if site.access.provider is None:
        raise UsageProblem("this review app has no login at a provider", action="open its first page")
    return site.access.provider
