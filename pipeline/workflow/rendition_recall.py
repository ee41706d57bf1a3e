"""Which copies of renditions that went elsewhere, as files or as vCons, hold what may no longer be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from pipeline.records import Audience, Held, Outcome, Refused, Ruling
from pipeline.render.redaction_diff import RedactionScope, newly_exposed
from pipeline.store import Workspace, releases
from pipeline.store.artefacts import Artefact, ArtefactState
from pipeline.store.codec import decode
from pipeline.workflow.retention.kept_renditions import closed_by_consent

_KINDS = frozenset({"rendition", "vcon"})
_TAKEN_BACK = frozenset({ArtefactState.QUARANTINED, ArtefactState.ERASED})
RulingOf = Callable[[str], Ruling | Held | Refused]
"""The ruling of a session by its id, as it is now."""


def closed_copies(workspace: Workspace, ruling_of: RulingOf) -> Iterator[Artefact]:
    """Every rendition and vCon of which a copy is noted and that was taken back, or that somebody's consent closes."""
    copied = {copy.artefact_id for copy in workspace.artefacts.copies()}
    for artefact in workspace.artefacts.all():
        if artefact.kind not in _KINDS or artefact.artefact_id not in copied:
            continue
        if artefact.state in _TAKEN_BACK or _is_closed(artefact, workspace, ruling_of):
            yield artefact


def _is_closed(artefact: Artefact, workspace: Workspace, ruling_of: RulingOf) -> bool:
    """Whether anybody may no longer be heard in it by its audience, in all of it or in a part."""
    if artefact.session_id is None or artefact.contributors is None:
        return True
    ruling = ruling_of(artefact.session_id)
    if not isinstance(ruling, Ruling):
        return True
    return any(_exposes(artefact, audience, ruling, workspace) for audience in _audiences(artefact))


def _exposes(artefact: Artefact, audience: Audience, ruling: Ruling, workspace: Workspace) -> bool:
    """Whether it shows what consent closes now.

    Where an earlier version did not note what a rendition hid, whether anybody who was not removed is closed at all.
    """
    if not ruling.allows(audience.purpose):
        return True
    people = {*(artefact.contributors or ()), *(cell.participant_id for cell in ruling.cells)}
    scope = _hidden_in(artefact, audience, workspace)
    if scope is not None:
        return bool(newly_exposed(closed_by_consent(sorted(people), ruling, audience.purpose, scope), scope))
    removed = {who for who, traces in (artefact.contributors or {}).items() if "speech" not in traces}
    heard = people - removed
    return any(outcome is not Outcome.PROCEED for who in heard for _, outcome in ruling.spans(audience.purpose, who))


def _hidden_in(artefact: Artefact, audience: Audience, workspace: Workspace) -> RedactionScope | None:
    """What the rendition that a copy is of hid; None where nothing tells which one that was."""
    about = workspace.ledger, artefact.session_id or "", audience
    if artefact.kind == "rendition":
        entry = releases.entry_of(*about, artefact.sha256)
    else:
        entry = releases.entry_before(*about, kind=artefact.kind, key=artefact.sha256)
    scope = None if entry is None else releases.scope_of(workspace.db, entry)
    return None if scope is None else decode(scope, RedactionScope)


def _audiences(artefact: Artefact) -> tuple[Audience, ...]:
    """The audience that its place names; every one where it names none."""
    named = [part.split("-") for part in PurePath(artefact.location).parts]
    return tuple(audience for audience in Audience if any(audience.value in words for words in named)) or tuple(
        Audience
    )
