"""Exports requests and discoveries for product managers; consent is read again for each item."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.export.files import FORMATS, write
from pipeline.export.requests import Request, requests_of
from pipeline.records import Held, OutFile, Ruling, Session, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportItem:
    """One session with its tags and the ruling as it is now."""

    session: Session
    ruling: Ruling
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What was exported, and the sessions that are held with why."""

    requests: tuple[Request, ...]
    files: tuple[OutFile, ...]
    held: tuple[tuple[str, Held], ...]


def export(items: Iterable[ExportItem], *, folder: Path, key: bytes, now: datetime) -> ExportResult:
    """Writes ``requests`` in every format into an existing folder: the same items give the same bytes.

    ``key`` makes the customers' aliases. Raises ``TryAgain`` when a file cannot be written.
    """
    rows, held = collect(items, key=key, now=now)
    files = []
    for suffix, as_text in FORMATS.items():
        content = as_text(rows)
        write(folder / f"requests.{suffix}", content)
        files.append(OutFile(name=f"requests.{suffix}", digest=hashlib.sha256(content.encode()).hexdigest()))
    return ExportResult(requests=rows, files=tuple(files), held=held)


def collect(
    items: Iterable[ExportItem], *, key: bytes, now: datetime
) -> tuple[tuple[Request, ...], tuple[tuple[str, Held], ...]]:
    """All rows in order of date, session and time, and the sessions that are held."""
    rows: list[Request] = []
    held: list[tuple[str, Held]] = []
    for item in items:
        outcome = requests_of(item.session, item.ruling, item.tags, key=key, now=now)
        if isinstance(outcome, Held):
            held.append((item.session.session_id, outcome))
        else:
            rows.extend(outcome)
    return tuple(sorted(rows, key=lambda row: (row.started_on, row.session, row.start_s, row.request_id))), tuple(held)
