"""The pages of one session: its review, its sign-off with what the proof says, its renditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from pipeline.errors import OffrecordError
from pipeline.records import Audience, ProofVerdict, Purpose
from pipeline.records.session_names import session_name
from pipeline.review import decision_log
from pipeline.review.queue import proposals_of
from pipeline.store import voices
from pipeline.store.registry import Registry
from pipeline.web.guard import person_of
from pipeline.web.roles import SEES_CONSENT
from pipeline.web.site import Site, actor_of, site_of
from pipeline.workflow.consent_views import explain_session
from pipeline.workflow.renditions import MEDIA_TYPES, PublishedRendition, published_rendition, rendition_file
from pipeline.workflow.review_actions import sign_off


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffView:
    """What somebody signs: how far the review is, who signed, and whether the same person may."""

    undecided: int
    proposals: int
    signed_by: str | None
    needs_second: bool


def review_page(request: Request) -> Response:
    """The review of a session; its data comes as JSON."""
    site, session_id = site_of(request), request.path_params["session"]
    session = Registry(site.workspace.db).session(session_id)
    return site.page(
        request,
        "review.html",
        session=session,
        name=session_name(session),
        title=session.title,
        has_picture=session.video is not None,
        has_voices=bool(voices.mixed_tracks(session)),
    )


def sign_off_page(request: Request) -> Response:
    """What would be published, to whom it was consented, and what the proof of the internal rendition says."""
    return _sign_off_page(request)


def sign(request: Request, _: Mapping[str, str]) -> Response:
    """Signs a session off for the public."""
    site, session_id = site_of(request), request.path_params["session"]
    try:
        sign_off(site.workspace, session_id, audience=Audience.PUBLIC, actor=actor_of(request))
    except OffrecordError as error:
        return _sign_off_page(request, problem=str(error), status=HTTPStatus.CONFLICT)
    return RedirectResponse(f"/sessions/{session_id}/sign-off", status_code=HTTPStatus.SEE_OTHER)


def rendition(request: Request) -> Response:
    """One file of a published rendition, and nothing else of the output folder."""
    workspace = site_of(request).workspace
    parts = request.path_params
    path = rendition_file(workspace, parts["session"], Audience(parts["audience"]), parts["name"])
    media_type = MEDIA_TYPES.get(path.suffix, "text/plain; charset=utf-8")
    return FileResponse(path, media_type=media_type, headers={"cache-control": "no-store"})


def _sign_off_page(request: Request, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    site, session_id = site_of(request), request.path_params["session"]
    session = Registry(site.workspace.db).session(session_id)
    cells = explain_session(session_id, workspace=site.workspace, now=site.now)
    about = {Purpose.INTERNAL_SHARE.value, Purpose.PUBLIC_RECORDING.value}
    renditions = [
        rendition
        for audience in Audience
        if (rendition := published_rendition(site.workspace, session_id, audience)) is not None
    ]
    return site.page(
        request,
        "sign_off.html",
        status=status,
        problem=problem,
        session=session,
        name=session_name(session),
        view=_view(site, session_id),
        cells=[cell for cell in cells if cell.purpose in about],
        sees_rules=bool(person_of(request.scope).roles & SEES_CONSENT),
        renditions=renditions,
        bad={verdict.value for verdict in ProofVerdict if verdict is not ProofVerdict.PROVED},
        playable=_playable,
    )


def _playable(rendition: PublishedRendition) -> list[str]:
    """The files of a rendition that a browser plays."""
    return [name for name in rendition.files if Path(name).suffix in MEDIA_TYPES]


def _view(site: Site, session_id: str) -> SignOffView:
    db, proposals = site.workspace.db, proposals_of(site.workspace, session_id)
    heard = decision_log.not_of_picture(proposals)
    return SignOffView(
        undecided=len(decision_log.undecided(heard, decision_log.decisions(db, session_id))),
        proposals=len(heard),
        signed_by=decision_log.signed_off_by(db, session_id, proposals),
        needs_second=site.workspace.settings.review.second_person,
    )
