"""Plans the renditions of an analysed session, once for each audience; whoever audits or publishes takes this plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from pipeline import review
from pipeline.records import ApprovedPlan, Audience, RedactionInterval, Session, Stop, Verdict
from pipeline.render import file_names, manifest
from pipeline.render.redaction_diff import NewlyExposed, RedactionScope, newly_exposed, scope_of
from pipeline.store import Workspace, releases
from pipeline.store.codec import decode
from pipeline.workflow.analyse import AnalysedSession, ReviewState
from pipeline.workflow.crosstalk import with_crosstalk
from pipeline.workflow.retention.periods import may_be_published

_EARLIER = "hidden before a track went"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRendition:
    """A rendition that may be made: its plan, what it hides, and what it would hide if nobody had kept anything.

    ``found_plan`` is the plan as it would be if no proof had heard anything again.
    """

    analysed: AnalysedSession
    plan: ApprovedPlan
    found_plan: ApprovedPlan
    hidden: RedactionScope
    strict: RedactionScope


Plans = Mapping[Audience, PlannedRendition | Stop]
"""For each audience its planned rendition, or what stops it: consent, or a review that is not finished."""


def requested_audiences(session: Session, workspace: Workspace, *, now: datetime) -> tuple[Audience, ...]:
    """The renditions that a session asks for and that are kept for so long."""
    retention = workspace.settings.retention
    return tuple(
        audience
        for audience in Audience
        if audience.purpose in session.purposes and may_be_published(audience, session.started_at, retention, now=now)
    )


def published_audiences(session: Session, workspace: Workspace) -> tuple[Audience, ...]:
    """The renditions of a session that lie in the output folder."""
    return tuple(
        audience
        for audience in Audience
        if (workspace.out / file_names.folder_of(session.session_id, audience)).is_dir()
    )


def plan_renditions(analysed: AnalysedSession) -> Plans:
    """The plan of every rendition that is requested or published.

    Where a public one is published the internal plan is there too, as what the public one has to hide at least.
    """
    context, session = analysed.context, analysed.context.session
    published = published_audiences(session, context.workspace)
    wanted = {*requested_audiences(session, context.workspace, now=context.now), *published}
    if Audience.PUBLIC in published:
        wanted.add(Audience.INTERNAL)
    return {audience: plan_rendition(analysed, audience) for audience in Audience if audience in wanted}


def plan_rendition(analysed: AnalysedSession, audience: Audience) -> PlannedRendition | Stop:
    """The rendition that an audience would get, or what stops it."""
    state = analysed.review_state
    plan = _reviewed(analysed, state, audience)
    if not isinstance(plan, ApprovedPlan):
        return plan
    term_mark = partial(manifest.mark, analysed.context.workspace.key("plan"), "term")
    hidden = strict = scope_of(plan, term_mark)
    if state.keeps_anything:
        strict = _strict(analysed, audience, term_mark) or hidden
    found_plan = _found_plan(analysed, audience) or plan
    return _with_earlier(
        PlannedRendition(analysed=analysed, plan=plan, found_plan=found_plan, hidden=hidden, strict=strict)
    )


def _found_plan(analysed: AnalysedSession, audience: Audience) -> ApprovedPlan | None:
    """The plan without what was heard again; None where nothing was."""
    state = analysed.review_state
    from_words = tuple(proposal for proposal in state.proposals if not proposal.is_heard_again)
    if from_words == state.proposals:
        return None
    plan = _reviewed(analysed, replace(state, proposals=from_words), audience)
    return plan if isinstance(plan, ApprovedPlan) else None


def _strict(analysed: AnalysedSession, audience: Audience, term_mark: Callable[[str], str]) -> RedactionScope | None:
    """What would be hidden if every decision were to redact.

    It is planned and not derived from the plan, because intervals that lie closer than ``redact.merge_gap_s`` merge:
    what a kept proposal hides together with its neighbours is more than the two alone.
    """
    state = analysed.review_state
    redacted = tuple(replace(decision, verdict=Verdict.REDACT) for decision in state.decisions)
    plan = _reviewed(analysed, replace(state, decisions=redacted), audience)
    return scope_of(plan, term_mark) if isinstance(plan, ApprovedPlan) else None


def _reviewed(analysed: AnalysedSession, state: ReviewState, audience: Audience) -> ApprovedPlan | Stop:
    context = analysed.context
    return review.review(
        with_crosstalk(context, audience.purpose).session,
        context.ruling,
        analysed.transcript,
        state.proposals,
        state.decisions,
        audience,
        settings=context.workspace.settings.redact,
        context=context.known,
        signed_off_by=state.signed_off_by,
        picture=state.picture,
    )


def _with_earlier(planned: PlannedRendition) -> PlannedRendition:
    """Keeps hidden what findings in a track that is gone hid in the other tracks: it cannot be found again."""
    session, workspace = planned.analysed.context.session, planned.analysed.context.workspace
    latest = releases.latest(workspace.db, session.session_id, planned.plan.audience)
    before = decode(latest[1], RedactionScope) if latest else None
    if before is None or set(before.tracks) <= set(planned.hidden.tracks):
        return planned
    lost = newly_exposed(before, planned.strict)
    windows = tuple(
        RedactionInterval(start_s=start_s, end_s=end_s, track_id=track, reasons=(_EARLIER,))
        for track, start_s, end_s in lost.windows
    )
    plan = replace(planned.plan, windows=(*planned.plan.windows, *windows))
    return replace(planned, plan=plan, hidden=_joined(planned.hidden, lost), strict=_joined(planned.strict, lost))


def _joined(hidden: RedactionScope, lost: NewlyExposed) -> RedactionScope:
    return replace(
        hidden,
        windows=(*hidden.windows, *lost.windows),
        terms=tuple(sorted({*hidden.terms, *lost.terms})),
        texts=(*hidden.texts, *lost.texts),
    )
