"""Notice versions: the exact text that people were told, with its form mapping, immutable under one digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, select

from pipeline.consent.log.events import Event, canonical, sha256
from pipeline.consent.notices.announced_notice import Spoken
from pipeline.consent.notices.forms import Form
from pipeline.errors import ConsentUnreadable, InputRefused
from pipeline.records import Purpose
from pipeline.store import ledger
from pipeline.store.consent_tables import notice as notice_table
from pipeline.store.schema import ledger as ledger_table

FILED = "notice"
"""The kind of ledger entry whose key is the digest of a notice version that was filed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a ruling needs of a notice version: what it names, whether it asked, and for which sessions.

    With a material change it says, in UTC, from when earlier consent to ``changes`` no longer carries over. One that is
    announced has its wording in ``spoken``.
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
    spoken: str = ""


def digest_of(form: Form | Spoken) -> str:
    """The SHA-256 of a notice version: text, purposes and mapping together."""
    return sha256(_body(form))


def put(connection: Connection, form: Form | Spoken) -> str:
    """Files a notice version and returns its digest; raises ``InputRefused`` when the version says something else."""
    digest = digest_of(form)
    columns = notice_table.c
    same = (columns.notice_id == form.notice_id, columns.version == form.version, columns.language == form.language)
    known = connection.execute(select(columns.digest).where(*same)).scalar()
    if known is None:
        connection.execute(
            notice_table.insert().values(
                digest=digest,
                notice_id=form.notice_id,
                version=form.version,
                language=form.language,
                body=_body(form),
            )
        )
        ledger.append(connection, FILED, digest, {})
    elif known != digest:
        raise InputRefused(
            "this notice version is on file with another text or mapping",
            action="a version never changes: give the form a new version",
        )
    return digest


def verify(connection: Connection) -> None:
    """Raises ``ConsentUnreadable`` where a notice version is not as it was filed, or is gone.

    A version with a material change ends earlier consent by being there: without it that would count again.
    """
    rows = connection.execute(select(notice_table.c.digest, notice_table.c.body)).all()
    filed = set(connection.execute(select(ledger_table.c.key).where(ledger_table.c.kind == FILED)).scalars())
    if any(sha256(row.body) != row.digest for row in rows) or not filed <= {row.digest for row in rows}:
        raise ConsentUnreadable(
            "a notice version is not as it was filed",
            action="nothing was processed; restore offrecord.db and heads from one backup",
        )


def on_file(connection: Connection) -> Mapping[str, Notice]:
    """Every notice version whose text and mapping are as they were filed, by digest."""
    rows = connection.execute(select(notice_table.c.digest, notice_table.c.body))
    return {row.digest: found for row in rows if (found := _read(row.digest, row.body)) is not None}


def ended(events: Iterable[Event], filed: Mapping[str, Notice]) -> Iterator[Event]:
    """The events, each yes with its end moved to where a later notice version changed its purpose materially."""
    ends = _ends(filed)
    for event in events:
        at = ends.get((event.notice or "", event.purpose))
        yield event if at is None else replace(event, valid_until=min(event.valid_until or at, at))


def as_of(filed: Mapping[str, Notice], moment: datetime) -> dict[str, Notice]:
    """What each notice told somebody who is recorded at a moment: of what was changed by then, nothing."""
    stale = {key for key, at in _ends(filed).items() if at <= moment}
    return {
        digest: replace(
            notice,
            purposes=frozenset(one for one in notice.purposes if (digest, one) not in stale),
            asks=notice.asks and (digest, Purpose.RECORD) not in stale,
        )
        for digest, notice in filed.items()
    }


def satisfying(filed: Mapping[str, Notice], required: Iterable[str]) -> frozenset[str]:
    """The digests of the notices that do for each of these, given as ``id@version``: it, and what supersedes it."""
    found = frozenset(filed)
    for name in required:
        found &= {
            digest
            for digest, notice in filed.items()
            if f"{notice.notice_id}@{notice.version}" == name
            or any(f"{one.notice_id}@{one.version}" == name for one in (filed[d] for d in _before(notice, filed)))
        }
    return found


def spoken(filed: Mapping[str, Notice]) -> dict[str, Notice]:
    """The notices that are announced, by digest."""
    return {digest: notice for digest, notice in filed.items() if notice.spoken}


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
    versions, found = {later.supersedes} - {""}, set[str]()
    while versions:
        notices = [one for one in filed.values() if one.notice_id == later.notice_id and one.version in versions]
        fresh = [one for one in notices if one.digest not in found and one.version != later.version]
        found |= {one.digest for one in fresh}
        versions = {one.supersedes for one in fresh} - {""}
    return found


def material(connection: Connection) -> list[str]:
    """The digests of the versions that may change what is allowed by being on file alone, sorted.

    Those with a material change, and those that are announced: then recordings of before are searched for them.
    """
    body = notice_table.c.body
    says = body.contains('"material_change":true', autoescape=True) | body.startswith('{"spoken":', autoescape=True)
    return list(connection.execute(select(notice_table.c.digest).where(says).order_by(notice_table.c.digest)).scalars())


@lru_cache(maxsize=256)
def _read(digest: str, body: str) -> Notice | None:
    if sha256(body) != digest:
        return None
    kept = json.loads(body)
    if "spoken" in kept:
        said = Spoken(**kept["spoken"])
        return Notice(
            digest=digest,
            purposes=frozenset(said.names_purposes),
            asks=False,
            scope="any",
            notice_id=said.notice_id,
            version=said.version,
            spoken=said.text,
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


def _body(form: Form | Spoken) -> str:
    what = "spoken" if isinstance(form, Spoken) else "form"
    return canonical({what: form.model_dump(mode="json", exclude_defaults=True), "text_sha256": sha256(form.text)})
