"""Makes the app for staff, or the one for participants alone, each behind the guard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline import log
from pipeline.errors import InputRefused, OffrecordError, RefusedByPolicy, UsageProblem
from pipeline.store import Workspace
from pipeline.store.vault import Vault
from pipeline.web.guard import Guard
from pipeline.web.logins import Logins
from pipeline.web.roles import TableRoute
from pipeline.web.routes import PARTICIPANT_ROUTES, STAFF_ROUTES
from pipeline.web.site import Access, Site, site_of

_STATUS: tuple[tuple[type[OffrecordError], HTTPStatus], ...] = (
    (UsageProblem, HTTPStatus.NOT_FOUND),
    (RefusedByPolicy, HTTPStatus.FORBIDDEN),
    (InputRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (OffrecordError, HTTPStatus.SERVICE_UNAVAILABLE),
)


_KEEP_OPEN_S = 600.0
"""How long an original stays open after a piece of it was asked for: a reviewer goes from one to the next."""


class _OpenOriginals:
    """Keeps what a request opened of the vault for as long as any request runs, and a while for the next."""

    def __init__(self, app: ASGIApp, *, vault: Vault) -> None:
        self._app = app
        self._vault = vault
        vault.keep_open(_KEEP_OPEN_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._vault.in_use() if scope["type"] == "http" else nullcontext():
            await self._app(scope, receive, send)


def _utc() -> datetime:
    return datetime.now(UTC)


def staff_app(
    workspace: Workspace, access: Access, *, hosts: Collection[str], now: Callable[[], datetime] = _utc
) -> Starlette:
    """The review app; it also serves the consent form, so that staff see what participants see."""
    return _app(Site(workspace, access, now=now), (*PARTICIPANT_ROUTES, *STAFF_ROUTES), hosts)


def participant_app(
    workspace: Workspace, *, hosts: Collection[str] = (), now: Callable[[], datetime] = _utc
) -> Starlette:
    """The consent form and previews alone; nothing of staff can be reached through it, as it has no such route."""
    return _app(Site(workspace, Access.by_links(Logins()), now=now), PARTICIPANT_ROUTES, hosts)


def _app(site: Site, routes: Sequence[TableRoute], hosts: Collection[str]) -> Starlette:
    app = Starlette(
        routes=list(routes),
        middleware=[
            Middleware(Guard, routes=routes, mode=site.access.mode, hosts=hosts),
            Middleware(_OpenOriginals, vault=site.workspace.vault),
        ],
        exception_handlers={OffrecordError: _known_error, Exception: _unforeseen},
    )
    app.state.site = site
    return app


def _known_error(request: Request, error: Exception) -> Response:
    """An error that says what is wrong and what to do, as a page."""
    if not isinstance(error, OffrecordError):
        return _unforeseen(request, error)
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    return site_of(request).page(request, "error.html", status=status, problem=error.message, action=error.action)


def _unforeseen(request: Request, error: Exception) -> Response:
    """Any other error: its kind goes to the log, its words to nobody, as they might hold a secret."""
    log.get().error("page failed", error=type(error).__name__)
    return site_of(request).page(
        request,
        "error.html",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        problem="something unforeseen happened",
        action="load the page again; the log of the workspace says what kind of error it was",
    )
