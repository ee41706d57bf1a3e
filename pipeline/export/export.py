"""Exports requests and discoveries for product managers, consent read again at the door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.export.files import FORMATS, write
from pipeline.export.requests import Request, requests_of
from pipeline.records import Held, OutFile, Ruling, Session, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One session with its tags and the ruling as it is now."""

    session: Session
    ruling: Ruling
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was exported, and the sessions that were held at the door with why."""

    requests: tuple[Request, ...]
    files: tuple[OutFile, ...]
    held: tuple[tuple[str, Held], ...]


def export(
    items: Iterable[Item],
    *,
    folder: Path,
    key: bytes,
    now: datetime,
    formats: Sequence[str] = ("csv", "jsonl"),
) -> Exported:
    """Writes ``requests.csv`` and ``requests.jsonl`` into an existing folder: the same items give the same bytes.

    ``key`` makes the customers' aliases. Raises ``TryAgain`` when a file cannot be written.
    """
    rows, held = collect(items, key=key, now=now)
    files = []
    for name in formats:
        content = FORMATS[name](rows)
        write(folder / f"requests.{name}", content)
        files.append(OutFile(name=f"requests.{name}", digest=hashlib.sha256(content.encode()).hexdigest()))
    return Exported(requests=rows, files=tuple(files), held=held)


def collect(
    items: Iterable[Item], *, key: bytes, now: datetime
) -> tuple[tuple[Request, ...], tuple[tuple[str, Held], ...]]:
    """All rows in order of date, session and time, and the sessions that were held."""
    rows: list[Request] = []
    held: list[tuple[str, Held]] = []
    for item in items:
        found = requests_of(item.session, item.ruling, item.tags, key=key, now=now)
        if isinstance(found, Held):
            held.append((item.session.session_id, found))
        else:
            rows.extend(found)
    return tuple(sorted(rows, key=lambda row: (row.started_on, row.session, row.start_s, row.request_id))), tuple(held)
