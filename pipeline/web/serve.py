"""Starts the server: the review app on this machine alone, or the consent form where participants reach it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterable, Iterator

import uvicorn
from starlette.applications import Starlette

from pipeline.errors import TryAgain
from pipeline.store import Workspace
from pipeline.web.app import participant_app, staff_app
from pipeline.web.logins import Logins, WebUser
from pipeline.web.modes import COOKIE, ProxyMode, SessionCookie, SessionMode, host_of, read_secret
from pipeline.web.oidc import OidcProvider
from pipeline.web.site import Access

LOOPBACK = "127.0.0.1"


class ReviewServer:
    """The review app of one workspace; ``links`` are one-time addresses, one for each person, where links log in.

    Otherwise there are none, and ``address`` is what staff reach it under. Raises ``ConfigurationError`` where the
    settings of the login are not whole.
    """

    def __init__(self, workspace: Workspace, people: Iterable[WebUser], *, port: int) -> None:
        self._port = port
        settings, logins = workspace.settings.web, Logins()
        self.links: dict[str, str] = {}
        if settings.login == "local":
            self.address = f"http://{LOOPBACK}:{port}"
            self.links = {person.actor: f"{self.address}/login/{logins.link(person)}" for person in people}
            hosts = {f"{host}:{port}" for host in (LOOPBACK, "localhost", "[::1]")}
        else:
            self.address, hosts = settings.staff_url, {host_of(settings)}
        self._app = staff_app(workspace, access_of(workspace, logins), hosts=hosts)

    @property
    def lines(self) -> list[str]:
        """What is told on the terminal: who opens which link, or where the pages are."""
        links = [f"{actor}: {link}" for actor, link in self.links.items()]
        return links or [f"staff log in at {self.address}, which leads to port {self._port} of this machine"]

    def run(self) -> None:
        """Serves until it is interrupted; raises ``TryAgain`` where the port is taken."""
        _run(self._app, host=LOOPBACK, port=self._port)


def access_of(workspace: Workspace, logins: Logins) -> Access:
    """How people come to be known here; raises ``ConfigurationError`` where the settings of that are not whole."""
    settings = workspace.settings.web
    if settings.login == "local":
        return Access.by_links(logins)
    secret = read_secret(settings, workspace.root)
    if settings.login == "proxy":
        return Access(mode=ProxyMode(settings, secret), logins=logins)
    is_tls = settings.staff_url.startswith("https:")
    cookie = SessionCookie(name=f"__Host-{COOKIE}" if is_tls else COOKIE, secure=is_tls, samesite="lax")
    provider = OidcProvider(settings, secret)
    return Access(mode=SessionMode(logins, cookie, name="oidc"), logins=logins, cookie=cookie, provider=provider)


def serve_form(workspace: Workspace, *, host: str, port: int) -> None:
    """Serves the consent form alone until it is interrupted; a proxy before it speaks TLS."""
    _run(participant_app(workspace), host=host, port=port)


def _run(app: Starlette, *, host: str, port: int) -> None:
    config = uvicorn.Config(
        app, host=host, port=port, log_level="critical", access_log=False, server_header=False, proxy_headers=False
    )
    server = uvicorn.Server(config)
    with _stopped_by_sigterm(), contextlib.suppress(KeyboardInterrupt):
        try:
            server.run()
        except SystemExit as error:
            raise TryAgain("the port cannot be opened", action="stop what uses it, or give --port") from error


@contextlib.contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """SIGTERM, which systemd stops a service with, ends the server as Ctrl-C does.

    uvicorn shuts down for either and then raises the signal once more for whoever had it before: left to the system it
    would end the process before the decrypted sound that was played is removed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
