"""Whether a person may keep a proposal: consent goes before them, and what it takes out nobody keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pipeline import consent, review
from pipeline.errors import RefusedByPolicy
from pipeline.records import Proposal, Ruling, Session, Transcript, Verdict
from pipeline.review import ConsentMarks
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow import speaker_marks
from pipeline.workflow.review_material import is_analysed, material_of

_ON_FILE = "somebody on file with that name said no"


def consent_marks(
    workspace: Workspace, session_id: str, proposals: Iterable[Proposal], *, now: datetime | None = None
) -> ConsentMarks:
    """Which of the proposals consent takes out ``now``, and whom who did not agree they touch; none of a held session.

    Nothing of a held session is shown to anybody, and its plan reads consent anew when it goes on.
    """
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    ruling = consent.current_ruling(session, workspace=workspace, now=now or datetime.now(UTC))
    if not isinstance(ruling, Ruling):
        return ConsentMarks()
    return review.consent_marks(session, ruling, proposals, _transcript(workspace, session, ruling))


def _transcript(workspace: Workspace, session: Session, ruling: Ruling) -> Transcript | None:
    """Who says what, as reviewers assigned it; None where the session was never analysed."""
    if not is_analysed(workspace, session.session_id):
        return None
    heard = material_of(workspace, session.session_id).transcript
    current = review.edits(workspace.db, session.session_id)
    return speaker_marks.attributed(workspace, session, heard, ruling, current).transcript


def require_keepable(
    workspace: Workspace, proposals: Iterable[Proposal], verdict: Verdict, *, now: datetime | None = None
) -> None:
    """Raises ``RefusedByPolicy`` where somebody would keep what consent takes out all the same, or the whole name of
    somebody on file who is only spoken of and refuses what the session is used for.
    """
    wanted, now = [*proposals] if verdict is Verdict.KEEP else [], now or datetime.now(UTC)
    if not wanted:
        return
    in_session = consent_marks(workspace, wanted[0].session_id, wanted, now=now).closed
    closed = {**_spoken_of(workspace, wanted, now), **in_session}
    refused = [
        f"{each.replacement} cannot be kept: {closed[each.proposal_id]}"
        for each in wanted
        if each.proposal_id in closed
    ]
    if refused:
        raise RefusedByPolicy("; ".join(refused), action="redact it; consent goes before every decision")


def _spoken_of(workspace: Workspace, proposals: Sequence[Proposal], now: datetime) -> Mapping[str, str]:
    """By id of the proposals that are the name of somebody on file who refuses, whether in the session or not."""
    session = Registry(workspace.db).session(proposals[0].session_id)
    people = [proposal for proposal in proposals if proposal.label == "PERSON"]
    names = {finding.text for proposal in people for finding in proposal.findings}
    refusing = consent.named_refusers(names, session, review.purposes_of(session), workspace=workspace, now=now)
    return {
        proposal.proposal_id: _ON_FILE
        for proposal in people
        if any(finding.text in refusing for finding in proposal.findings)
    }
