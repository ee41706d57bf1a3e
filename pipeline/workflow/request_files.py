"""The requests of all sessions as files, as far as consent goes at the moment of asking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline import consent
from pipeline.export import ExportItem, export
from pipeline.export.export import collect
from pipeline.export.files import FORMATS, write
from pipeline.export.requests import Request
from pipeline.records import Audience, OutFile, Ruling, Tag
from pipeline.store import Workspace
from pipeline.store.files import sha256
from pipeline.store.registry import Registry
from pipeline.store.stages import key_of

_ALIAS_KEY = "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class _LastExport:
    """From what the files were last made, until when that holds (seconds since the epoch), and the files."""

    key: str
    valid_until: float
    files: tuple[OutFile, ...]


def collect_requests(workspace: Workspace, *, now: datetime) -> tuple[Request, ...]:
    """Every request and discovery that may be handed out now, in order of time."""
    rows, _ = collect(_items(workspace, now), key=workspace.key(_ALIAS_KEY), now=now)
    return rows


def export_requests(workspace: Workspace, output_format: str, *, output: Path | None, now: datetime) -> str:
    """The requests as text in one of the ``FORMATS``; also written to ``output``, if there is one.

    That file is recorded as a copy that nobody here can call back, with anybody in it, for the receipts of withdrawals.
    Raises ``TryAgain`` when it cannot be written.
    """
    content = FORMATS[output_format](collect_requests(workspace, now=now))
    if output is not None:
        write(output, content)
        digest = hashlib.sha256(content.encode()).hexdigest()
        artefact_id = _register(workspace, f"requests.{output_format}", digest)
        workspace.artefacts.copied(artefact_id, to=str(output), by="offrecord export requests", now=now)
    return content


def write_exports(workspace: Workspace, *, now: datetime) -> None:
    """Writes the files in ``out/exports`` unless they are current; raises ``TryAgain`` when it cannot."""
    folder = workspace.out / "exports"
    folder.mkdir(mode=0o750, exist_ok=True)
    standings = Registry(workspace.db).standings()
    state_keys = sorted((session_id, standing.state_key) for session_id, standing in standings.items())
    key = key_of(consent.log_head(workspace), state_keys)
    last = workspace.stages.recall("exports", "last", _LastExport)
    if last and last.key == key and now.timestamp() < last.valid_until and _are_there(folder, last.files):
        return
    items = list(_items(workspace, now))
    exported = export(items, folder=folder, key=workspace.key(_ALIAS_KEY), now=now)
    hours = timedelta(hours=workspace.settings.consent.ruling_ttl_hours)
    until = min((item.ruling.valid_until for item in items), default=now + hours)
    for file in exported.files:
        _register(workspace, file.name, file.digest)
    last = _LastExport(key=key, valid_until=until.timestamp(), files=exported.files)
    workspace.stages.keep("exports", "last", last)


def tags_key(session_id: str) -> str:
    """Under which the tags of a session's internal rendition are stored."""
    return key_of(session_id, Audience.INTERNAL)


def count_requests(workspace: Workspace, session_id: str) -> int:
    """How many requests and discoveries were found in a session."""
    tags = workspace.stages.recall("tags", tags_key(session_id), tuple[Tag, ...]) or ()
    return sum(tag.label in ("request", "discovery") for tag in tags)


def _register(workspace: Workspace, name: str, digest: str) -> str:
    place, log_head = workspace.out / "exports" / name, consent.log_head(workspace)
    return workspace.artefacts.note(
        "export", place, session_id=None, contributors=None, log_head=log_head, digest=digest
    )


def _are_there(folder: Path, files: Iterable[OutFile]) -> bool:
    return all((folder / file.name).is_file() and sha256(folder / file.name) == file.digest for file in files)


def _items(workspace: Workspace, now: datetime) -> Iterator[ExportItem]:
    """The sessions whose internal rendition is published, each with its tags and its ruling as it is now."""
    registry = Registry(workspace.db)
    for session_id, standing in registry.standings().items():
        if f"{session_id}/{Audience.INTERNAL}" not in standing.result.renditions:
            continue
        if not (workspace.out / session_id / Audience.INTERNAL).is_dir():
            continue
        tags = workspace.stages.recall("tags", tags_key(session_id), tuple[Tag, ...])
        session = registry.session(session_id)
        ruling = consent.rule(session, workspace=workspace, now=now)
        if tags and isinstance(ruling, Ruling):
            yield ExportItem(session=session, ruling=ruling, tags=tags)
