"""The state key of each session: while it stays the same, so does the result, and a run has nothing to do."""

from __future__ import annotations

from datetime import date

from pipeline import __version__, consent, detect, render, review, speech, tag
from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.media import ocr
from pipeline.store import Workspace, previews, releases, voices
from pipeline.store.codec import key_of
from pipeline.store.registry import Registry


def state_keys(workspace: Workspace, registry: Registry, *, on: date) -> dict[str, str]:
    """For each session a hash of everything that its result depends on."""
    settings = workspace.settings
    common = key_of(
        [
            __version__,
            speech.preflight(workspace.settings.speech),
            detect.version(workspace.settings.detect),
            *(stage.VERSION for stage in (speech, detect, review, render, tag)),
            consent.log_head(workspace),
        ],
        [settings.speech, settings.detect, settings.redact, settings.picture, settings.consent, ocr.version()],
        workspace.listed().mark(on),
        rules_of(workspace.root).version,
    )
    reviewed, approved = review.heads(workspace.db), releases.approvals(workspace.db)
    previewed, named = previews.heads(workspace.db), voices.heads(workspace.db)
    by_people = (reviewed, approved, previewed, named)
    return {
        session_id: key_of([common, digest, *(each.get(session_id, "") for each in by_people)])
        for session_id, digest in registry.digests().items()
    }
