"""Which copies of renditions that went elsewhere, as files or as vCons, hold what may no longer be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from pipeline.records import Audience, Held, Outcome, Refused, Ruling
from pipeline.store import Workspace
from pipeline.store.artefacts import Artefact, ArtefactState

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
        if artefact.state in _TAKEN_BACK or _is_closed(artefact, ruling_of):
            yield artefact


def _is_closed(artefact: Artefact, ruling_of: RulingOf) -> bool:
    """Whether somebody who is heard in it may no longer be heard by its audience."""
    if artefact.session_id is None or artefact.contributors is None:
        return True
    ruling = ruling_of(artefact.session_id)
    if not isinstance(ruling, Ruling):
        return True
    heard = [who for who, traces in artefact.contributors.items() if "speech" in traces]
    return any(
        not ruling.allows(audience.purpose)
        or any(outcome is not Outcome.PROCEED for who in heard for _, outcome in ruling.spans(audience.purpose, who))
        for audience in _audiences(artefact)
    )


def _audiences(artefact: Artefact) -> tuple[Audience, ...]:
    """The audience that its place names; every one where it names none."""
    named = [part.split("-") for part in PurePath(artefact.location).parts]
    return tuple(audience for audience in Audience if any(audience.value in words for words in named)) or tuple(
        Audience
    )
