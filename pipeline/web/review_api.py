"""What the review page asks and tells the server: JSON for its data, and one request for each decision."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import OffrecordError, RefusedByPolicy, UsageProblem, VersionConflict
from pipeline.records import Verdict
from pipeline.records.session_names import session_name
from pipeline.review import decision_log
from pipeline.review.finding_edits import CATEGORIES, last_by
from pipeline.review.finding_edits import versions as edit_versions
from pipeline.web.api_requests import ApiBody, is_lead, opened_review, span_of, version_seen
from pipeline.web.site import Site, actor_of, as_json
from pipeline.workflow import review_actions, review_edits, review_search, reviewer_quality, speaker_actions
from pipeline.workflow.consent_badges import consent_badges
from pipeline.workflow.review_material import ReviewSession, WithheldWords
from pipeline.workflow.review_views import Decided, ProposalView, proposal_views, revealed, turn_views


class DecisionBody(ApiBody):
    """What is decided about one proposal."""

    verdict: str = Field(pattern="^(redact|keep|open|flag)$")
    reason: str = Field(min_length=1, max_length=500)


class CategoryBody(ApiBody):
    """Another category for a proposal."""

    label: str


class EdgesBody(ApiBody):
    """The edges of a mention, in seconds."""

    start_s: float
    end_s: float


class AdditionBody(EdgesBody):
    """What nothing found."""

    track_id: str
    label: str
    reason: str = Field("missed by detection", min_length=1, max_length=500)


class SpeakerBody(ApiBody):
    """Who says the words of a turn, and how somebody knows."""

    participant_id: str
    reason: str = Field("heard it", min_length=1, max_length=500)


class SearchBody(ApiBody):
    """What is searched for, and whether also in what is masked."""

    text: str = Field(max_length=200)
    hidden: bool = False


class SubmissionBody(ApiBody):
    """How many undecided proposals somebody confirmed to redact."""

    undecided: int = Field(ge=0)


def answered(answer: Callable[[Request, bytes], Response]) -> Callable[[Request], Any]:
    """A page for scripts: an error is a status and one line of JSON, a conflict says what was decided meanwhile."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            return await run_in_threadpool(answer, request, body)
        except VersionConflict as conflict:
            return await run_in_threadpool(_conflict, request, conflict)
        except ValidationError:
            return as_json({"error": "the request cannot be read"}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except RefusedByPolicy as error:
            return as_json({"error": str(error)}, HTTPStatus.FORBIDDEN)
        except UsageProblem as error:
            return as_json({"error": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except OffrecordError as error:
            return as_json({"error": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)

    return endpoint


def review_data(request: Request, _: bytes) -> Response:
    """Everything that the page shows of a session, masked."""
    site, opened = opened_review(request)
    session, redact = opened.session, site.workspace.settings.redact
    return as_json(
        {
            "session": {
                "id": session.session_id,
                "name": session_name(session),
                "duration_s": session.duration_s,
                "has_picture": session.video is not None,
            },
            "actor": actor_of(request),
            "categories": CATEGORIES,
            "people": {
                person.participant_id: f"{person.participant_id} ({person.role.value})"
                for person in session.participants
            },
            "unheard": opened.transcript.unheard,
            "badges": consent_badges(opened),
            "effect": redact.fill,
            **_words(request, site, opened),
        }
    )


def decide(request: Request, body: bytes) -> Response:
    """One decision about one proposal, against the version that its maker saw."""
    decision = DecisionBody.model_validate_json(body)
    site, opened = opened_review(request)
    proposal = review_edits.proposal_of(opened, request.path_params["proposal"])
    number = reviewer_quality.decide_shown(
        site.workspace,
        proposal,
        Verdict(decision.verdict),
        actor=actor_of(request),
        reason=decision.reason,
        version=version_seen(request),
        is_lead=is_lead(request),
        now=site.now,
    )
    flagged = proposal.proposal_id in decision_log.flags(site.workspace.db, proposal.session_id)
    verdict = Verdict.FLAG.value if flagged else decision.verdict
    return as_json({"version": number, "actor": actor_of(request), "verdict": verdict})


def reveal(request: Request, _: bytes) -> Response:
    """The texts of one proposal, which the ledger records."""
    site, opened = opened_review(request)
    proposal = review_edits.proposal_of(opened, request.path_params["proposal"])
    texts = review_actions.reveal_proposal(site.workspace, proposal, actor=actor_of(request))
    return as_json({"text": texts, "words": {str(k): v for k, v in revealed(opened, proposal.proposal_id).items()}})


def change_category(request: Request, body: bytes) -> Response:
    """Another category for a proposal."""
    site, opened = opened_review(request)
    label, proposal = CategoryBody.model_validate_json(body).label, request.path_params["proposal"]
    who: dict[str, Any] = {"actor": actor_of(request), "version": version_seen(request), "now": site.now}
    return as_json(
        _proposals(request, site, review_edits.change_category(site.workspace, opened, proposal, label, **who))
    )


def move_edges(request: Request, body: bytes) -> Response:
    """The edges of one mention, set by ear."""
    site, opened = opened_review(request)
    edges, finding = EdgesBody.model_validate_json(body), request.path_params["finding"]
    who: dict[str, Any] = {"actor": actor_of(request), "version": version_seen(request), "now": site.now}
    span: dict[str, Any] = {"start_s": edges.start_s, "end_s": edges.end_s}
    return as_json(_proposals(request, site, review_edits.move_edges(site.workspace, opened, finding, **span, **who)))


def count_words(request: Request, _: bytes) -> Response:
    """In how many places the words of a span are said."""
    opened = opened_review(request)[1]
    track_id, start_s, end_s = request.query_params.get("track", ""), *span_of(request)
    return as_json({"places": review_edits.count_same_words(opened, track_id, start_s, end_s)})


def add_finding(request: Request, body: bytes) -> Response:
    """What nothing found, everywhere that the same words are said."""
    site, opened = opened_review(request)
    addition = AdditionBody.model_validate_json(body)
    again = review_edits.add_finding(
        site.workspace, opened, **addition.model_dump(), actor=actor_of(request), now=site.now
    )
    return as_json(_words(request, site, again))


def undo_edit(request: Request, _: bytes) -> Response:
    """Takes back one edit."""
    site, opened = opened_review(request)
    number = int(request.path_params["number"])
    who: dict[str, Any] = {"actor": actor_of(request), "is_lead": is_lead(request), "now": site.now}
    again = review_edits.undo_edit(site.workspace, opened, number, **who)
    return as_json(_words(request, site, again))


def assign_speaker(request: Request, body: bytes) -> Response:
    """Who says the words of one turn of nobody known; ``closed`` says why the page closes where that closes it."""
    site, opened = opened_review(request)
    named, speaker = SpeakerBody.model_validate_json(body), request.path_params["speaker"]
    who: dict[str, Any] = {"actor": actor_of(request), "reason": named.reason, "version": version_seen(request)}
    try:
        again = speaker_actions.assign_speaker(
            site.workspace, opened, speaker, named.participant_id, **who, now=site.now
        )
    except WithheldWords as closed:
        return as_json({"closed": str(closed)})
    return as_json(_words(request, site, again))


def search(request: Request, body: bytes) -> Response:
    """Where a text is said or shown; the ledger records who looks at what is masked. Its words are in no address."""
    site, opened = opened_review(request)
    wanted = SearchBody.model_validate_json(body)
    hidden_to = actor_of(request) if wanted.hidden else None
    views = _views(site, opened)
    decided = _decided(site, opened)
    return as_json(review_search.search(site.workspace, opened, decided, views, wanted.text, hidden_to=hidden_to))


def submit(request: Request, body: bytes) -> Response:
    """Redacts what nobody decided, as somebody confirmed."""
    site, opened = opened_review(request)
    undecided = SubmissionBody.model_validate_json(body).undecided
    review_edits.submit(site.workspace, opened, undecided=undecided, actor=actor_of(request), is_lead=is_lead(request))
    return as_json(_proposals(request, site, opened))


def _decided(site: Site, opened: ReviewSession) -> Decided:
    db, session_id = site.workspace.db, opened.session.session_id
    return Decided(
        decisions=decision_log.decisions(db, session_id),
        flags=decision_log.flags(db, session_id),
        versions=decision_log.versions(db, session_id),
        edit_versions=edit_versions(db, session_id),
    )


def _proposals(request: Request, site: Site, opened: ReviewSession) -> dict[str, object]:
    last_edit = last_by(site.workspace.db, opened.session.session_id, actor_of(request))
    return {"proposals": _views(site, opened), "last_edit": last_edit}


def _views(site: Site, opened: ReviewSession) -> tuple[ProposalView, ...]:
    """Every proposal as the page shows it, some of the known ones blind."""
    taken = site.review(opened.session.session_id).taken
    views = proposal_views(opened, _decided(site, opened), taken)
    return reviewer_quality.disguised(
        site.workspace, views, reviewer_quality.blind_ids(site.workspace, opened.proposals)
    )


def _words(request: Request, site: Site, opened: ReviewSession) -> dict[str, object]:
    """What is said, by whom, and the proposals over it."""
    return {
        **_proposals(request, site, opened),
        "turns": turn_views(opened, _decided(site, opened)),
        "speakers": speaker_actions.speaker_turns(site.workspace, opened),
    }


def _conflict(request: Request, conflict: VersionConflict) -> Response:
    """What somebody else decided meanwhile, so that its reader decides about that."""
    site, opened = opened_review(request)
    wanted = request.path_params.get("proposal")
    views = _views(site, opened)
    view = next((view for view in views if view.proposal_id == wanted), None)
    is_miss = isinstance(conflict, reviewer_quality.BlindMiss)
    answer = {"error": str(conflict), "version": conflict.version, "was_blind": is_miss, "proposal": view}
    return as_json(answer, HTTPStatus.CONFLICT)
