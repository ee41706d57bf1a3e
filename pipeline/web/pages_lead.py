"""Pages for leads alone: rules of single customers, as decisions propose them, and how reviewers do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import UsageProblem
from pipeline.web.site import actor_of, site_of
from pipeline.workflow.customer_rules import make_rule, suggest_rules
from pipeline.workflow.reviewer_quality import reviewer_quality
from pipeline.workflow.rule_quality import rule_quality

_USUAL = timedelta(days=180)
"""How long a rule holds where nobody says otherwise: half a year, a choice."""


def rules(request: Request) -> Response:
    """What may become a rule, masked."""
    return _rules(request)


def act_on_rules(request: Request, form: Mapping[str, str]) -> Response:
    """Makes one suggestion a rule, or reveals all of them, which the ledger records."""
    if form.get("act") == "reveal":
        return _rules(request, reveal=True)
    site = site_of(request)
    try:
        make_rule(
            site.workspace,
            form.get("suggestion", ""),
            until=_day(form.get("until", "")),
            actor=actor_of(request),
            reason=form.get("reason", ""),
            now=site.now,
        )
    except UsageProblem as error:
        return _rules(request, problem=str(error), status=HTTPStatus.CONFLICT)
    return RedirectResponse("/rules", status_code=HTTPStatus.SEE_OTHER)


def quality(request: Request) -> Response:
    """How each reviewer does, what they miss, how fast they are, what they reveal; and how each detection rule does."""
    site = site_of(request)
    rate, reviewers = site.workspace.settings.review.blind_rate, reviewer_quality(site.workspace)
    return site.page(request, "quality.html", reviewers=reviewers, rules=rule_quality(site.workspace), rate=rate)


def _rules(
    request: Request, *, reveal: bool = False, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    site = site_of(request)
    suggestions = suggest_rules(site.workspace, reveal_to=actor_of(request) if reveal else None)
    until = (site.now.date() + _USUAL).isoformat()
    return site.page(
        request, "rules.html", status=status, suggestions=suggestions, until=until, problem=problem, revealed=reveal
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem("the last day is not a date", action="give it as 2027-06-30") from error
