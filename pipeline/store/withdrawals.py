"""Withdrawals and how far each came; what was done for one stands in the ledger under its id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, select, update

from pipeline.errors import ConsentUnreadable
from pipeline.records import Purpose
from pipeline.store.database import RESTORE, reading
from pipeline.store.ledger import Ledger, append
from pipeline.store.tables.erasures import erased_mark, withdrawal
from pipeline.store.tables.runs import ledger as entry
from pipeline.store.upsert import insert

STEP = "withdrawal"
"""The kind of a ledger entry that is a step of a withdrawal."""
_FILED = "withdrawal_filed"
_LOOKED_UP = "known"


class WithdrawalState(StrEnum):
    """How far a withdrawal came; ``waiting`` is for the end of a hold."""

    FILED = "filed"
    WAITING = "waiting"
    DONE = "done"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """One withdrawal: whose, of what, of one session or all, and whether it asks for erasure, also of mixed sound."""

    withdrawal_id: str
    party_ids: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    session_id: str | None
    erase: bool
    whole: bool
    filed_at: datetime
    state: WithdrawalState = WithdrawalState.FILED

    @property
    def about_sound(self) -> bool:
        """Whether what was heard of them may no longer be kept."""
        return self.erase or not {Purpose.RECORD, Purpose.TRANSCRIBE}.isdisjoint(self.purposes)


def put(connection: Connection, filed: Withdrawal) -> None:
    """Files a withdrawal within a transaction of the caller's; the same one twice is one."""
    values = {
        "withdrawal_id": filed.withdrawal_id,
        "party_ids": json.dumps(filed.party_ids),
        "purposes": json.dumps(filed.purposes),
        "session_id": filed.session_id,
        "erase": int(filed.erase),
        "whole": int(filed.whole),
        "filed_at": filed.filed_at.isoformat(),
        "state": filed.state.value,
    }
    connection.execute(insert(connection, withdrawal).values(values).on_conflict_do_nothing())
    append(connection, _FILED, filed.withdrawal_id, {"erase": filed.erase})


def verify(connection: Connection) -> None:
    """Raises ``ConsentUnreadable`` where a withdrawal that was filed is gone: it would never be carried out."""
    filed = set(connection.execute(select(entry.c.key).where(entry.c.kind == _FILED)).scalars())
    if not filed <= set(connection.execute(select(withdrawal.c.withdrawal_id)).scalars()):
        raise ConsentUnreadable(
            "a withdrawal that was filed is gone",
            action=RESTORE,
        )


def read(db: Engine) -> list[Withdrawal]:
    """Every withdrawal, in the order they were filed."""
    with reading(db) as connection:
        rows = connection.execute(select(withdrawal).order_by(withdrawal.c.filed_at, withdrawal.c.withdrawal_id)).all()
    return [
        Withdrawal(
            withdrawal_id=row.withdrawal_id,
            party_ids=tuple(json.loads(row.party_ids)),
            purposes=tuple(Purpose(purpose) for purpose in json.loads(row.purposes)),
            session_id=row.session_id,
            erase=bool(row.erase),
            whole=bool(row.whole),
            filed_at=datetime.fromisoformat(row.filed_at),
            state=WithdrawalState(row.state),
        )
        for row in rows
    ]


def set_state(db: Engine, withdrawal_id: str, state: WithdrawalState) -> None:
    """Says how far a withdrawal came."""
    with db.begin() as connection:
        which = withdrawal.c.withdrawal_id == withdrawal_id
        connection.execute(update(withdrawal).where(which).values(state=state.value))


def step(ledger: Ledger, withdrawal_id: str, done: str, what: str, body: Mapping[str, object]) -> None:
    """Notes one thing that was done for a withdrawal, once: ids, counts and digests only."""
    ledger.append(STEP, f"{withdrawal_id}/{done}/{what}"[:128], {"done": done, "what": what, **body})


def steps(ledger: Ledger, withdrawal_id: str) -> list[dict[str, object]]:
    """What was done for a withdrawal, in order."""
    return [json.loads(body) for _, body in ledger.under(STEP, f"{withdrawal_id}/")]


def mark(connection: Connection, withdrawal_id: str, kind: str, words: int, value: str) -> None:
    """Keeps a keyed hash of what should be found nowhere any more; once is enough."""
    values = {"withdrawal_id": withdrawal_id, "kind": kind, "words": words, "mark": value}
    connection.execute(insert(connection, erased_mark).values(values).on_conflict_do_nothing())


def marks(db: Engine, withdrawal_id: str) -> dict[tuple[str, int], frozenset[str]]:
    """The keyed hashes of a withdrawal by kind (``alias``, ``gram``) and number of words."""
    marks: dict[tuple[str, int], set[str]] = {}
    with reading(db) as connection:
        which = (erased_mark.c.withdrawal_id == withdrawal_id, erased_mark.c.kind != _LOOKED_UP)
        query = select(erased_mark).where(*which)
        for row in connection.execute(query):
            marks.setdefault((row.kind, row.words), set()).add(row.mark)
    return {name: frozenset(values) for name, values in marks.items()}


def remember_erased_hashes(connection: Connection, withdrawal_id: str, value_hashes: Iterable[str]) -> None:
    """Keeps the keyed hashes under which an erased person was looked up, to know them again; once is enough."""
    for value in value_hashes:
        mark(connection, withdrawal_id, _LOOKED_UP, 0, value)


def looked_up(connection: Connection) -> Iterator[tuple[str, str]]:
    """Each withdrawal's id with the keyed hashes under which its person was looked up."""
    query = select(erased_mark.c.withdrawal_id, erased_mark.c.mark).where(erased_mark.c.kind == _LOOKED_UP)
    for row in connection.execute(query.order_by(erased_mark.c.withdrawal_id, erased_mark.c.mark)):
        yield row.withdrawal_id, row.mark


def erased_hashes(connection: Connection) -> dict[str, datetime]:
    """The keyed hashes under which erased people were looked up, with when they last asked to be erased."""
    rows = connection.execute(select(withdrawal.c.withdrawal_id, withdrawal.c.filed_at))
    filed_at = {row.withdrawal_id: datetime.fromisoformat(row.filed_at) for row in rows}
    erased: dict[str, datetime] = {}
    for withdrawal_id, value_hash in looked_up(connection):
        erased[value_hash] = max(filed_at[withdrawal_id], erased.get(value_hash, filed_at[withdrawal_id]))
    return erased


def marked_as(db: Engine, value: str) -> list[str]:
    """The withdrawals of those who were known by what has this keyed hash."""
    with reading(db) as connection:
        which = (erased_mark.c.kind == "alias", erased_mark.c.mark == value)
        return sorted(connection.execute(select(erased_mark.c.withdrawal_id).where(*which)).scalars())
