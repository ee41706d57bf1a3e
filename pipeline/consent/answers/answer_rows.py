"""Imported tables as evidence, kept row by row and encrypted, so that one person's rows can be erased for good."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from pipeline.consent.answers.parse import digest_of
from pipeline.consent.answers.submission import Submission
from pipeline.consent.log.events import canonical
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.parties import chunks
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.store.ledger import append
from pipeline.store.tables.consent import answer_row
from pipeline.store.upsert import insert

IMPORTED = "consent_import"
"""The kind of ledger entry whose key is the digest of an imported file."""

GAP = "[removed]"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRow:
    """One row as it is kept: each cell under its header, None when it was erased; ``changed`` when names went.

    ``source`` is the digest of the table.
    """

    source: str
    line: int
    party_id: str
    written: tuple[tuple[str, str], ...] | None
    changed: bool

    @property
    def place(self) -> str:
        """Which row it is, without a word of it."""
        return f"{self.source[:12]}/{self.line}"


def keep(
    connection: Connection,
    keys: Keys,
    source: str,
    rows: Iterable[tuple[str, Submission]],
    counts: Mapping[str, int],
) -> None:
    """Keeps the rows of a table, each with whose it is, in the transaction that files what they say; again is once."""
    values = [
        {
            "source": source,
            "line": row.line,
            "party_id": party_id,
            "digest": row.digest,
            "sealed": keys.seal(canonical(row.written), _bound(source, row.line)),
        }
        for party_id, row in rows
    ]
    for chunk in chunks(values):
        connection.execute(insert(connection, answer_row).on_conflict_do_nothing(), list(chunk))
    append(connection, IMPORTED, source, counts)


def erased(connection: Connection, digests: Iterable[str]) -> frozenset[str]:
    """Which of these rows were erased on request: the same row is not filed again."""
    erased_digests: set[str] = set()
    for chunk in chunks(sorted(set(digests))):
        which = (answer_row.c.digest.in_(chunk), answer_row.c.sealed.is_(None))
        erased_digests |= set(connection.execute(select(answer_row.c.digest).where(*which)).scalars())
    return frozenset(erased_digests)


def read(connection: Connection, keys: Keys, *, party_ids: Sequence[str] | None = None) -> Iterator[StoredRow]:
    """Every row in order, or those of some people; raises ``ConsentUnreadable`` at the first that is not as filed."""
    query = select(answer_row).order_by(answer_row.c.source, answer_row.c.line)
    for row in connection.execute(query if party_ids is None else query.where(answer_row.c.party_id.in_(party_ids))):
        written = None if row.sealed is None else _opened(keys, row.sealed, row.source, row.line)
        kept = StoredRow(
            source=row.source,
            line=row.line,
            party_id=row.party_id,
            written=written,
            changed=row.changed_by is not None,
        )
        if not kept.changed and (written is None or digest_of([cell for _, cell in written]) != row.digest):
            raise _broken(kept.place)
        yield kept


def erase(
    connection: Connection, keys: Keys, party_ids: Sequence[str], names_them: Callable[[str], bool], by: str
) -> int:
    """Erases the rows of these people, and every cell of others that names them; returns how many rows went.

    Of an erased row only its digest is left; ``by`` is the withdrawal that asks for it.
    """
    gone = 0
    for kept in list(read(connection, keys)):
        if kept.written is None:
            continue
        if kept.party_id in party_ids:
            _put(connection, kept, None, by)
            gone += 1
            continue
        cells = [(header, GAP if names_them(cell) else cell) for header, cell in kept.written]
        if tuple(cells) != kept.written:
            _put(connection, kept, keys.seal(canonical(cells), _bound(kept.source, kept.line)), by)
    return gone


def _put(connection: Connection, kept: StoredRow, sealed: bytes | None, by: str) -> None:
    which = (answer_row.c.source == kept.source, answer_row.c.line == kept.line)
    connection.execute(update(answer_row).where(*which).values(sealed=sealed, changed_by=by))


def _opened(keys: Keys, sealed: bytes, source: str, line: int) -> tuple[tuple[str, str], ...]:
    return tuple((header, cell) for header, cell in json.loads(keys.open(sealed, _bound(source, line))))


def _bound(source: str, line: int) -> str:
    return f"{source}\n{line}"


def _broken(place: str) -> ConsentUnreadable:
    return unreadable(f"a row of answers is not as it was filed: {place}")
