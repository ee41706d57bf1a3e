"""Matches that staff entered: a chain of acts, each bound to what the participant was known by at the time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.consent.log.identity import Keys
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.store.chains import Chain
from pipeline.store.tables.rulings import identity_match


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMatch:
    """One act: staff match a participant to a party, or with None undo the match.

    ``known_by`` is a hash of everything that the participant was known by then: who is known by something else is not
    the one that staff looked at. ``addresses`` are the keyed hashes of addresses and ids of the party: a
    match with any holds in later sessions too, wherever they are met, until an act without a party names them.
    """

    session_id: str
    participant_id: str
    party_id: str | None
    known_by: str
    actor: str
    at: str
    addresses: Sequence[str] = ()


def current(
    connection: Connection, keys: Keys, session_id: str, *, now: datetime | None = None
) -> dict[str, StaffMatch]:
    """What holds in a session, by participant; with ``now``, without matches that a wrong clock dated after it.

    Raises ``ConsentUnreadable`` when an act was changed.
    """
    query = select(identity_match).where(identity_match.c.session_id == session_id).order_by(identity_match.c.seq)
    latest = {act.participant_id: act for act in _acts(connection, keys, query, now)}
    return {who: act for who, act in latest.items() if act.party_id is not None}


def remembered(connection: Connection, keys: Keys, *, now: datetime | None = None) -> dict[str, str]:
    """Whose an address or id is by what staff confirmed in any session: the party by its keyed hash.

    Raises ``ConsentUnreadable`` when an act was changed.
    """
    parties: dict[str, str] = {}
    for act in _acts(connection, keys, select(identity_match).order_by(identity_match.c.seq), now):
        for address in act.addresses:
            if act.party_id is None:
                parties.pop(address, None)
            else:
                parties[address] = act.party_id
    return parties


def dated_after(connection: Connection, now: datetime) -> tuple[datetime, ...]:
    """The dates of the acts that a wrong clock dated after ``now``; raises ``ConsentUnreadable`` for a changed one."""
    dates = (datetime.fromisoformat(_read(row).at) for row in connection.execute(select(identity_match)))
    return tuple(at for at in dates if at > now)


def party_in(body: str) -> str | None:
    """The party that the stored body of an act names."""
    party_id: str | None = json.loads(body)["party_id"]
    return party_id


def addresses_in(body: str) -> Sequence[str]:
    """The keyed hashes of addresses that the stored body of an act names."""
    addresses: Sequence[str] = json.loads(body).get("addresses", ())
    return addresses


def append(connection: Connection, keys: Keys, act: StaffMatch, reason: str) -> int:
    """Adds an act, with its reason encrypted and bound to it; returns its number."""
    fields = {name: getattr(act, name) for name in StaffMatch.__slots__ if name != "addresses"}
    if act.addresses:  # acts of earlier versions have none, and an act keeps the form that its hash covers
        fields["addresses"] = list(act.addresses)
    with CHAIN.appending(connection) as add:
        return add(fields, extra=lambda digest: {"sealed": keys.seal(reason, digest)}).seq


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first act that does not hold."""
    CHAIN.verify(connection, _read)


def _acts(connection: Connection, keys: Keys, query: Select[Any], now: datetime | None) -> Iterator[StaffMatch]:
    """The acts of a query, in order, without matches dated after ``now``."""
    for row in connection.execute(query):
        keys.open(row.sealed, row.hash)
        act = _read(row)
        if now is None or act.party_id is None or datetime.fromisoformat(act.at) <= now:
            yield act


def _read(row: Any) -> StaffMatch:
    return StaffMatch(**CHAIN.body(row))


def _broken(seq: object) -> ConsentUnreadable:
    return unreadable(f"what staff said about who is who is not as it was written, at act {seq}")


CHAIN = Chain(identity_match, repeats=("session_id",), changed=_broken, record=StaffMatch)
