"""Whether a person may keep a proposal: consent goes before them, and what it takes out nobody keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pipeline import consent, review
from pipeline.errors import RefusedByPolicy
from pipeline.records import Proposal, Ruling, Verdict
from pipeline.store import Workspace
from pipeline.store.registry import Registry

_ON_FILE = "somebody on file with that name said no"


def names_out(
    workspace: Workspace, session_id: str, proposals: Iterable[Proposal], *, now: datetime | None = None
) -> Mapping[str, str]:
    """By id of the proposals that consent takes out ``now``: who did not agree; none while a session is held.

    Nothing of a held session is shown to anybody, and its plan reads consent anew when it goes on.
    """
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    ruling = consent.current_ruling(session, workspace=workspace, now=now or datetime.now(UTC))
    return review.closed_names(session, ruling, proposals) if isinstance(ruling, Ruling) else {}


def require_keepable(
    workspace: Workspace, proposals: Iterable[Proposal], verdict: Verdict, *, now: datetime | None = None
) -> None:
    """Raises ``RefusedByPolicy`` where somebody would keep what consent takes out all the same, or the whole name of
    somebody on file who is only spoken of and refuses what the session is used for.
    """
    wanted, now = [*proposals] if verdict is Verdict.KEEP else [], now or datetime.now(UTC)
    if not wanted:
        return
    in_session = names_out(workspace, wanted[0].session_id, wanted, now=now)
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
