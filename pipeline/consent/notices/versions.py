"""Notice versions: the exact text that people read or hear, with its form mapping, immutable under one digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from pipeline.consent.log import notice_store
from pipeline.consent.log.events import Event, canonical, sha256
from pipeline.consent.log.log import writing
from pipeline.consent.log.notice_store import StoredNotice
from pipeline.consent.log.unreadable import unreadable
from pipeline.consent.notices.announced_notice import AnnouncedNotice, read_announced
from pipeline.consent.notices.forms import Form
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.tables.consent import notice as notice_table


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledNotice:
    """What was filed: a notice version under its digest."""

    notice: str
    digest: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a ruling needs of a notice version: what it names, whether it asked, and for which sessions.

    With a material change it says, in UTC, from when earlier consent to ``changes`` no longer carries over. One that is
    announced has its wording in ``announced_text``.
    """

    digest: str
    purposes: frozenset[Purpose]
    asks: bool
    scope: str
    notice_id: str = ""
    version: str = ""
    supersedes: str = ""
    replaces_from: datetime | None = None
    changes: frozenset[Purpose] = frozenset()
    announced_text: str = ""


def digest_of(form: Form | AnnouncedNotice) -> str:
    """The SHA-256 of a notice version: text, purposes and mapping together."""
    return _stored(form).digest


def put(connection: Connection, form: Form | AnnouncedNotice) -> str:
    """Files a notice version and returns its digest; raises ``InputRefused`` when the version is filed with another."""
    return notice_store.put(connection, _stored(form))


def file_announced(path: Path, *, workspace: Workspace, now: datetime) -> FiledNotice:
    """Files an announcement's wording; the next run looks for it in every session."""
    announced = read_announced(path)
    with writing(workspace, now=now) as log:
        digest = put(log.connection, announced)
    return FiledNotice(notice=f"{announced.notice_id}@{announced.version}", digest=digest)


def on_file(connection: Connection) -> Mapping[str, Notice]:
    """Every notice version whose text and mapping are as they were filed, by digest."""
    rows = connection.execute(select(notice_table.c.digest, notice_table.c.body))
    return {row.digest: notice for row in rows if (notice := _read(row.digest, row.body)) is not None}


def form_on_file(db: Engine, digest: str) -> Form:
    """The form of a notice version that is on file; raises ``ConsentUnreadable`` for one changed or gone."""
    with unreadable_is_closed(), reading(db) as connection:
        body = connection.execute(select(notice_table.c.body).where(notice_table.c.digest == digest)).scalar()
    if body is None or sha256(body) != digest:
        raise unreadable("a notice version is gone, or not as it was filed")
    return Form(**json.loads(body)["form"])


def forms_on_file(connection: Connection) -> Mapping[str, Form]:
    """The form mapping of every intact version of a form, by digest."""
    rows = connection.execute(select(notice_table.c.digest, notice_table.c.body))
    bodies = {row.digest: json.loads(row.body) for row in rows if sha256(row.body) == row.digest}
    return {digest: Form(**body["form"]) for digest, body in bodies.items() if "form" in body}


def series_on_file(workspace: Workspace) -> tuple[str, ...]:
    """The series that forms on file are for, sorted."""
    with unreadable_is_closed(), reading(workspace.db) as connection:
        scopes = {form.scope for form in forms_on_file(connection).values()}
    return tuple(sorted(scope.removeprefix("series:") for scope in scopes if scope.startswith("series:")))


def with_material_changes(events: Iterable[Event], filed: Mapping[str, Notice]) -> Iterator[Event]:
    """The events, each yes with its end moved to where a later notice version changed its purpose materially."""
    ends = _ends(filed)
    for event in events:
        at = ends.get((event.notice or "", event.purpose))
        yield event if at is None else replace(event, valid_until=min(event.valid_until or at, at))


def as_of(filed: Mapping[str, Notice], moment: datetime) -> dict[str, Notice]:
    """What each notice names for somebody who is recorded at a moment: of what was changed by then, nothing."""
    stale = {key for key, at in _ends(filed).items() if at <= moment}
    return {
        digest: replace(
            notice,
            purposes=frozenset(purpose for purpose in notice.purposes if (digest, purpose) not in stale),
            asks=notice.asks and (digest, Purpose.RECORD) not in stale,
        )
        for digest, notice in filed.items()
    }


def satisfying(filed: Mapping[str, Notice], required: Iterable[str]) -> frozenset[str]:
    """The digests of the notices that do for each of these, given as ``id@version``: it, and what supersedes it."""
    digests = frozenset(filed)
    for name in required:
        digests &= {
            digest
            for digest, notice in filed.items()
            if f"{notice.notice_id}@{notice.version}" == name
            or any(
                f"{earlier.notice_id}@{earlier.version}" == name
                for earlier in (filed[d] for d in _before(notice, filed))
            )
        }
    return digests


def announced(filed: Mapping[str, Notice]) -> dict[str, Notice]:
    """The notices that are announced, by digest."""
    return {digest: notice for digest, notice in filed.items() if notice.announced_text}


def _ends(filed: Mapping[str, Notice]) -> dict[tuple[str, Purpose], datetime]:
    """From when a yes to a notice version no longer counts for a purpose: its first material change afterwards."""
    ends: dict[tuple[str, Purpose], datetime] = {}
    for later in filed.values():
        if later.replaces_from is None:
            continue
        for digest in _before(later, filed):
            for purpose in later.changes:
                at = ends.get((digest, purpose), later.replaces_from)
                ends[digest, purpose] = min(at, later.replaces_from)
    return ends


def _before(later: Notice, filed: Mapping[str, Notice]) -> set[str]:
    """The versions that a version supersedes, directly or through others, in every language."""
    versions, digests = {later.supersedes} - {""}, set[str]()
    while versions:
        notices = [
            notice for notice in filed.values() if notice.notice_id == later.notice_id and notice.version in versions
        ]
        fresh = [notice for notice in notices if notice.digest not in digests and notice.version != later.version]
        digests |= {notice.digest for notice in fresh}
        versions = {notice.supersedes for notice in fresh} - {""}
    return digests


@lru_cache(maxsize=256)
def _read(digest: str, body: str) -> Notice | None:
    if sha256(body) != digest:
        return None
    kept = json.loads(body)
    if "spoken" in kept:
        announced_notice = AnnouncedNotice(**kept["spoken"])
        return Notice(
            digest=digest,
            purposes=frozenset(announced_notice.names_purposes),
            asks=False,
            scope="any",
            notice_id=announced_notice.notice_id,
            version=announced_notice.version,
            announced_text=announced_notice.text,
        )
    form = Form(**kept["form"])
    return Notice(
        digest=digest,
        purposes=frozenset(form.names_purposes),
        asks=form.asks,
        scope=form.scope,
        notice_id=form.notice_id,
        version=form.version,
        supersedes=form.supersedes.strip(),
        replaces_from=form.replaces_from,
        changes=frozenset(form.changes or Purpose),
    )


def _stored(form: Form | AnnouncedNotice) -> StoredNotice:
    what = "spoken" if isinstance(form, AnnouncedNotice) else "form"
    body = {what: form.model_dump(mode="json", exclude_defaults=True), "text_sha256": sha256(form.text)}
    return StoredNotice(notice_id=form.notice_id, version=form.version, language=form.language, body=canonical(body))
