"""The people and companies of every session, and the customers of the team's list: known in all other sessions too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from pipeline.records import ERASED_NAME, Role, Session, Term
from pipeline.store.codec import decode
from pipeline.store.customers import customer_names
from pipeline.store.table_cache import TableCache
from pipeline.store.tables.runs import session as sessions

_CACHED_SESSIONS = 16384  # after a change of one record the others are not read again


class KnownNames:
    """Everybody's names in a workspace: read once, and again where a session or the team's list changed."""

    def __init__(self, db: Engine, root: Path) -> None:
        self._root = root
        self._of_sessions = TableCache(db, sessions, _of_sessions)
        self._joined: tuple[frozenset[Term], frozenset[Term], tuple[Term, ...]] = (frozenset(), frozenset(), ())

    def current(self) -> tuple[Term, ...]:
        """Each name once, in order; linear in the number of sessions, and where none changed in that of customers.

        Own companies are none: who works for the host may say so. Raises ``ConfigurationError`` where
        ``customers.toml`` cannot be read.
        """
        people = self._of_sessions.value()
        companies = frozenset(Term(text=name, kind="company") for name in customer_names(self._root))
        if self._joined[0] is not people or self._joined[1] != companies:
            terms = sorted(people | companies, key=lambda term: (term.kind, term.text, term.aliases))
            self._joined = (people, companies, tuple(terms))
        return self._joined[2]


def _of_sessions(connection: Connection) -> frozenset[Term]:
    bodies = connection.execute(select(sessions.c.body)).scalars()
    return frozenset(term for body in bodies for term in _of_body(body))


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
