"""The page of voices in mixed sound: a clip and a question for each, a key for each answer, its cost first, undo."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import ConfigurationError, RefusedByPolicy, UsageProblem
from pipeline.records.session_names import session_name
from pipeline.store.registry import Registry
from pipeline.web.api_requests import ranged
from pipeline.web.guard import person_of
from pipeline.web.roles import HEARS_ORIGINALS, SETTLES_CONSENT
from pipeline.web.site import Site, actor_of, site_of
from pipeline.workflow.voice_review import (
    CostUnconfirmed,
    VoiceListener,
    VoicesReview,
    say_who,
    take_back,
    tell_apart,
    voice_clip,
    voices_review,
)
from pipeline.workflow.voices import UNLISTED, lost_with

_UNLISTED, _UNDO, _DIARIZE = "unlisted", "undo", "diarize"
_USUAL_REASON = "heard its clip"
_MOST_KEYS = 9


def voices_page(request: Request) -> Response:
    """The voices of a session, and the one that is asked about."""
    return _page(request, request.query_params)


def act_on_voice(request: Request, form: Mapping[str, str]) -> Response:
    """Says who a voice is, takes that back, or has the voices told apart."""
    site, session_id = site_of(request), request.path_params["session"]
    kept = {name: form[name] for name in ("names",) if form.get(name)}
    try:
        kept |= _diarize(site, session_id) if form.get("act") == _DIARIZE else _say(request, site, session_id, form)
    except RefusedByPolicy as error:
        return _page(request, form, problem=str(error), status=HTTPStatus.FORBIDDEN)
    except (UsageProblem, ConfigurationError) as error:
        return _page(request, form, problem=str(error), status=HTTPStatus.CONFLICT)
    query = f"?{urlencode(kept)}" if kept else ""
    return RedirectResponse(f"/sessions/{session_id}/voices{query}", status_code=HTTPStatus.SEE_OTHER)


def clip(request: Request) -> Response:
    """The clip of one voice."""
    site, number = site_of(request), int(request.path_params["number"])
    session_id, listener = request.path_params["session"], _listener(request)
    return ranged(request, voice_clip(site.workspace, session_id, number, listener=listener, now=site.now), "audio/wav")


def _listener(request: Request) -> VoiceListener:
    """Who asks, and what their roles let them hear."""
    roles = person_of(request.scope).roles
    return VoiceListener(
        actor=actor_of(request),
        hears_originals=bool(roles & HEARS_ORIGINALS),
        settles_consent=bool(roles & SETTLES_CONSENT),
    )


def _diarize(site: Site, session_id: str) -> dict[str, str]:
    tell_apart(site.workspace, session_id, now=site.now)
    return {}


def _say(request: Request, site: Site, session_id: str, form: Mapping[str, str]) -> dict[str, str]:
    """Does what a form says of a voice, and gives what the page is asked for next."""
    who, cluster = form.get("who", ""), _number(form.get("voice", ""))
    seen: dict[str, Any] = {"mark": form.get("mark", ""), "version": _number(form.get("version", ""))}
    who_says: dict[str, Any] = {"listener": _listener(request), "reason": form.get("reason", ""), "now": site.now}
    if who == _UNDO:
        take_back(site.workspace, session_id, cluster, **seen, **who_says)
        return {"voice": str(cluster)}
    named = None if who == _UNLISTED else who
    try:
        confirmed_s = _seconds(form.get("confirmed", ""))
        say_who(site.workspace, session_id, cluster, named, confirmed_s=confirmed_s, **seen, **who_says)
    except CostUnconfirmed:
        return {"voice": str(cluster), "who": who}
    return {"last": str(cluster)}


def _page(
    request: Request, query: Mapping[str, str], *, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    site, session_id = site_of(request), request.path_params["session"]
    names_to = actor_of(request) if query.get("names") == "1" else None
    review = voices_review(site.workspace, session_id, now=site.now, names_to=names_to)
    return site.page(
        request,
        "voices.html",
        status=status,
        session_id=session_id,
        name=session_name(Registry(site.workspace.db).session(session_id)),
        review=review,
        listener=_listener(request),
        problem=problem,
        names="1" if names_to else "",
        unlisted=UNLISTED,
        most_keys=_MOST_KEYS,
        reason=query.get("reason") or _USUAL_REASON,
        **(_asked(site, session_id, review, query, problem) if review else {}),
    )


def _asked(
    site: Site, session_id: str, review: VoicesReview, query: Mapping[str, str], problem: str
) -> dict[str, object]:
    """The voice that the page asks about, the cost that waits to be confirmed, and the answer that undo is about."""
    wanted = review.line(_number(query.get("voice", "")))
    voice = wanted or review.next_unnamed(_number(query.get("skip", "")))
    who = query.get("who", "") if wanted and not problem else ""
    is_known = who in {choice.participant_id for choice in review.choices}
    cost_s = lost_with(site.workspace, session_id, wanted.cluster, who, now=site.now) if wanted and is_known else 0.0
    last = review.line(_number(query.get("last", "")))
    return {"voice": voice, "who": who if cost_s else "", "cost_s": cost_s, "last": last}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _seconds(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError as error:
        raise UsageProblem("the cost is not a number", action="load the page again") from error
