"""Pages that lead to the work: the queue by risk, reports and settings as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.records.session_names import session_name
from pipeline.reports.undecided import reason_with_undecided
from pipeline.review.queue import SessionLine
from pipeline.store.registry import Registry, SessionState
from pipeline.web.api_requests import is_lead
from pipeline.web.guard import person_of
from pipeline.web.roles import WebRole
from pipeline.web.site import TYPES, actor_of, site_of
from pipeline.workflow.review_actions import list_sessions
from pipeline.workflow.review_leases import next_session
from pipeline.workflow.voice_review import held_with_voices


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One session of the queue, and how far it came."""

    line: SessionLine
    status: str
    reason: str


def static(request: Request) -> Response:
    """A style sheet or script of ours."""
    name = request.path_params["name"]
    content = site_of(request).assets.get(name)
    if content is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=TYPES[PurePosixPath(name).suffix], headers=headers)


def home(request: Request) -> Response:
    """Leads to the first page that whoever asks may see."""
    roles = person_of(request.scope).roles
    places = {WebRole.REVIEWER: "/queue", WebRole.LEAD: "/queue", WebRole.PM: "/requests", WebRole.DPO: "/holds"}
    place = next((place for role, place in places.items() if role in roles), "/reports")
    return RedirectResponse(place, status_code=HTTPStatus.SEE_OTHER)


def queue(request: Request) -> Response:
    """The sessions with proposals, the riskiest first; filters are in the address."""
    wanted = {name: request.query_params.get(name, "") for name in ("show", "platform", "day")}
    rows = list(_rows(request))
    platforms = sorted({row.line.platform for row in rows} - {""})
    shown = [row for row in rows if _is_wanted(row, wanted)]
    left = sum(row.line.undecided for row in shown)
    return site_of(request).page(
        request,
        "queue.html",
        rows=shown,
        total=len(rows),
        left=left,
        wanted=wanted,
        platforms=platforms,
        voices=held_with_voices(site_of(request).workspace),
        none_left=request.query_params.get("none") == "1",
    )


def take_next(request: Request, form: Mapping[str, str]) -> Response:
    """Hands out the next session that nobody else reviews, and gives back the one that is left."""
    site = site_of(request)
    who: dict[str, Any] = {"actor": actor_of(request), "now": site.now, "is_lead": is_lead(request)}
    session_id = next_session(site.workspace, **who, leaving=form.get("leaving", ""))
    place = f"/sessions/{session_id}/review" if session_id else "/queue?none=1"
    return RedirectResponse(place, status_code=HTTPStatus.SEE_OTHER)


def reports(request: Request) -> Response:
    """The morning report as the last run wrote it."""
    path = site_of(request).workspace.reports / "report.json"
    report = json.loads(path.read_text("utf-8")) if path.is_file() else None
    sessions = Registry(site_of(request).workspace.db).sessions()
    names = {session.session_id: session_name(session) for session in sessions}
    return site_of(request).page(request, "reports.html", report=report, names=names)


def settings(request: Request) -> Response:
    """The settings as they are, without a way to change them here."""
    workspace = site_of(request).workspace
    sections = {
        name: getattr(workspace.settings, name).model_dump(mode="json")
        for name in type(workspace.settings).model_fields
    }
    return site_of(request).page(request, "settings.html", sections=sections)


def _rows(request: Request) -> Iterator[QueueRow]:
    workspace = site_of(request).workspace
    states = Registry(workspace.db).states()
    for line in list_sessions(workspace, now=site_of(request).now):
        state = states.get(line.session_id)
        yield QueueRow(
            line=line,
            status=_status(state, line.undecided),
            reason=_reason(state, line.undecided),
        )


def _status(state: SessionState | None, undecided: int) -> str:
    status = state.result.status if state else "waiting"
    return "to review" if status == "done" and undecided else status


def _reason(state: SessionState | None, undecided: int) -> str:
    """The reason as the report and ``offrecord status`` have it."""
    reason = state.result.reason if state else ""
    return reason_with_undecided(reason, undecided) if _status(state, undecided) == "to review" else reason


def _is_wanted(row: QueueRow, wanted: dict[str, str]) -> bool:
    line = row.line
    fits = {
        "undecided": line.undecided > 0,
        "flagged": line.flagged > 0,
        "unsigned": not line.signed_off,
        "done": line.undecided == 0,
    }
    if not fits.get(wanted["show"], True):
        return False
    is_there = wanted["platform"] in ("", row.line.platform)
    return is_there and row.line.name.startswith(wanted["day"])
