"""What a rendition would show that an earlier one hides, and a person's approval of exactly that."""

from __future__ import annotations

from datetime import datetime

from pipeline.errors import UsageProblem
from pipeline.records import Audience, Pending
from pipeline.render.redaction_diff import NewlyExposed, RedactionScope, newly_exposed
from pipeline.store import Workspace, releases
from pipeline.store.codec import decode, key_of
from pipeline.store.releases import ReleaseAct
from pipeline.workflow.objections import missing_preview, objection
from pipeline.workflow.plan_renditions import PlannedRendition

_STAGE = "exposure"


def blocking_reason(planned: PlannedRendition, *, is_requested: bool) -> Pending | None:
    """What blocks a planned rendition: a participant's answer, no release, or what it would show that another hides.

    ``is_requested`` says that a person asks for this very release.
    """
    context, audience = planned.analysed.context, planned.plan.audience
    session_id, workspace = context.session.session_id, context.workspace
    is_kept_up = audience is Audience.PUBLIC and not is_requested
    is_released = is_kept_up and releases.is_released(workspace.ledger, session_id, audience)
    if audience is Audience.PUBLIC:
        stop = objection(planned) or (None if is_released else missing_preview(planned))
        if stop is not None:
            return stop
    if is_kept_up and not is_released:
        return Pending(
            reason="the session is reviewed and signed off, but not released",
            action=f"run `offrecord release {session_id}`",
        )
    # A decision to keep approves what it shows; but in public nothing comes back without a new release.
    shown = unapproved(workspace, session_id, audience, planned.hidden if is_kept_up else planned.strict)
    if not shown:
        return None
    workspace.stages.put(_STAGE, f"{session_id}-{audience}", shown)
    return Pending(
        reason=f"the {audience} rendition would show what an earlier one hides: {shown}",
        action=f"{_where_to_look(shown, session_id)}; then "
        f"`offrecord review approve-exposure {session_id} --audience {audience}`",
    )


def _where_to_look(shown: NewlyExposed, session_id: str) -> str:
    """The commands that say why something would be shown: a consent, a decision or list, or the picture changed."""
    of_consent = shown.people or shown.gone or shown.tracks or shown.windows
    of_review = shown.windows or shown.terms or shown.texts
    looks = (
        (of_consent, f"`offrecord consent show {session_id} --history` says whose consent changed"),
        (of_review, f"`offrecord review show {session_id}` lists what is redacted now"),
        (shown.covers, f"`offrecord review picture {session_id}` lists what is covered now"),
    )
    return ", ".join(line for is_concerned, line in looks if is_concerned)


def approve_exposure(
    workspace: Workspace, session_id: str, audience: Audience, *, actor: str, reason: str, now: datetime
) -> NewlyExposed:
    """Stores a person's approval of exactly what waits for one; raises ``UsageProblem`` where nothing does."""
    shown = workspace.stages.get(_STAGE, f"{session_id}-{audience}", NewlyExposed)
    if shown is None or not shown:
        raise UsageProblem(
            "no rendition of the session waits for this approval", action="`offrecord status` shows what waits"
        )
    state = key_of(shown)
    releases.record_act(
        workspace.db, session_id, audience, ReleaseAct.APPROVE, state=state, actor=actor, reason=reason, now=now
    )
    return shown


def unapproved(workspace: Workspace, session_id: str, audience: Audience, after: RedactionScope) -> NewlyExposed:
    """What a rendition would show that the last one of its own hides, or the published one beside it.

    A public rendition hides more for the sake of consent: so only the public one is held against the internal one.
    """
    others = [Audience.INTERNAL] if audience is Audience.PUBLIC else []
    published = [other for other in others if (workspace.out / session_id / other).is_dir()]
    for other in (audience, *published):
        before = releases.latest(workspace.db, session_id, other)
        shown = newly_exposed(decode(before[1], RedactionScope), after) if before else NewlyExposed()
        if shown and not releases.is_approved(workspace.db, session_id, audience, key_of(shown)):
            return shown
    return NewlyExposed()
