"""What a rendition stands on, for its proof: sources, terms, settings, consents, decisions; marks and ids alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from pipeline import review
from pipeline.case import Case
from pipeline.records import ApprovedPlan, Outcome
from pipeline.render import manifest
from pipeline.store import releases
from pipeline.store.codec import key_of

_DIGEST = 64


def basis_of(case: Case, plan: ApprovedPlan, made_with: Mapping[str, str]) -> manifest.Basis:
    """What the rendition stands on, in keyed digests and ids."""
    session, workspace, settings = case.session, case.workspace, case.workspace.settings
    marked = partial(manifest.mark, workspace.key("plan"))
    cells = [cell for cell in case.ruling.cells if cell.purpose is plan.audience.purpose]
    events = {one for cell in cells if cell.outcome is Outcome.PROCEED for one in cell.evidence}
    sources = {track.track_id: track.digest for track in session.tracks if track.track_id in plan.keep_tracks}
    if plan.picture is not None and session.video is not None:
        sources["picture"] = session.video.digest
    signed = (marked("person", plan.signed_off_by),) if plan.signed_off_by else ()
    return manifest.Basis(
        entry=releases.next_entry(workspace.ledger, session.session_id, plan.audience),
        sources={name: marked("source", digest) for name, digest in sources.items()},
        terms=marked("terms", key_of(sorted((term.text, term.replacement) for term in plan.terms))),
        settings=marked(
            "settings", key_of([settings.speech, settings.detect, settings.redact, settings.picture, settings.consent])
        ),
        consents={
            "log": (case.ruling.log_head,),
            # Some evidence is named by the digest of an original, which must not leave.
            "relied on": tuple(sorted(one if len(one) < _DIGEST else marked("evidence", one) for one in events)),
            "signed off by": signed,
        },
        decided=_decided(case, marked),
        made_with=made_with,
        signer=workspace.signer,
    )


def _decided(case: Case, marked: Callable[[str, str], str]) -> dict[str, str]:
    """By proposal the decision that holds: its number in the ledger, the verdict, and the mark of the reviewer."""
    made = review.numbered(case.workspace.db, case.session.session_id)
    latest = {one.proposal_id: (number, one) for number, one in made}
    return {
        proposal_id: f"decision {number}: {one.verdict} by {marked('person', one.actor)}"
        for proposal_id, (number, one) in latest.items()
    }
