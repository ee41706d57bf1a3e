"""What the review page asks beside decisions: its sound, its picture, and whose turn it is to review the session."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pipeline.store.registry import Registry
from pipeline.web.api_requests import ApiBody, is_lead, opened_review, ranged, span_of
from pipeline.web.site import actor_of, as_json, site_of
from pipeline.workflow import review_leases
from pipeline.workflow.review_audio import audio_piece, note_listen
from pipeline.workflow.review_picture import cover_views, note_watch, picture_piece


class LeaseBody(ApiBody):
    """Whether a lead takes a session over from who has it."""

    take_over: bool = False


def lease(request: Request, body: bytes) -> Response:
    """Takes or renews the lease of the session for who asks; where it is another's, says whose."""
    site, take_over = site_of(request), LeaseBody.model_validate_json(body).take_over
    session_id = request.path_params["session"]
    Registry(site.workspace.db).session(session_id)
    wanted: dict[str, Any] = {"actor": actor_of(request), "take_over": take_over, "is_lead": is_lead(request)}
    return as_json(review_leases.work_on(site.workspace, session_id, **wanted, now=site.now))


def audio(request: Request, _: bytes) -> Response:
    """A piece of the original sound, or of what it would be redacted; the ledger records who hears originals."""
    site, opened = opened_review(request)
    start_s, end_s = span_of(request)
    redacted = request.query_params.get("redacted") == "1"
    content = audio_piece(site.workspace, opened, start_s=start_s, end_s=end_s, redacted=redacted)
    if not redacted:
        session_id = opened.session.session_id
        note_listen(site.workspace, session_id, actor=actor_of(request), start_s=start_s, end_s=end_s)
    return ranged(request, content, "audio/ogg")


def picture(request: Request, _: bytes) -> Response:
    """A piece of the original picture, over which the page draws the covers; the ledger records who sees it."""
    site, session_id = site_of(request), request.path_params["session"]
    opened, (start_s, end_s) = site.review(session_id), span_of(request)
    content = opened.pieces.get(
        (start_s, end_s), lambda: picture_piece(site.workspace, opened.session, start_s=start_s, end_s=end_s)
    )
    note_watch(site.workspace, session_id, actor=actor_of(request), start_s=start_s, end_s=end_s)
    return ranged(request, content, "video/mp4")


def covers(request: Request, _: bytes) -> Response:
    """The covers of the picture, by proposal and those that people laid."""
    site, opened = opened_review(request)
    return as_json({"covers": cover_views(site.workspace, opened)})
