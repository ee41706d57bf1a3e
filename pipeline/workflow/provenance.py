"""What a rendition is made from, for its proof: sources, terms, settings, consents, decisions; as marks and ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from pipeline import review
from pipeline.records import ApprovedPlan, Outcome
from pipeline.render import manifest
from pipeline.store import releases
from pipeline.store.codec import key_of
from pipeline.workflow.session_context import SessionContext

_DIGEST_CHARS = 64


def provenance_of(context: SessionContext, plan: ApprovedPlan, made_with: Mapping[str, str]) -> manifest.Basis:
    """What a rendition is made from, in keyed digests and ids."""
    session, workspace, settings = context.session, context.workspace, context.workspace.settings
    mark = partial(manifest.mark, workspace.key("plan"))
    cells = [cell for cell in context.ruling.cells if cell.purpose is plan.audience.purpose]
    evidence = {item for cell in cells if cell.outcome is Outcome.PROCEED for item in cell.evidence}
    sources = {track.track_id: track.digest for track in session.tracks if track.track_id in plan.keep_tracks}
    if plan.picture is not None and session.video is not None:
        sources["picture"] = session.video.digest
    sections = [settings.speech, settings.detect, settings.redact, settings.picture, settings.consent]
    return manifest.Basis(
        entry=releases.next_entry(workspace.ledger, session.session_id, plan.audience),
        sources={name: mark("source", digest) for name, digest in sources.items()},
        terms=mark("terms", key_of(sorted((term.text, term.replacement) for term in plan.terms))),
        settings=mark("settings", key_of(sections)),
        consents={
            "log": (context.ruling.log_head,),
            # Evidence that is named by the digest of an original must not leave: its digest is marked.
            "relied on": tuple(
                sorted(item if len(item) < _DIGEST_CHARS else mark("evidence", item) for item in evidence)
            ),
            "signed off by": (mark("person", plan.signed_off_by),) if plan.signed_off_by else (),
        },
        decided=_decided(context, mark),
        made_with=made_with,
        signer=workspace.signer,
    )


def _decided(context: SessionContext, mark: Callable[[str, str], str]) -> dict[str, str]:
    """By proposal the decision that holds: its number in the ledger, the verdict, and the mark of the reviewer."""
    numbered = review.numbered(context.workspace.db, context.session.session_id)
    latest = {decision.proposal_id: (number, decision) for number, decision in numbered}
    return {
        proposal_id: f"decision {number}: {decision.verdict} by {mark('person', decision.actor)}"
        for proposal_id, (number, decision) in latest.items()
    }
