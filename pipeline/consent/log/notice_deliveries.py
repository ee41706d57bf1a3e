"""Notice deliveries: which notice reached whom, when, and what shows it; a chain beside the log of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from pipeline.consent.log.events import Method, canonical, sha256
from pipeline.consent.log.parties import chunks
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.store.chains import Chain
from pipeline.store.tables.rulings import notice_delivery


class Reach(StrEnum):
    """Whom a notice reaches: one person, or everybody who is in the call while it is given, and nobody later."""

    INDIVIDUAL = "individual"
    EVERYONE_IN_CALL = "everyone_in_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDelivery:
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
    def delivery_id(self) -> str:
        """Made from the content, so that the same delivery is never there twice."""
        whom = (self.notice, self.party_id, self.session_id, self.participant_id)
        announced = () if self.reach is Reach.INDIVIDUAL else (self.evidence, self.since.isoformat())
        return "srv_" + sha256(canonical((*whom, self.at.isoformat(), *announced)))[:32]


def by_form(body: Mapping[str, Any]) -> NoticeDelivery | None:
    """What an event of the log shows of a notice: whoever sent a form off had read its notice by then."""
    if body["method"] != Method.FORM or body["notice"] is None:
        return None
    at = datetime.fromisoformat(body["indicated_at"])
    return NoticeDelivery(
        notice=body["notice"],
        party_id=body["party_id"],
        since=at,
        at=at,
        reach=Reach.INDIVIDUAL,
        evidence=body["event_id"],
    )


def append(connection: Connection, deliveries: Iterable[NoticeDelivery]) -> int:
    """Adds those that are not on file, in order; returns how many."""
    new: dict[str, NoticeDelivery] = {}
    for delivery in deliveries:
        new.setdefault(delivery.delivery_id, delivery)
    for ids in chunks(list(new)):
        known = select(notice_delivery.c.served_id).where(notice_delivery.c.served_id.in_(ids))
        for delivery_id in connection.execute(known).scalars():
            del new[delivery_id]
    with CHAIN.appending(connection) as add:
        for delivery in new.values():
            add(_body(delivery))
    return len(new)


def on_file(connection: Connection, session_id: str, party_ids: Iterable[str]) -> tuple[NoticeDelivery, ...]:
    """What was delivered to these people, and in this session, in order; raises ``ConsentUnreadable``."""
    columns, deliveries = notice_delivery.c, dict[int, NoticeDelivery]()
    for ids in [*chunks(sorted(set(party_ids))), []]:
        which: ColumnElement[bool] = or_(columns.party_id.in_(ids), columns.session_id == session_id)
        for row in connection.execute(select(notice_delivery).where(which)):
            deliveries[row.seq] = _read(row)
    return tuple(deliveries[seq] for seq in sorted(deliveries))


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first one that does not hold."""
    CHAIN.verify(connection, _read)


def _body(delivery: NoticeDelivery) -> dict[str, object]:
    fields = {name: getattr(delivery, name) for name in NoticeDelivery.__slots__}
    times = {"since": delivery.since.isoformat(), "at": delivery.at.isoformat()}
    return fields | times | {"served_id": delivery.delivery_id}


def _read(row: Any) -> NoticeDelivery:
    body = CHAIN.body(row)
    del body["served_id"]
    times = {name: datetime.fromisoformat(body[name]) for name in ("since", "at")}
    delivery = NoticeDelivery(**{**body, **times, "reach": Reach(body["reach"])})
    if delivery.delivery_id != row.served_id:
        raise _broken(row.seq)
    return delivery


def _broken(seq: object) -> ConsentUnreadable:
    return unreadable(f"the notice deliveries are not as they were written, at number {seq}")


CHAIN = Chain(notice_delivery, repeats=("served_id", "party_id", "session_id"), changed=_broken, record=NoticeDelivery)
