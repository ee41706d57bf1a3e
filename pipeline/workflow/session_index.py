"""Which sessions a change concerns: found by what people are known by, so that nothing else is looked at.

Whatever is written to the consent store, the database itself notes (``consent_change``). Here the notes become marks of
the sessions that they may concern, rather too many than too few: a mark is part of the state key, so that the next run
decides those sessions again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, func, or_, select, true, update

from pipeline.consent.evaluation.like_names import name_keys
from pipeline.consent.evaluation.participant_match import lookups_of
from pipeline.consent.log import agreements, erased_participants, identity_matches
from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.parties import chunks, names_of
from pipeline.errors import WorkspaceDamaged
from pipeline.lexicon import elsewhere_forms
from pipeline.records import Session, Term
from pipeline.store import Workspace, outlines, record_cipher
from pipeline.store.codec import decode
from pipeline.store.database import reading, streamed, triggers, unreadable_is_closed
from pipeline.store.registry import Registry
from pipeline.store.tables.changes import change_triggers, consent_change, session_index
from pipeline.store.tables.consent import alias
from pipeline.store.tables.erasures import erased_participant
from pipeline.store.tables.rulings import identity_match
from pipeline.store.tables.runs import session as session_table
from pipeline.store.tables.runs import session_outline
from pipeline.store.upsert import insert

_SHORT = 16
"""Hexadecimal digits of a keyed hash that are kept: two that are alike only make a session be looked at once more."""
_TOGETHER = 1000


@dataclass(slots=True)
class _Changes:
    """What a set of changes is about: keyed hashes, parties, sessions, or everything."""

    hashes: set[str] = field(default_factory=set)
    parties: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    everything: bool = False


def marks(workspace: Workspace) -> dict[str, tuple[str, int]]:
    """For each session the digest of its record and the number of the last change that may concern it, until now.

    Raises ``WorkspaceDamaged`` where the database no longer notes changes.
    """
    _index_changed(workspace)
    with unreadable_is_closed():
        _mark_concerned(workspace)
        with reading(workspace.db) as connection:
            joined = session_index.join(session_table, session_table.c.session_id == session_index.c.session_id)
            query = select(session_index.c.session_id, session_index.c.digest, session_index.c.mark)
            rows = streamed(connection, query.select_from(joined))
            return {session_id: (digest, mark) for session_id, digest, mark in rows}


def sessions_of(workspace: Workspace, party_ids: Iterable[str]) -> list[str]:
    """The sessions in which any of these people or organisations is, or may be, in order of time; rather too many."""
    _index_changed(workspace)
    keys = Keys(workspace.key("identity"))
    with unreadable_is_closed(), reading(workspace.db) as connection:
        concerned = _concerned(connection, _Changes(parties=set(party_ids)), keys)
        order = select(session_table.c.session_id).order_by(session_table.c.started_at)
        return [session_id for session_id in connection.execute(order).scalars() if session_id in concerned]


def _index_changed(workspace: Workspace) -> None:
    """Indexes the sessions whose record is new or changed, and marks those that may name who is in these."""
    Registry(workspace.db).fill_outlines()
    joined = session_outline.outerjoin(session_index, session_index.c.session_id == session_outline.c.session_id)
    is_changed = or_(session_index.c.digest.is_(None), session_index.c.digest != session_outline.c.digest)
    query = select(session_outline.c.session_id).select_from(joined).where(is_changed)
    with reading(workspace.db) as connection:
        changed = list(connection.execute(query).scalars())
    keys = Keys(workspace.key("identity"))
    for ids in chunks(changed, _TOGETHER):
        with unreadable_is_closed(), workspace.db.begin() as connection:
            before = _names(connection)
            for session_id in ids:
                _index(connection, session_id, keys)
            if changed_names := before ^ _names(connection):
                _mark_naming(workspace, connection, changed_names)


def _index(connection: Connection, session_id: str, keys: Keys) -> None:
    columns = (session_table.c.body, session_outline.c.digest, session_outline.c.names)
    joined = session_table.join(session_outline, session_outline.c.session_id == session_table.c.session_id)
    query = select(*columns).select_from(joined).where(session_table.c.session_id == session_id)
    row = connection.execute(query).one()
    erased = erased_participants.of_session(connection, session_id)
    body = record_cipher.of(connection).open(row.body)
    session = erased_participants.restored(decode(body, Session), erased, keys)
    values = {"digest": row.digest, "names": row.names, "lookups": " ".join(sorted(_lookups(session, keys)))}
    statement = insert(connection, session_index).values(session_id=session_id, mark=0, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))


def _names(connection: Connection) -> frozenset[Term]:
    """Everybody and every company that the indexed sessions name."""
    names, open_names = (
        connection.execute(select(session_index.c.names).distinct()).scalars(),
        record_cipher.of(connection).open_names,
    )
    return frozenset(term for each in names for term in outlines.terms_of(open_names(each)))


def _mark_naming(workspace: Workspace, connection: Connection, names: Iterable[Term]) -> None:
    """Marks the sessions that may name somebody who is newly known, or known no more."""
    forms = {form.key for form in elsewhere_forms(names)}
    if forms:
        every = set(connection.execute(select(session_index.c.session_id)).scalars())
        _mark(connection, every.difference(workspace.words.without(forms, connection)))


def _mark(connection: Connection, session_ids: Iterable[str]) -> None:
    mark = (connection.execute(select(func.max(session_index.c.mark))).scalar() or 0) + 1
    rows = [{"which": session_id} for session_id in session_ids]
    if rows:
        statement = update(session_index).where(session_index.c.session_id == bindparam("which"))
        connection.execute(statement.values(mark=mark), rows)


def _lookups(session: Session, keys: Keys) -> set[str]:
    """What the people of a session, and their organisations, are looked up by, shortened."""
    hashes = {value for person in session.participants for value in lookups_of(person, keys)}
    hashes |= {value for person in session.participants for value in agreements.lookups_of(person, session, keys)}
    return {value[:_SHORT] for value in hashes}


def _mark_concerned(workspace: Workspace) -> None:
    with reading(workspace.db) as connection:
        _check_triggers(connection)
        if connection.execute(select(consent_change.c.kind).limit(1)).first() is None:
            return
    keys = Keys(workspace.key("identity"))
    with workspace.db.begin() as connection:
        _mark(connection, _concerned(connection, _noted(connection), keys))
        connection.execute(delete(consent_change))


def _check_triggers(connection: Connection) -> None:
    if not change_triggers() <= triggers(connection):
        raise WorkspaceDamaged(
            "a trigger that records changes of consent is missing from the database",
            action="restore offrecord.db and heads from one backup",
        )


def _noted(connection: Connection) -> _Changes:
    changes = _Changes()
    for kind, subject in connection.execute(select(consent_change.c.kind, consent_change.c.subject)):
        match kind:
            case "hash":
                changes.hashes.add(subject)
            case "party":
                changes.parties.add(subject)
            case "session":
                changes.sessions.add(subject)
            case "match":
                _add_match(connection, int(subject), changes)
            case _:
                changes.everything = True  # a notice: answers, captions and the words of any session may speak of it
    return changes


def _add_match(connection: Connection, seq: int, changes: _Changes) -> None:
    """Who staff say that somebody is: in one session, and wherever an address that they confirmed is met."""
    query = select(identity_match.c.session_id, identity_match.c.body).where(identity_match.c.seq == seq)
    row = connection.execute(query).one()
    changes.sessions.add(row.session_id)
    changes.hashes |= set(identity_matches.addresses_in(row.body))


def _concerned(connection: Connection, changes: _Changes, keys: Keys) -> set[str]:
    """The sessions that changes may concern."""
    if changes.everything:
        return set(connection.execute(select(session_index.c.session_id)).scalars())
    parties = changes.parties | set(_holders(connection, changes.hashes))
    own = set(_aliases(connection, parties))
    # What somebody else who claims the same address or id answers makes it doubtful whose answer counts.
    addresses = set(_aliases(connection, parties, AliasKind.EMAIL, AliasKind.PLATFORM))
    shared = set(_aliases(connection, _holders(connection, addresses)))
    alike = {value for _, name in names_of(connection, keys, parties) for value in name_keys(name, keys)}
    wanted = {value[:_SHORT] for value in changes.hashes | own | shared | alike}
    return changes.sessions | set(_looked_up(connection, wanted)) | set(_by_name(connection, parties))


def _holders(connection: Connection, hashes: Collection[str]) -> Iterator[str]:
    for values in chunks(sorted(hashes)):
        yield from connection.execute(select(alias.c.party_id).where(alias.c.value_hash.in_(values))).scalars()


def _aliases(connection: Connection, parties: Iterable[str], *kinds: AliasKind) -> Iterator[str]:
    """The keyed hashes of what parties are known by, of these kinds or all."""
    of_kind = alias.c.kind.in_(kinds) if kinds else true()
    for ids in chunks(sorted(set(parties))):
        yield from connection.execute(select(alias.c.value_hash).where(alias.c.party_id.in_(ids), of_kind)).scalars()


def _looked_up(connection: Connection, wanted: Set[str]) -> Iterator[str]:
    if wanted:
        for session_id, lookups in connection.execute(select(session_index.c.session_id, session_index.c.lookups)):
            if not wanted.isdisjoint(lookups.split(" ")):
                yield session_id


def _by_name(connection: Connection, parties: Collection[str]) -> Iterator[str]:
    """The sessions of which staff, or an erasure, say that one of these people was in them."""
    for ids in chunks(sorted(parties)):
        query = select(erased_participant.c.session_id).where(erased_participant.c.party_id.in_(ids))
        yield from connection.execute(query).scalars()
    if parties:
        for session_id, body in connection.execute(select(identity_match.c.session_id, identity_match.c.body)):
            if identity_matches.party_in(body) in parties:
                yield session_id
