"""What participants answered to their previews, as far as it holds up a public release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pipeline.errors import TryAgain
from pipeline.records import Audience, Pending
from pipeline.render.redaction_diff import RedactionScope, newly_exposed
from pipeline.store import Workspace, previews
from pipeline.store.codec import decode
from pipeline.store.previews import Acts, PreviewAct
from pipeline.workflow.plan_renditions import PlannedRendition
from pipeline.workflow.preview_records import PreviewTerms
from pipeline.workflow.session_context import SessionContext


def check_objections(context: SessionContext, audience: Audience) -> None:
    """Raises ``TryAgain`` where somebody objected to the public release while it was made."""
    if is_objected_to(context.workspace, context.session.session_id, audience):
        raise TryAgain("a participant objected meanwhile", action="`offrecord release` again says who")


def is_objected_to(workspace: Workspace, session_id: str, audience: Audience) -> bool:
    """Whether a participant's objection holds up a release."""
    return audience is Audience.PUBLIC and bool(previews.objecting(previews.events(workspace.db, session_id)))


def objection(planned: PlannedRendition) -> Pending | None:
    """What holds up a public release until a person decided: a participant who objects."""
    session_id = planned.analysed.context.session.session_id
    who = previews.objecting(previews.events(planned.analysed.context.workspace.db, session_id))
    if not who:
        return None
    return Pending(
        reason=f"{', '.join(who)} {'objects' if len(who) == 1 else 'object'} to the public release",
        action=f"talk to them, then `offrecord consent settle-objection {session_id} {who[0]} --by NAME --reason WHY`",
    )


def missing_preview(planned: PlannedRendition) -> Pending | None:
    """Whose preview holds up a first public release where ``review.preview_required`` is set.

    Everybody who is heard or read in it needs one that showed no less than is hidden now, answered or with its days
    over. What a host says of somebody, as that they are staff, excuses nobody.
    """
    context = planned.analysed.context
    if not context.workspace.settings.review.preview_required:
        return None
    session_id, acts = context.session.session_id, previews.events(context.workspace.db, context.session.session_id)
    for participant_id in _featured(planned):
        sent = previews.latest_made(acts, participant_id)
        terms = decode(sent.body, PreviewTerms) if sent else None
        if sent is None or terms is None or newly_exposed(decode(terms.scope, RedactionScope), planned.hidden):
            return Pending(
                reason=f"{participant_id} has seen no preview of what is to be published",
                action=f"send the link of `offrecord consent preview {session_id} {participant_id}`",
            )
        if context.now < terms.until and not _answered(acts, participant_id, after=sent.seq):
            return Pending(
                reason=f"{participant_id} may object until {terms.until:%Y-%m-%d %H:%M} UTC",
                action="wait for their answer, or for that day",
            )
    return None


def previews_end(workspace: Workspace, session_id: str) -> Iterator[datetime]:
    """Until when participants may object whose answer a release waits for."""
    acts = previews.events(workspace.db, session_id)
    for participant_id in sorted({act.participant_id for act in acts}):
        if sent := previews.latest_made(acts, participant_id):
            yield decode(sent.body, PreviewTerms).until


def _featured(planned: PlannedRendition) -> list[str]:
    """Who is heard or read in a rendition, by id in order."""
    speaking = {word.participant_id for word in planned.analysed.transcript.words if word.participant_id}
    written = {line.participant_id for line in planned.analysed.context.session.chat if line.participant_id}
    return sorted((speaking | written) - planned.plan.removed)


def _answered(acts: Acts, participant_id: str, *, after: int) -> bool:
    return any(
        act.participant_id == participant_id and act.seq > after and act.act is not PreviewAct.MADE for act in acts
    )
