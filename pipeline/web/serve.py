"""Starts the server: the review app on this machine alone, or the consent form where participants reach it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import uvicorn
from starlette.applications import Starlette

from pipeline.errors import TryAgain
from pipeline.store import Workspace
from pipeline.web.app import participant_app, staff_app
from pipeline.web.logins import Logins, WebUser

LOOPBACK = "127.0.0.1"


class ReviewServer:
    """The review app of one workspace; ``links`` are one-time addresses, one for each person."""

    def __init__(self, workspace: Workspace, people: Iterable[WebUser], *, port: int) -> None:
        self.address = f"http://{LOOPBACK}:{port}"
        self._port = port
        logins = Logins()
        self.links = {person.actor: f"{self.address}/login/{logins.link(person)}" for person in people}
        hosts = {f"{host}:{port}" for host in (LOOPBACK, "localhost", "[::1]")}
        self._app = staff_app(workspace, logins, hosts=hosts)

    def run(self) -> None:
        """Serves until it is interrupted; raises ``TryAgain`` where the port is taken."""
        _run(self._app, host=LOOPBACK, port=self._port)


def serve_form(workspace: Workspace, *, host: str, port: int) -> None:
    """Serves the consent form alone until it is interrupted; a proxy before it speaks TLS."""
    _run(participant_app(workspace), host=host, port=port)


def _run(app: Starlette, *, host: str, port: int) -> None:
    config = uvicorn.Config(app, host=host, port=port, log_level="critical", access_log=False, server_header=False)
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            server.run()
        except SystemExit as error:
            raise TryAgain("the port cannot be listened on", action="stop what uses it, or give --port") from error
