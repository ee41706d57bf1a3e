"""The people on file: looked up by their aliases, added when an answer comes from somebody new."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, or_, select, true, update

from pipeline.consent.log.events import EventState
from pipeline.consent.log.identity import Alias, AliasKind, Keys, Verified, bare, normalise
from pipeline.consent.log.unreadable import unreadable
from pipeline.lexicon import without_directions
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.consent import consent_event
from pipeline.store.tables.consent import party as party_table

Item = TypeVar("Item")
Claim = tuple[AliasKind, str, Verified]
"""A kind, a value as it was given, and who vouches for it."""


def chunks(items: Iterable[Item], size: int = 500) -> Iterator[Sequence[Item]]:
    """The items in lists of at most ``size``, for queries with many values."""
    rest = list(items)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def find(connection: Connection, keys: Keys, hashes: Iterable[str]) -> dict[str, list[Alias]]:
    """The aliases on file under these hashes; raises ``ConsentUnreadable`` when one was changed."""
    aliases: dict[str, list[Alias]] = defaultdict(list)
    for chunk in chunks(sorted(set(hashes))):
        query = select(alias_table).where(alias_table.c.value_hash.in_(chunk)).order_by(alias_table.c.alias_id)
        for row in connection.execute(query):
            try:
                alias = Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified))
            except ValueError as error:
                raise unreadable("an alias in the consent store was changed") from error
            keys.check_alias(alias, row.value_enc)
            aliases[alias.value_hash].append(alias)
    return aliases


def refusers_names(connection: Connection, keys: Keys) -> Iterator[tuple[str, str]]:
    """Everybody on file who ever said no, with each name that they are known by; ``ConsentUnreadable`` for a change."""
    no = or_(*(consent_event.c.body.contains(f'"state":"{state.value}"') for state in EventState if state.is_no))
    said_no = exists().where(consent_event.c.party_id == alias_table.c.party_id, no)
    yield from _names(connection, keys, said_no)


def alias_count(connection: Connection) -> int:
    """How many things people on file are known by."""
    return int(connection.execute(select(func.count()).select_from(alias_table)).scalar_one())


def names_of(connection: Connection, keys: Keys, party_ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """These people with each name that they are known by; raises ``ConsentUnreadable`` for a change."""
    for ids in chunks(sorted(set(party_ids))):
        yield from _names(connection, keys, alias_table.c.party_id.in_(ids))


def _names(connection: Connection, keys: Keys, which: ColumnElement[bool]) -> Iterator[tuple[str, str]]:
    query = select(alias_table).where(alias_table.c.kind == AliasKind.DISPLAY_NAME, which)
    for row in connection.execute(query.order_by(alias_table.c.alias_id)):
        alias = Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified))
        yield row.party_id, keys.open_alias(alias, row.value_enc)


def vouch(connection: Connection, keys: Keys, party_ids: Iterable[str]) -> None:
    """Notes for these people by what they are known now, so that it is noticed when any of it is gone."""
    for ids in chunks(sorted(set(party_ids))):
        hashes = _hashes(connection, alias_table.c.party_id.in_(ids))
        rows = [{"who": party_id, "mark": keys.vouched(party_id, hashes.get(party_id, ()))} for party_id in ids]
        statement = update(party_table).where(party_table.c.party_id == bindparam("who"))
        connection.execute(statement.values(vouched=bindparam("mark")), rows)


def verify(connection: Connection, keys: Keys) -> None:
    """Raises ``ConsentUnreadable`` where somebody is not known by all that they were known by, and by no more."""
    hashes = _hashes(connection, true())
    vouched = {row.party_id: row.vouched for row in connection.execute(select(party_table))}
    whole = all(mark == keys.vouched(party_id, hashes.get(party_id, ())) for party_id, mark in vouched.items())
    there = hashes.keys() | set(connection.execute(select(consent_event.c.party_id).distinct()).scalars())
    if not whole or not there <= vouched.keys():
        raise unreadable("what people are known by is not as it was filed")


def _hashes(connection: Connection, which: ColumnElement[bool]) -> dict[str, list[str]]:
    hashes: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(alias_table.c.party_id, alias_table.c.value_hash).where(which)):
        hashes[row.party_id].append(row.value_hash)
    return hashes


def sharing(connection: Connection, party_ids: Iterable[str]) -> dict[str, set[str]]:
    """For each of these people everybody else who is known by, or claims, an address or id of theirs."""
    theirs, other = alias_table, alias_table.alias()
    same = (theirs.c.value_hash == other.c.value_hash) & (theirs.c.party_id != other.c.party_id)
    query = select(theirs.c.party_id, other.c.party_id.label("other")).join(other, same)
    others: dict[str, set[str]] = defaultdict(set)
    for ids in chunks(sorted(set(party_ids))):
        which = (theirs.c.party_id.in_(ids), theirs.c.kind.in_([AliasKind.EMAIL, AliasKind.PLATFORM]))
        for row in connection.execute(query.where(*which)):
            others[row.party_id].add(row.other)
    return others


class Directory:
    """The people that one import or withdrawal speaks of, with those that it adds."""

    def __init__(self, connection: Connection, keys: Keys, claims: Iterable[Claim], *, now: datetime) -> None:
        self._keys = keys
        self._now = now.isoformat()
        self._hashes: dict[tuple[AliasKind, str], str] = {}
        all_claims = [each for claim in claims for each in _with_likes(claim)]
        self._known = find(connection, keys, {self._hashed(kind, value) for kind, value, _ in all_claims})
        self._new_parties: list[str] = []
        self._new_aliases: list[dict[str, object]] = []

    @property
    def added(self) -> int:
        """How many people are new."""
        return len(self._new_parties)

    def settle(self, claims: Sequence[Claim]) -> str:
        """The party that these claims are about, by the first of them; added with its aliases when new.

        What somebody merely claims never reaches the party of somebody for whom it is vouched.
        """
        kind, value, verified = claims[0]
        party_id = next(
            (known.party_id for known in self.holders(kind, value) if known.verified.sure is verified.sure), None
        )
        if party_id is None:
            party_id = f"prt_{secrets.token_hex(12)}"
            self._new_parties.append(party_id)
        for claim in claims:
            for alias in _with_likes(claim):
                self._hold(party_id, alias)
        return party_id

    def holders(self, kind: AliasKind, value: str) -> Sequence[Alias]:
        """Everybody on file who is known by this value."""
        return self._known.get(self._hashed(kind, value), [])

    def save(self, connection: Connection) -> None:
        """Writes the new people and aliases, and by what everybody is known now."""
        held: dict[str, list[str]] = defaultdict(list)
        for alias in self._new_aliases:
            held[str(alias["party_id"])].append(str(alias["value_hash"]))
        new = {party_id: self._keys.vouched(party_id, held.pop(party_id, ())) for party_id in self._new_parties}
        if new:
            rows = [{"party_id": who, "created_at": self._now, "vouched": mark} for who, mark in new.items()]
            connection.execute(party_table.insert(), rows)
        if self._new_aliases:
            connection.execute(alias_table.insert(), self._new_aliases)
        vouch(connection, self._keys, held)

    def _hashed(self, kind: AliasKind, value: str) -> str:
        """The hash under which a value is looked up, made once."""
        if (kind, value) not in self._hashes:
            self._hashes[kind, value] = self._keys.hashed(kind, _plain(kind, value))
        return self._hashes[kind, value]

    def _hold(self, party_id: str, claim: Claim) -> None:
        """Adds an alias to a party that is not known by it yet."""
        kind, value, verified = claim
        value = _plain(kind, value)
        alias = Alias(party_id, kind, self._hashed(kind, value), verified)
        holders = self._known.setdefault(alias.value_hash, [])
        if any(known.party_id == party_id for known in holders):
            return
        holders.append(alias)
        self._new_aliases.append(
            {
                "alias_id": f"als_{secrets.token_hex(12)}",
                "party_id": party_id,
                "kind": kind.value,
                "value_hash": alias.value_hash,
                "value_enc": self._keys.seal_alias(alias, value),
                "verified": verified.value,
                "created_at": self._now,
            }
        )


def _plain(kind: AliasKind, value: str) -> str:
    """A name without marks of writing direction, as sessions have it; an address with any is none."""
    return without_directions(value) if kind is AliasKind.DISPLAY_NAME else value


def _with_likes(claim: Claim) -> Iterator[Claim]:
    """A claim, and for an address what it is like: by that it may be suggested, and by no more."""
    kind, value, _ = claim
    yield claim
    if kind is AliasKind.EMAIL and bare(value) != normalise(value):
        yield AliasKind.EMAIL_LIKE, bare(value), Verified.NOBODY
