"""Outlines of sessions: what a night asks of every session, kept beside the records so that none is decoded for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.lexicon import is_own_company
from pipeline.records import ERASED_NAME, Role, Session, Term
from pipeline.records.session_names import session_name
from pipeline.store import record_cipher
from pipeline.store.codec import canonical, decode
from pipeline.store.database import streamed
from pipeline.store.tables.runs import session as session_table
from pipeline.store.tables.runs import session_outline
from pipeline.store.upsert import insert

_JOINED = session_table.outerjoin(session_outline, session_outline.c.session_id == session_table.c.session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutline:
    """One session: the SHA-256 of its record, what people call it, and ``names``, the terms in it as JSON."""

    digest: str
    name: str
    names: str


def outline_of(session: Session, body: str) -> SessionOutline:
    """The outline of a session whose record is stored as ``body``."""
    terms = [[term.kind, term.text, list(term.aliases)] for term in sorted(set(_terms(session)), key=repr)]
    digest = hashlib.sha256(body.encode()).hexdigest()
    return SessionOutline(digest=digest, name=session_name(session), names=json.dumps(terms, ensure_ascii=False))


def session_names(connection: Connection) -> dict[str, str]:
    """What people call every session, in no order; made from the record where a session has no outline yet.

    Raises ``ValueError`` for a record that is none of this version.
    """
    query = select(session_table.c.session_id, session_outline.c.name).select_from(_JOINED)
    rows = streamed(connection, query)
    open_names = record_cipher.of(connection).open_names
    return {
        session_id: _outline_of_record(connection, session_id).name if name is None else open_names(name)
        for session_id, name in rows
    }


def digests(connection: Connection) -> dict[str, str]:
    """The SHA-256 of every session's record, in order of time, without opening what any says.

    Raises ``ValueError`` for a record that is none of this version.
    """
    query = select(session_table.c.session_id, session_outline.c.digest).select_from(_JOINED)
    rows = streamed(connection, query.order_by(session_table.c.started_at))
    return {session_id: digest or _outline_of_record(connection, session_id).digest for session_id, digest in rows}


def distinct_names(connection: Connection) -> set[str]:
    """The ``names`` that outlines have, each once: of sessions of the same people one is opened.

    Raises ``ValueError`` for a record that is none of this version.
    """
    stored = connection.execute(select(session_outline.c.names).distinct()).scalars().all()
    open_names = record_cipher.of(connection).open_names
    return {
        *map(open_names, stored),
        *(_outline_of_record(connection, session_id).names for session_id in missing(connection)),
    }


def put(connection: Connection, session: Session, body: str) -> None:
    """Keeps the outline of a session, in the transaction that writes its record."""
    outline = outline_of(session, body)
    seal_names = record_cipher.of(connection).seal_names
    values = {"digest": outline.digest, "name": seal_names(outline.name), "names": seal_names(outline.names)}
    statement = insert(connection, session_outline).values(session_id=session.session_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))


def digest_of(connection: Connection, session_id: str) -> str | None:
    """The SHA-256 of one session's record, without reading what it says; None where it has no outline."""
    of_it = session_outline.c.session_id == session_id
    digest: str | None = connection.execute(select(session_outline.c.digest).where(of_it)).scalar()
    return digest


def terms_of(names: str) -> Iterator[Term]:
    """The terms in the ``names`` of an outline."""
    for kind, text, aliases in json.loads(names):
        yield Term(text=text, kind=kind, aliases=tuple(aliases))


def missing(connection: Connection) -> list[str]:
    """The sessions that an earlier version wrote, without an outline."""
    query = select(session_table.c.session_id).select_from(_JOINED).where(session_outline.c.digest.is_(None))
    return list(connection.execute(query).scalars())


def _outline_of_record(connection: Connection, session_id: str) -> SessionOutline:
    query = select(session_table.c.body).where(session_table.c.session_id == session_id)
    body = canonical(record_cipher.of(connection).open(connection.execute(query).scalar_one()))
    return outline_of(decode(body, Session), body)


def _terms(session: Session) -> Iterator[Term]:
    """Who is in it, and the companies: none of the team's own, for who works for the host may say so."""
    people = [person for person in session.participants if person.role is not Role.BOT and person.name != ERASED_NAME]
    for person in people:
        whole = sorted({name for name in person.aliases if len(name.split()) > 1})
        # A given name alone says nothing of who is meant elsewhere.
        yield Term(text=person.name, kind="person", aliases=tuple(whole))
    companies = {
        person.company for person in people if person.company and not is_own_company(person.company, session.host)
    }
    yield from (Term(text=company, kind="company") for company in companies)
