"""What the requests of scripts have in common: their bodies, the version that was seen, spans, parts of a file."""

from __future__ import annotations

from http import HTTPStatus

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import UsageProblem
from pipeline.web.guard import person_of
from pipeline.web.roles import WebRole
from pipeline.web.site import Site, site_of
from pipeline.workflow.review_material import ReviewSession


class ApiBody(BaseModel):
    """The body of a request: known fields of the right kind, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def is_lead(request: Request) -> bool:
    """Whether a lead asks."""
    return WebRole.LEAD in person_of(request.scope).roles


def opened_review(request: Request) -> tuple[Site, ReviewSession]:
    """The session of a request, for somebody who decides; raises as ``Site.review`` does."""
    site = site_of(request)
    return site, site.review(request.path_params["session"]).session


def version_seen(request: Request) -> int:
    """The version in ``If-Match``; raises ``UsageProblem`` where there is none: nobody may overwrite unseen."""
    value = request.headers.get("if-match", "").strip('"')
    if not value.isdigit():
        raise UsageProblem("the request has no version", action="load the page again")
    return int(value)


def span_of(request: Request) -> tuple[float, float]:
    """The seconds ``from`` and ``to`` in the address; raises ``UsageProblem`` where they are none."""
    try:
        return float(request.query_params["from"]), float(request.query_params["to"])
    except (KeyError, ValueError) as error:
        raise UsageProblem("the span is not two numbers", action="give from and to in seconds") from error


def ranged(request: Request, content: bytes, media_type: str) -> Response:
    """Bytes, or the part of them that a player asks for (RFC 9110, section 14)."""
    unit, _, wanted = request.headers.get("range", "").partition("=")
    first, dash, last = wanted.partition("-")
    headers = {"accept-ranges": "bytes"}
    if unit != "bytes" or not dash or "," in wanted or not (first + last).isdigit():
        return Response(content, media_type=media_type, headers=headers)
    size = len(content)
    start = int(first) if first else max(0, size - int(last))
    end = min(size - 1, int(last)) if first and last else size - 1
    if start > end:
        headers["content-range"] = f"bytes */{size}"
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["content-range"] = f"bytes {start}-{end}/{size}"
    part = content[start : end + 1]
    return Response(part, status_code=HTTPStatus.PARTIAL_CONTENT, media_type=media_type, headers=headers)
