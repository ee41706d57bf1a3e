"""Whether a person may keep a proposal: consent goes before them, and what it takes out nobody keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    Nothing of a held session is shown to anybody, and its plan reads consent anew when it goes on. The name of somebody
    on file who refuses what the session is used for is out as well where they are only spoken of.
    """
    proposals, now = tuple(proposals), now or datetime.now(UTC)
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        return {}
    names = {
        each.proposal_id: {finding.text for finding in each.findings if each.label == "PERSON"} for each in proposals
    }
    refusing = consent.named_refusers(
        frozenset().union(*names.values()), session, review.purposes_of(session), workspace=workspace, now=now
    )
    spoken_of = {each: _ON_FILE for each, texts in names.items() if texts & refusing}
    return {**spoken_of, **review.closed_names(session, ruling, proposals)}


def require_keepable(
    workspace: Workspace, proposals: Iterable[Proposal], verdict: Verdict, *, now: datetime | None = None
) -> None:
    """Raises ``RefusedByPolicy`` where somebody would keep what consent takes out all the same."""
    wanted = [*proposals] if verdict is Verdict.KEEP else []
    closed = names_out(workspace, wanted[0].session_id, wanted, now=now) if wanted else {}
    refused = [
        f"{each.replacement} cannot be kept: {closed[each.proposal_id]}"
        for each in wanted
        if each.proposal_id in closed
    ]
    if refused:
        raise RefusedByPolicy("; ".join(refused), action="redact it; consent goes before every decision")
