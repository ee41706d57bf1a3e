"""The requests of all sessions, as far as consent goes at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pipeline import consent
from pipeline.export import Item, export
from pipeline.export.export import collect
from pipeline.export.requests import Request
from pipeline.records import Audience, Ruling, Tag
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.store.stages import key_of

_ALIAS_KEY = "alias"


def gather(workspace: Workspace, *, now: datetime) -> tuple[Request, ...]:
    """Every request and discovery that may be handed out now, in order of time."""
    rows, _ = collect(_items(workspace, now), key=workspace.key(_ALIAS_KEY), now=now)
    return rows


def write(workspace: Workspace, *, now: datetime) -> None:
    """Writes the files in ``out/exports``; raises ``TryAgain`` when they cannot be written."""
    folder = workspace.out / "exports"
    folder.mkdir(mode=0o750, exist_ok=True)
    export(_items(workspace, now), folder=folder, key=workspace.key(_ALIAS_KEY), now=now)


def tags_key(session_id: str) -> str:
    """Under which the tags of a session's internal rendition are kept."""
    return key_of(session_id, Audience.INTERNAL)


def count(workspace: Workspace, session_id: str) -> int:
    """How many requests and discoveries were found in a session."""
    tags = workspace.stages.recall("tags", tags_key(session_id), tuple[Tag, ...]) or ()
    return sum(tag.label in ("request", "discovery") for tag in tags)


def _items(workspace: Workspace, now: datetime) -> Iterator[Item]:
    """The sessions whose internal rendition is out, each with its tags and its ruling as it is now."""
    registry = Registry(workspace.db)
    for session_id, standing in registry.standings().items():
        if f"{session_id}/{Audience.INTERNAL}" not in standing.result.renditions:
            continue
        tags = workspace.stages.recall("tags", tags_key(session_id), tuple[Tag, ...])
        session = registry.session(session_id)
        ruling = consent.rule(session, workspace=workspace, now=now)
        if tags and isinstance(ruling, Ruling):
            yield Item(session=session, ruling=ruling, tags=tags)
