"""The page of requests: all groups for product managers, and for reviewers what nobody is sure of, a key each."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import UsageProblem
from pipeline.web.guard import person_of
from pipeline.web.roles import HEARS_ORIGINALS
from pipeline.web.site import actor_of, site_of
from pipeline.workflow import request_review

_REASON = "read on the page"


def requests(request: Request) -> Response:
    """The groups of feature requests; nothing here is an original."""
    return _requests(request, request.query_params)


def decide_request(request: Request, form: Mapping[str, str]) -> Response:
    """Accepts, rejects or reopens one request, and goes on to the next that nobody is sure of."""
    site, request_id, act = site_of(request), form.get("request", ""), form.get("act", "")
    who = {"actor": actor_of(request), "reason": _REASON}
    try:
        request_review.decide(site.workspace, request_id, act, **who, now=site.now)
    except (UsageProblem, ValueError) as error:
        known = isinstance(error, UsageProblem)
        problem = str(error) if known else "a request is accepted, rejected or reopened"
        return _requests(request, form, problem=problem, status=HTTPStatus.CONFLICT)
    kept = {"skip": str(_skipped(form)), "last": "" if act == "reopen" else request_id}
    return RedirectResponse(f"/requests?{urlencode(kept)}", status_code=HTTPStatus.SEE_OTHER)


def _requests(
    request: Request, query: Mapping[str, str], *, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    site = site_of(request)
    may_decide = bool(person_of(request.scope).roles & HEARS_ORIGINALS)
    least = 1 if may_decide else site.workspace.settings.export.min_customers
    waiting = request_review.unsure(site.workspace, now=site.now) if may_decide else []
    place = min(_skipped(query), max(0, len(waiting) - 1))
    return site.page(
        request,
        "requests.html",
        status=status,
        groups=request_review.lines(site.workspace, unsure=False, now=site.now, least=least),
        least=least,
        may_decide=may_decide,
        waiting=waiting[place] if waiting else None,
        place=place,
        left=len(waiting),
        last=query.get("last", ""),
        problem=problem,
    )


def _skipped(query: Mapping[str, str]) -> int:
    """How many of those that wait were passed over."""
    skip = query.get("skip", "")
    return int(skip) if skip.isdecimal() and len(skip) < 7 else 0
