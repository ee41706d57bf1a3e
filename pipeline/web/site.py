"""What all pages share: the workspace, the templates, the static files, and the reviews that are open."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipeline.store import Workspace
from pipeline.store.codec import plain
from pipeline.web.guard import person_of
from pipeline.web.logins import Logins, Person
from pipeline.web.roles import WebRole
from pipeline.workflow.review_material import ReviewMaterial, ReviewSession, material_of, material_version, open_review

_OPEN_REVIEWS = 4
"""Sessions whose material stays in memory; a three-hour one with 30,000 words takes some 40 MB."""
_MOST_FIELDS = 2_000
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Site:
    """One running review app."""

    def __init__(self, workspace: Workspace, logins: Logins, *, now: Callable[[], datetime]) -> None:
        self.workspace = workspace
        self.logins = logins
        self._now = now
        self._lock = threading.Lock()
        self._materials: OrderedDict[str, tuple[int, ReviewMaterial]] = OrderedDict()
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
        person: Person | None = request.scope.get("person")
        shown = {"person": person, "roles": person.roles if person else frozenset(), "Role": WebRole, **values}
        return HTMLResponse(self._templates.get_template(template).render(shown), status_code=status)

    def review(self, session_id: str) -> ReviewSession:
        """A session for somebody who decides, as it is now; raises as ``open_review`` does."""
        return open_review(self.workspace, session_id, now=self.now, material=self._material(session_id))

    def _material(self, session_id: str) -> ReviewMaterial:
        version = material_version(self.workspace, session_id)
        with self._lock:
            stored = self._materials.get(session_id)
            if stored is not None and stored[0] == version:
                self._materials.move_to_end(session_id)
                return stored[1]
        material = material_of(self.workspace, session_id)
        with self._lock:
            self._materials[session_id] = (version, material)
            while len(self._materials) > _OPEN_REVIEWS:
                self._materials.popitem(last=False)
        return material


def site_of(request: Request) -> Site:
    """The app that a request is for."""
    site: Site = request.app.state.site
    return site


def actor_of(request: Request) -> str:
    """Who decides, as the log of decisions names them."""
    return person_of(request.scope).actor


def as_json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Records as JSON."""
    body = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status_code=status, media_type="application/json")


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
