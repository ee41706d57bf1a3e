"""The state key of each session: while it stays the same, so does the result, and a run has nothing to do."""

from __future__ import annotations

import hashlib
from datetime import date

from pipeline import __version__, detect, embeddings, faces, gallery, render, review, speech, tag
from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.media import ocr
from pipeline.store import Workspace, previews, releases, voices
from pipeline.store.codec import key_of
from pipeline.store.customers import customer_names
from pipeline.store.registry import Registry
from pipeline.workflow import crosstalk, picture_text, session_index


def state_keys(workspace: Workspace, registry: Registry, *, on: date) -> dict[str, str]:
    """For each session a hash of everything that its result depends on."""
    settings = workspace.settings
    common = key_of(
        [
            __version__,
            speech.preflight(workspace.settings.speech),
            detect.version(workspace.settings.detect),
            *(stage.VERSION for stage in (speech, detect, review, render, tag)),
        ],
        [
            settings.speech,
            settings.detect,
            settings.redact,
            settings.picture,
            settings.consent,
            ocr.version(),
            faces.version(),
            embeddings.version(),
            *(step.VERSION for step in (gallery, crosstalk, picture_text)),
        ],
        workspace.listed().mark(on),
        customer_names(workspace.root),
        rules_of(workspace.root).version,
    )
    by_people = (
        review.heads(workspace.db),
        releases.approvals(workspace.db),
        previews.heads(workspace.db),
        _named_voices(workspace, registry),
    )
    acted_on = {each: "\n".join(heads.get(each, "") for heads in by_people) for each in set().union(*by_people)}
    nothing = "\n" * (len(by_people) - 1)
    return {
        session_id: _hashed(f"{common}\n{digest}\n{mark}\n{acted_on.get(session_id, nothing)}")
        for session_id, (digest, mark) in session_index.marks(workspace).items()
    }


def _named_voices(workspace: Workspace, registry: Registry) -> dict[str, str]:
    """By session what people said of its voices, and the voices that are there now: names count for those alone."""
    heads = voices.heads(workspace.db)
    diarizations = {session_id: voices.stored(workspace.stages, registry.session(session_id)) for session_id in heads}
    marks = {session_id: voices.mark_of(diarized) if diarized else "" for session_id, diarized in diarizations.items()}
    return {session_id: f"{seq} {marks[session_id]}" for session_id, seq in heads.items()}


def _hashed(text: str) -> str:
    """Quick, as a night makes one for every session."""
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()
