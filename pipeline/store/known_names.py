"""The people and companies of every session, and the customers of the team's list: known in all other sessions too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine, select

from pipeline.records import ERASED_NAME, Role, Session, Term
from pipeline.store.codec import decode
from pipeline.store.customers import customer_names
from pipeline.store.database import reading
from pipeline.store.tables.runs import session as sessions

_CACHED_SESSIONS = 16384  # a night asks once for each of its sessions, and reads each record once a process


def known_names(db: Engine, root: Path) -> tuple[Term, ...]:
    """Everybody's names, each once, in order; linear in the number of sessions.

    Own companies are none: who works for the host may say so. Raises ``ConfigurationError`` where ``customers.toml``
    cannot be read.
    """
    with reading(db) as connection:
        bodies = connection.execute(select(sessions.c.body)).scalars().all()
    terms = {term for body in bodies for term in _of_body(body)}
    terms |= {Term(text=name, kind="company") for name in customer_names(root)}
    return tuple(sorted(terms, key=lambda term: (term.kind, term.text, term.aliases)))


@lru_cache(maxsize=_CACHED_SESSIONS)
def _of_body(body: str) -> tuple[Term, ...]:
    return tuple(_of_session(decode(body.encode(), Session)))


def _of_session(session: Session) -> Iterator[Term]:
    people = [person for person in session.participants if person.role is not Role.BOT and person.name != ERASED_NAME]
    for person in people:
        yield Term(text=person.name, kind="person", aliases=tuple(sorted(_whole(person.aliases))))
    companies = {person.company for person in people if person.company and person.company != session.host}
    yield from (Term(text=company, kind="company") for company in companies)


def _whole(names: Iterable[str]) -> set[str]:
    """Names of more than one word: a given name alone says nothing of who is meant elsewhere."""
    return {name for name in names if len(name.split()) > 1}
