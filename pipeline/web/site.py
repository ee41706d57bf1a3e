"""What all pages share: the workspace, the templates, the static files, and the reviews that are open."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipeline.store import Workspace
from pipeline.web.guard import person_of
from pipeline.web.logins import Logins, WebUser
from pipeline.web.modes import LOCAL_COOKIE, LoginMode, SessionCookie, SessionMode
from pipeline.web.oidc import OidcProvider
from pipeline.web.recent_pieces import RecentPieces
from pipeline.web.roles import WebRole
from pipeline.workflow.review_material import ReviewSession, open_review, review_state
from pipeline.workflow.review_views import TakenOut, taken_out

_OPEN_REVIEWS = 4
"""Sessions that stay in memory: those that people work at, at a time."""
_MOST_FIELDS = 2_000
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReview:
    """A review that somebody works at, what it stands on, what each proposal takes out, and pieces of its picture."""

    state: tuple[tuple[str, ...], str, str, int]
    session: ReviewSession
    taken: Mapping[str, TakenOut]
    pieces: RecentPieces = field(default_factory=RecentPieces, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How people come to be known: the mode, and what a session needs where there are any."""

    mode: LoginMode
    logins: Logins
    cookie: SessionCookie = LOCAL_COOKIE
    provider: OidcProvider | None = None

    @classmethod
    def by_links(cls, logins: Logins) -> Access:
        """One-time links, on this machine."""
        return cls(mode=SessionMode(logins, LOCAL_COOKIE), logins=logins)


class Site:
    """One running review app."""

    def __init__(self, workspace: Workspace, access: Access, *, now: Callable[[], datetime]) -> None:
        self.workspace = workspace
        self.access = access
        self._now = now
        self._lock = threading.Lock()
        # SQLite writes its log back whenever the last connection closes, which each request would wait for.
        self._kept_open = workspace.db.raw_connection()
        self._reviews: OrderedDict[str, OpenReview] = OrderedDict()
        self._templates = Environment(
            loader=PackageLoader("pipeline.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["asset"] = self._asset
        self._templates.globals["clock"] = clock

    @property
    def now(self) -> datetime:
        """The time of a request, aware UTC."""
        return self._now()

    @cached_property
    def assets(self) -> Mapping[str, bytes]:
        """The static files by name."""
        folder = files("pipeline.web") / "static"
        return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(tuple(TYPES))}

    def _asset(self, name: str) -> str:
        """The address of a static file, which changes with its content."""
        return f"/static/{name}?v={hashlib.sha256(self.assets[name]).hexdigest()[:12]}"

    def page(
        self, request: Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """A page for whoever asks; participants and people who log in see no navigation."""
        person: WebUser | None = request.scope.get("person")
        shown = {"person": person, "roles": person.roles if person else frozenset(), "Role": WebRole, **values}
        return HTMLResponse(self._templates.get_template(template).render(shown), status_code=status)

    def review(self, session_id: str) -> OpenReview:
        """A session for somebody who decides, as it is now; raises as ``open_review`` does."""
        state, now = review_state(self.workspace, session_id), self.now
        with self._lock:
            stored = self._reviews.get(session_id)
        if stored is not None and stored.state == state and now < stored.session.ruling.valid_until:
            return stored
        is_same = stored is not None and stored.state[0][0] == state[0][0]
        material = stored.session.material if stored is not None and is_same else None
        opened = open_review(self.workspace, session_id, now=now, material=material)
        opened_review = OpenReview(state=state, session=opened, taken=taken_out(opened, self.workspace.settings.redact))
        with self._lock:
            self._reviews[session_id] = opened_review
            self._reviews.move_to_end(session_id)
            while len(self._reviews) > _OPEN_REVIEWS:
                self._reviews.popitem(last=False)
        return opened_review


def site_of(request: Request) -> Site:
    """The app that a request is for."""
    site: Site = request.app.state.site
    return site


def actor_of(request: Request) -> str:
    """Who decides, as the log of decisions names them."""
    return person_of(request.scope).actor


def as_json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Records as JSON."""
    return Response(to_json(value), status_code=status, media_type="application/json")


def posted(act: Callable[[Request, Mapping[str, str]], Response]) -> Callable[[Request], Awaitable[Response]]:
    """A page that takes a form: its fields, of which each name has one value, without spaces around them."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        return await run_in_threadpool(act, request, {name: value.strip() for name, value in fields})

    return endpoint


def clock(seconds: float) -> str:
    """Seconds as H:MM:SS."""
    at_s = int(seconds)
    return f"{at_s // 3600}:{at_s // 60 % 60:02}:{at_s % 60:02}"
