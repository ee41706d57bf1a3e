"""The people and companies of every session, and the customers of the team's list: known in all other sessions too."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from pipeline.records import Term
from pipeline.store import outlines
from pipeline.store.customers import customer_names
from pipeline.store.table_cache import TableCache
from pipeline.store.tables.runs import session as sessions


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
    return frozenset(term for names in outlines.distinct_names(connection) for term in outlines.terms_of(names))
