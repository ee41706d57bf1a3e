"""Pages about consent for staff: holds, who participants are, one session, withdrawals; and the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.consent.evaluation.explain import ExplainedCell
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.match_participant import MatchSuggestion
from pipeline.errors import OffrecordError
from pipeline.records import Outcome, Purpose, ReviewHold, Session
from pipeline.records.session_names import session_name
from pipeline.store import voices
from pipeline.store import withdrawals as withdrawal_store
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.runs import ledger as ledger_table
from pipeline.web.site import Site, actor_of, site_of
from pipeline.workflow.consent_actions import resolve_hold, settle_match
from pipeline.workflow.consent_views import explain_session, suggest_matches
from pipeline.workflow.review_holds import unanswered

_LEDGER_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWithHolds:
    """A session with what is held in it; ``has_voices`` where naming the voices in its mixed sound may settle it."""

    session: Session
    name: str
    cells: tuple[ExplainedCell, ...]
    has_voices: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWithQuestions:
    """A session with what is asked about it, which stops nothing."""

    session: Session
    name: str
    questions: tuple[ReviewHold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """A participant whom nothing identifies for sure, with who they may be."""

    session: Session
    name: str
    participant: str
    suggestions: tuple[MatchSuggestion, ...]


def holds(request: Request) -> Response:
    """Everything that consent holds, with rule and evidence, session by session."""
    return _holds(request)


def matches(request: Request) -> Response:
    """Every participant whom nothing identifies for sure, all sessions on one page."""
    return _matches(request)


def consent_of_session(request: Request) -> Response:
    """The outcome for each participant and purpose of a session, with its rule and evidence."""
    site, session_id = site_of(request), request.path_params["session"]
    session = Registry(site.workspace.db).session(session_id)
    cells = explain_session(session_id, workspace=site.workspace, now=site.now)
    return site.page(request, "consent_session.html", session=session, name=session_name(session), cells=cells)


def withdrawals(request: Request) -> Response:
    """Every withdrawal, how far it came, and what was done for it."""
    site = site_of(request)
    filed = sorted(withdrawal_store.read(site.workspace.db), key=lambda each: each.filed_at, reverse=True)
    steps = {each.withdrawal_id: withdrawal_store.steps(site.workspace.ledger, each.withdrawal_id) for each in filed}
    return site.page(request, "withdrawals.html", filed=filed, steps=steps)


def ledger(request: Request) -> Response:
    """The last entries of the ledger, the newest first, and whether its chain holds."""
    site = site_of(request)
    before = request.query_params.get("before", "")
    query = select(ledger_table).order_by(ledger_table.c.seq.desc()).limit(_LEDGER_PAGE)
    if before.isdigit():
        query = query.where(ledger_table.c.seq < int(before))
    with reading(site.workspace.db) as connection:
        total: int = connection.execute(select(func.count()).select_from(ledger_table)).scalar_one()
        rows = [
            {"seq": row.seq, "kind": row.kind, "key": row.key, "body": json.loads(row.body)}
            for row in connection.execute(query)
        ]
    try:
        site.workspace.ledger.check()
        broken = ""
    except OffrecordError as error:
        broken = str(error)
    return site.page(request, "ledger.html", rows=rows, total=total, broken=broken)


def settle_hold(request: Request, form: Mapping[str, str]) -> Response:
    """Files somebody's decision about one hold."""
    site = site_of(request)
    try:
        resolve_hold(
            form.get("session", ""),
            form.get("participant", ""),
            Purpose(form.get("purpose", "")),
            ManualAction(form.get("act", "")),
            actor=actor_of(request),
            reason=form.get("reason", ""),
            evidence=form.get("evidence", ""),
            workspace=site.workspace,
            now=site.now,
        )
    except (OffrecordError, ValueError) as error:
        return _holds(request, problem=str(error), status=HTTPStatus.CONFLICT)
    return RedirectResponse("/holds", status_code=HTTPStatus.SEE_OTHER)


def settle_matches(request: Request, form: Mapping[str, str]) -> Response:
    """Files who several participants are, all that were chosen."""
    site, reason = site_of(request), form.get("reason", "")
    problems = []
    for field, party in form.items():
        session_id, _, participant = field.partition("/")
        if not participant or not party:
            continue
        try:
            settle_match(
                session_id,
                participant,
                party,
                actor=actor_of(request),
                reason=reason,
                workspace=site.workspace,
                now=site.now,
            )
        except OffrecordError as error:
            problems.append(f"{session_id} {participant}: {error}")
    if problems:
        return _matches(request, problem="; ".join(problems), status=HTTPStatus.CONFLICT)
    return RedirectResponse("/matches", status_code=HTTPStatus.SEE_OTHER)


def _holds(request: Request, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    site = site_of(request)
    held, questioned = [], []
    for session in Registry(site.workspace.db).sessions():
        cells = explain_session(session.session_id, workspace=site.workspace, now=site.now)
        waiting = tuple(cell for cell in cells if cell.outcome == Outcome.HOLD.value)
        if waiting:
            has_voices = bool(voices.mixed_tracks(session))
            name = session_name(session)
            held.append(SessionWithHolds(session=session, name=name, cells=waiting, has_voices=has_voices))
        if questions := unanswered(site.workspace, session.session_id):
            questioned.append(
                SessionWithQuestions(session=session, name=session_name(session), questions=tuple(questions))
            )
    held.sort(key=lambda each: min(cell.due or "9" for cell in each.cells))
    return site.page(request, "holds.html", status=status, held=held, questioned=questioned, problem=problem)


def _matches(request: Request, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    rows = list(_unsure(site_of(request)))
    return site_of(request).page(request, "matches.html", status=status, rows=rows, problem=problem)


def _unsure(site: Site) -> list[MatchRow]:
    rows = []
    for session in Registry(site.workspace.db).sessions():
        by_person: dict[str, list[MatchSuggestion]] = {}
        for suggestion in suggest_matches(session.session_id, workspace=site.workspace):
            by_person.setdefault(suggestion.participant, []).append(suggestion)
        for participant, suggestions in by_person.items():
            if suggestions[0].status != "matched":
                name = session_name(session)
                rows.append(
                    MatchRow(session=session, name=name, participant=participant, suggestions=tuple(suggestions))
                )
    return rows
