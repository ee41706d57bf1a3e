"""What was let out of each session and what it hid, and the acts of people that let it out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, func, select

from pipeline.errors import UsageProblem
from pipeline.records import Audience
from pipeline.store import ledger
from pipeline.store.database import reading
from pipeline.store.ledger import Ledger
from pipeline.store.tables.releases import publication, release_act

RELEASED = "released"
RETRACTED = "retracted"
RELEASE = "release"


class ReleaseAct(StrEnum):
    """What a person may say about letting out."""

    RELEASE = "release"
    APPROVE = "approve"


def prefix_of(session_id: str, audience: Audience) -> str:
    """How the ledger's keys about one rendition of a session begin."""
    return f"{session_id}-{audience}-"


def next_entry(book: Ledger, session_id: str, audience: Audience) -> str:
    """The key of the ledger entry that the next rendition will have."""
    prefix = prefix_of(session_id, audience)
    return f"{prefix}{len(book.under(RELEASED, prefix)) + 1}"


def current_entry(book: Ledger, session_id: str, audience: Audience) -> str | None:
    """The entry of the rendition that may be out: the last that was put out, None where it was taken back since."""
    prefix = prefix_of(session_id, audience)
    entries = book.under(RELEASED, prefix)
    if not entries or book.last(RELEASED, prefix) < book.last(RETRACTED, prefix):
        return None
    return entries[-1][0]


@dataclass(frozen=True, slots=True)
class PublishedEntries:
    """By session and audience: ``current`` is what ``current_entry`` gives, ``following`` what ``next_entry`` gives."""

    current: Mapping[tuple[str, Audience], str]
    following: Mapping[tuple[str, Audience], str]


def published_entries(book: Ledger) -> PublishedEntries:
    """Of every session at once what may be out, in one pass over the ledger's acts."""
    latest: dict[tuple[str, Audience], tuple[int, str]] = {}
    counts = Counter[tuple[str, Audience]]()
    for seq, key in book.numbered(RELEASED):
        if (of := _rendition_of(key)) is not None:
            latest[of] = (seq, key)
            counts[of] += 1
    taken_back = {of: seq for seq, key in book.numbered(RETRACTED) if (of := _rendition_of(key)) is not None}
    return PublishedEntries(
        current={of: key for of, (seq, key) in latest.items() if seq > taken_back.get(of, 0)},
        following={of: f"{prefix_of(*of)}{count + 1}" for of, count in counts.items()},
    )


def published_proofs(book: Ledger) -> dict[str, str]:
    """Of every session at once, by ``SESSION/AUDIENCE``, the digest of the proof of what may be out."""
    current = published_entries(book).current
    bodies = dict(book.under(RELEASED, "")) if current else {}
    return {"/".join(of): str(json.loads(bodies[entry])["proof"]) for of, entry in current.items()}


def published_proof(book: Ledger, session_id: str, audience: Audience) -> str | None:
    """The digest of the proof of the rendition that may be out."""
    entry = current_entry(book, session_id, audience)
    body = None if entry is None else book.body(RELEASED, entry)
    return None if body is None else str(json.loads(body)["proof"])


def entry_of(book: Ledger, session_id: str, audience: Audience, digest: str) -> str | None:
    """The entry of the rendition whose folder has that digest; None where an earlier version did not note it."""
    for entry, body in book.under(RELEASED, prefix_of(session_id, audience)):
        if json.loads(body).get("folder") == digest:
            return entry
    return None


def entry_before(book: Ledger, session_id: str, audience: Audience, *, kind: str, key: str) -> str | None:
    """The entry of the rendition that was out when something of another kind and key was noted in the ledger."""
    noted = next((seq for seq, of in book.numbered(kind) if of == key), 0)
    prefix = prefix_of(session_id, audience)
    return next(
        (entry for seq, entry in reversed(book.numbered(RELEASED)) if seq < noted and entry.startswith(prefix)), None
    )


def scope_of(db: Engine, entry: str) -> str | None:
    """What the rendition of an entry hid; None where there is no such rendition."""
    with reading(db) as connection:
        scope: str | None = connection.execute(select(publication.c.scope).where(publication.c.entry == entry)).scalar()
    return scope


def _rendition_of(key: str) -> tuple[str, Audience] | None:
    """The session and audience that a key of the ledger is about."""
    for audience in Audience:
        session_id, between, _ = key.partition(f"-{audience}-")
        if between:
            return session_id, audience
    return None


def record_publication(
    db: Engine, entry: str, session_id: str, audience: Audience, *, scope: str, body: Mapping[str, object]
) -> None:
    """Notes a rendition that was put out and what it hides, once."""
    with db.begin() as connection:
        if not ledger.append(connection, RELEASED, entry, body):
            return
        seq = connection.execute(select(func.coalesce(func.max(publication.c.seq), 0))).scalar_one() + 1
        row = {"entry": entry, "seq": seq, "session_id": session_id, "audience": audience.value, "scope": scope}
        connection.execute(publication.insert().values(row))


def latest(db: Engine, session_id: str, audience: Audience) -> tuple[str, str] | None:
    """The ledger's entry of the latest rendition that was put out, and what it hid; None where there never was one."""
    query = (
        select(publication.c.entry, publication.c.scope)
        .where(publication.c.session_id == session_id, publication.c.audience == audience.value)
        .order_by(publication.c.seq.desc())
        .limit(1)
    )
    with reading(db) as connection:
        row = connection.execute(query).first()
    return (row.entry, row.scope) if row else None


def record_act(
    db: Engine,
    session_id: str,
    audience: Audience,
    act: ReleaseAct,
    *,
    state: str,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """Keeps one act of a person; raises ``UsageProblem`` when actor or reason is blank."""
    if not actor.strip() or not reason.strip():
        raise UsageProblem("this needs an actor and a reason", action="give --by and --reason")
    row = {"session_id": session_id, "audience": audience.value, "act": act.value, "state": state}
    with db.begin() as connection:
        kept = release_act.insert().values(**row, actor=actor, reason=reason, at=now.isoformat())
        seq = connection.execute(kept.returning(release_act.c.seq)).scalar_one()
        said_by = hashlib.sha256(actor.encode()).hexdigest()[:12]
        ledger.append(connection, act.value, f"{prefix_of(session_id, audience)}{seq}", {**row, "actor": said_by})


def is_approved(db: Engine, session_id: str, audience: Audience, state: str) -> bool:
    """Whether somebody approved exactly this."""
    query = select(release_act.c.seq).where(
        release_act.c.session_id == session_id,
        release_act.c.audience == audience.value,
        release_act.c.act == ReleaseAct.APPROVE.value,
        release_act.c.state == state,
    )
    with reading(db) as connection:
        return connection.execute(query).first() is not None


def is_released(book: Ledger, session_id: str, audience: Audience) -> bool:
    """Whether somebody released it since it was last taken back."""
    prefix = prefix_of(session_id, audience)
    return book.last(RELEASE, prefix) > book.last(RETRACTED, prefix)


def approvals(db: Engine) -> dict[str, str]:
    """For each session with approvals a mark that changes with every one."""
    query = (
        select(release_act.c.session_id, func.max(release_act.c.seq))
        .where(release_act.c.act == ReleaseAct.APPROVE.value)
        .group_by(release_act.c.session_id)
    )
    with reading(db) as connection:
        return {session_id: f"approved:{seq}" for session_id, seq in connection.execute(query)}
