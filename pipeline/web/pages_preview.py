"""A participant's preview: what of them would be public, by a link, without a login or a script; and their answer."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from pipeline.web.api_requests import ranged
from pipeline.web.form_texts import preferred_language, texts_of
from pipeline.web.site import site_of
from pipeline.workflow.previews import OpenPreview, answer_preview, open_preview, part_file


def preview(request: Request) -> Response:
    """The parts that feature whoever holds the link, and the question whether they object."""
    return _page(request, _preview(request))


def answer(request: Request, fields: Mapping[str, str]) -> Response:
    """Files an answer, and shows the page with it."""
    site = site_of(request)
    answered = answer_preview(
        request.path_params["secret"],
        objects=fields.get("answer") != "agree",
        reason=fields.get("reason", ""),
        workspace=site.workspace,
        now=site.now,
    )
    return _page(request, answered)


def sound(request: Request) -> Response:
    """The sound of one part."""
    content = part_file(site_of(request).workspace, _preview(request), request.path_params["number"])
    return ranged(request, content, "audio/mp4")


def still(request: Request) -> Response:
    """The picture in the middle of one part, under its covers."""
    content = part_file(site_of(request).workspace, _preview(request), request.path_params["number"], still=True)
    return Response(content, media_type="image/png")


def _preview(request: Request) -> OpenPreview:
    site = site_of(request)
    return open_preview(request.path_params["secret"], workspace=site.workspace, now=site.now)


def _page(request: Request, shown: OpenPreview) -> Response:
    texts = texts_of(preferred_language(request.headers.get("accept-language", "")))
    secret = request.path_params["secret"]
    return site_of(request).page(request, "preview.html", preview=shown, secret=secret, texts=texts)
