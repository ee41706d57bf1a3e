"""Notices served: which notice reached whom, when, and what shows it; a chain of its own beside the log of events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from pipeline.consent.log.events import Method, canonical, sha256
from pipeline.consent.log.parties import chunks
from pipeline.errors import ConsentUnreadable
from pipeline.store.heads import Head, head_of, walk
from pipeline.store.ruling_tables import notice_served


class Reach(StrEnum):
    """Whom a notice reaches: one person, or everybody who is in the call while it is given, and nobody later."""

    INDIVIDUAL = "individual"
    EVERYONE_IN_CALL = "everyone_in_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeServed:
    """One notice that was given: to a party, a participant, or all who were in a session from ``since`` to ``at``.

    ``notice`` is the digest of a notice version, or ``platform:`` with the platform's name; ``at`` is when it had been
    given, ``evidence`` an event, a sealed list of participants, or the digest of what was said and by whom. What was
    heard in the sound names the track by its bytes in ``said_in``.
    """

    notice: str
    party_id: str | None = None
    session_id: str | None = None
    participant_id: str | None = None
    since: datetime
    at: datetime
    reach: Reach
    evidence: str
    said_in: str | None = None

    @property
    def served_id(self) -> str:
        """Made from the content, so that the same notice served is never there twice."""
        whom = (self.notice, self.party_id, self.session_id, self.participant_id)
        said = () if self.reach is Reach.INDIVIDUAL else (self.evidence, self.since.isoformat())
        return "srv_" + sha256(canonical((*whom, self.at.isoformat(), *said)))[:32]


def by_form(body: Mapping[str, Any]) -> NoticeServed | None:
    """What an event of the log shows of a notice: whoever sent a form off had read its notice by then."""
    if body["method"] != Method.FORM or body["notice"] is None:
        return None
    at = datetime.fromisoformat(body["indicated_at"])
    return NoticeServed(
        notice=body["notice"],
        party_id=body["party_id"],
        since=at,
        at=at,
        reach=Reach.INDIVIDUAL,
        evidence=body["event_id"],
    )


def append(connection: Connection, served: Iterable[NoticeServed]) -> int:
    """Adds those that are not on file, in order; returns how many."""
    new: dict[str, NoticeServed] = {}
    for one in served:
        new.setdefault(one.served_id, one)
    for some in chunks(list(new)):
        known = select(notice_served.c.served_id).where(notice_served.c.served_id.in_(some))
        for served_id in connection.execute(known).scalars():
            del new[served_id]
    rows = list(_rows(new.values(), head_of(connection, notice_served)))
    if rows:
        connection.execute(notice_served.insert(), rows)
    return len(rows)


def on_file(connection: Connection, session_id: str, party_ids: Iterable[str]) -> tuple[NoticeServed, ...]:
    """What was served to these people, and in this session, in order; raises ``ConsentUnreadable``."""
    columns, found = notice_served.c, dict[int, NoticeServed]()
    for some in [*chunks(sorted(set(party_ids))), []]:
        which: ColumnElement[bool] = or_(columns.party_id.in_(some), columns.session_id == session_id)
        for row in connection.execute(select(notice_served).where(which)):
            found[row.seq] = _read(row)
    return tuple(found[seq] for seq in sorted(found))


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first one that does not hold."""
    walk(connection, notice_served, read=_read, broken=_broken)


def _rows(served: Iterable[NoticeServed], last: Head) -> Iterator[dict[str, object]]:
    seq, previous = last.seq, last.hash
    for one in served:
        seq += 1
        fields = {name: getattr(one, name) for name in NoticeServed.__slots__}
        fields |= {"since": one.since.isoformat(), "at": one.at.isoformat(), "served_id": one.served_id}
        body = canonical({**fields, "seq": seq, "prev_hash": previous})
        digest = sha256(body)
        named = {name: fields[name] for name in ("served_id", "party_id", "session_id")}
        yield {**named, "seq": seq, "prev_hash": previous, "hash": digest, "body": body}
        previous = digest


def _read(row: Any) -> NoticeServed:
    if sha256(str(row.body)) != row.hash:
        raise _broken(row.seq)
    body = json.loads(row.body)
    place = tuple(body.pop(name) for name in ("seq", "prev_hash", "served_id"))
    times = {name: datetime.fromisoformat(body[name]) for name in ("since", "at")}
    served = NoticeServed(**{**body, **times, "reach": Reach(body["reach"])})
    whose = (served.served_id, served.party_id, served.session_id)
    if place != (row.seq, row.prev_hash, row.served_id) or whose != (row.served_id, row.party_id, row.session_id):
        raise _broken(row.seq)
    return served


def _broken(seq: object) -> ConsentUnreadable:
    return ConsentUnreadable(
        f"the notices served are not as they were written, at number {seq}",
        action="nothing was processed; restore offrecord.db and heads from one backup",
    )
