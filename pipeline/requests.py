"""The requests of all sessions, as far as consent goes at the moment of asking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline import consent
from pipeline.export import Item, export
from pipeline.export.export import collect
from pipeline.export.requests import Request
from pipeline.files import file_digest
from pipeline.records import Audience, OutFile, Ruling, Tag
from pipeline.store import Workspace, run_clock
from pipeline.store.codec import key_of
from pipeline.store.registry import Registry

_ALIAS_KEY = "alias"


def gather(workspace: Workspace, *, now: datetime) -> tuple[Request, ...]:
    """Every request and discovery that may be handed out now, in order of time."""
    rows, _ = collect(_items(workspace, now), key=workspace.key(_ALIAS_KEY), now=now)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """From what the files were last made, until when that holds (seconds since the epoch), and what was made."""

    key: str
    valid_until: float
    files: tuple[OutFile, ...]


def write(workspace: Workspace, *, now: datetime) -> None:
    """Writes the files in ``out/exports`` unless they stand as they would be; raises ``TryAgain`` when it cannot."""
    folder = workspace.out / "exports"
    folder.mkdir(mode=0o750, exist_ok=True)
    standings = Registry(workspace.db).states()
    key = key_of(consent.log_head(workspace), sorted((name, one.state_key) for name, one in standings.items()))
    last = workspace.stages.get("exports", "last", _Written)
    hours = workspace.settings.consent.valid_hours
    holds = last is not None and run_clock.holds(last.valid_until, now, hours=hours)
    if last and holds and last.key == key and _are_there(folder, last.files):
        return
    items = list(_items(workspace, now))
    made = export(items, folder=folder, key=workspace.key(_ALIAS_KEY), now=now)
    until = min((item.ruling.valid_until for item in items), default=now + timedelta(hours=hours))
    for file in made.files:
        _note(workspace, file.name, file.digest)
    workspace.stages.put("exports", "last", _Written(key=key, valid_until=until.timestamp(), files=made.files))


def written(workspace: Workspace) -> tuple[Path, tuple[OutFile, ...] | None]:
    """The folder of the exports, and what a run wrote there last; None where that is not known."""
    last = workspace.stages.get("exports", "last", _Written)
    return workspace.out / "exports", last.files if last else None


def handed_out(workspace: Workspace, content: str, format_: str, *, to: str, now: datetime) -> None:
    """Notes that requests were written to a file that nobody here can call back; anybody may be in it."""
    artefact_id = _note(workspace, f"requests.{format_}", hashlib.sha256(content.encode()).hexdigest())
    workspace.artefacts.copied(artefact_id, to=to, by="offrecord export requests", now=now)


def _note(workspace: Workspace, name: str, digest: str) -> str:
    place, log_head = workspace.out / "exports" / name, consent.log_head(workspace)
    return workspace.artefacts.note(
        "export", place, session_id=None, contributors=None, log_head=log_head, digest=digest
    )


def _are_there(folder: Path, files: Iterable[OutFile]) -> bool:
    return all((folder / file.name).is_file() and file_digest(folder / file.name) == file.digest for file in files)


def tags_key(session_id: str) -> str:
    """Under which the tags of a session's internal rendition are kept."""
    return key_of(session_id, Audience.INTERNAL)


def count(workspace: Workspace, session_id: str) -> int:
    """How many requests and discoveries were found in a session."""
    tags = workspace.stages.get("tags", tags_key(session_id), tuple[Tag, ...]) or ()
    return sum(tag.label in ("request", "discovery") for tag in tags)


def _items(workspace: Workspace, now: datetime) -> Iterator[Item]:
    """The sessions whose internal rendition is out, each with its tags and its ruling as it is now."""
    registry = Registry(workspace.db)
    for session_id, standing in registry.states().items():
        if f"{session_id}/{Audience.INTERNAL}" not in standing.result.renditions:
            continue
        if not (workspace.out / session_id / Audience.INTERNAL).is_dir():
            continue
        tags = workspace.stages.get("tags", tags_key(session_id), tuple[Tag, ...])
        session = registry.session(session_id)
        ruling = consent.rule(session, workspace=workspace, now=now)
        if tags and isinstance(ruling, Ruling):
            yield Item(session=session, ruling=ruling, tags=tags)
