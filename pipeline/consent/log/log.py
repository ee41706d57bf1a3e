"""The log of consent events: append-only, hash-chained, its head kept beside the database so that a cut is noticed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log import (
    decisions,
    identity_matches,
    journal,
    manual_decisions,
    notice_deliveries,
    notice_store,
    parties,
)
from pipeline.consent.log.events import CHAIN, Draft, Event, body_of, broken, checked_body, from_row
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.parties import chunks
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import TryAgain
from pipeline.files import locked
from pipeline.records import Ruling
from pipeline.store import Workspace, withdrawals
from pipeline.store.chains import ChainTruncated, Head, HeadsLost, chained_tables, head_of
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.ledger import append as append_to_ledger
from pipeline.store.tables.consent import consent_event
from pipeline.store.tables.rulings import identity_match, manual_decision
from pipeline.store.tables.runs import ledger
from pipeline.store.withdrawals import Withdrawal

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def clock() -> float:
    """Seconds by a clock that nobody sets and that goes on while the machine sleeps, where it has one."""
    return time.clock_gettime(_CLOCK)


class Writer:
    """Appends within one transaction."""

    def __init__(self, connection: Connection, received_at: datetime) -> None:
        self.connection = connection
        self.started_at = head_hash(connection)
        self.refusals: list[dict[str, object]] = []
        self.withdrawals: list[Withdrawal] = []
        self._received_at = received_at

    def append(self, drafts: Iterable[Draft]) -> int:
        """Adds events at the end, in order; returns how many."""
        return self._insert(body_of(draft, received_at=self._received_at) for draft in drafts)

    def refile(self, bodies: Iterable[dict[str, object]]) -> int:
        """Adds events of an exported log at the end, as they were but for their place; returns how many."""
        return self._insert(bodies)

    def withdraw(self, filed: Withdrawal) -> None:
        """Files a withdrawal, which the journal notes too."""
        withdrawals.put(self.connection, filed)
        self.withdrawals.append(filed)

    def _insert(self, bodies: Iterable[dict[str, object]]) -> int:
        count = 0
        shown: dict[tuple[object, ...], dict[str, object]] = {}
        with CHAIN.appending(self.connection) as append:
            for body in bodies:
                shown.setdefault((body["party_id"], body["notice"], body["indicated_at"], body["method"]), body)
                append(body)
                count += 1
                if journal.is_no(body):
                    self.refusals.append(body)
        if count:
            by_form = (notice_deliveries.by_form(body) for body in shown.values())
            notice_deliveries.append(self.connection, (delivery for delivery in by_form if delivery is not None))
        return count


@contextmanager
def writing(
    workspace: Workspace, *, now: datetime, then: Callable[[], None] | None = None, journalled: bool = True
) -> Iterator[Writer]:
    """One transaction that may append: all of it or nothing; ``then`` is done while nothing can be released yet.

    What it files of refusals and withdrawals stands in the journal before it is committed, unless it comes from there.
    Raises ``ConsentUnreadable`` rather than build on a log that was cut.
    """
    with unreadable_is_closed(), _locked(workspace, shared=False):
        with workspace.db.begin() as connection:
            _check_heads(workspace, connection)
            writer = Writer(connection, now)
            yield writer
            if journalled:
                note_in_journal(workspace, connection, writer.refusals, writer.withdrawals)
        if then is not None:
            then()


def note_in_journal(
    workspace: Workspace, connection: Connection, refusals: Sequence[Mapping[str, Any]], filed: Sequence[Withdrawal]
) -> None:
    """Adds refusals and withdrawals to the journal, before the transaction that files them is committed."""
    entries = list(journal.entries_of(connection, refusals, filed))
    if entries:
        append_to_ledger(connection, journal.STARTED, journal.FILE_NAME, {})
        journal.append(workspace, entries)


@contextmanager
def holding_releases(workspace: Workspace) -> Iterator[None]:
    """Lets nothing be released, and no event be filed, while something is taken back."""
    with unreadable_is_closed(), _locked(workspace, shared=False):
        yield


@contextmanager
def release(workspace: Workspace, ruling: Ruling) -> Iterator[None]:
    """Holds off every new consent event while something is put in place that was made under this ruling.

    Raises ``TryAgain`` when the log has grown since the ruling, or its time is over: what was made is not put in place.
    """
    with unreadable_is_closed(), _locked(workspace, shared=True):
        if clock() >= ruling.live_until_s:
            raise TryAgain("the ruling on this session has expired", action="run again; consent is then decided again")
        if log_head(workspace) != ruling.log_head:
            raise TryAgain(
                "consent changed while this session was processed", action="run again; consent is then decided again"
            )
        yield


def head(connection: Connection) -> Head:
    """The last event of the log, as the database has it."""
    return CHAIN.head(connection)


def log_head(workspace: Workspace) -> str:
    """The hash of what decisions stand on, to see whether anything was added since a ruling."""
    with unreadable_is_closed(), reading(workspace.db) as connection:
        return head_hash(connection)


def head_hash(connection: Connection) -> str:
    """The hash of the log's last event; with what people decided about holds and who is who, and material changes."""
    digest, acts = head(connection).hash, [head_of(connection, table) for table in (manual_decision, identity_match)]
    related_hashes = [*(last.hash for last in acts if last.seq), *notice_store.material(connection)]
    return hashlib.sha256(" ".join((digest, *related_hashes)).encode()).hexdigest() if related_hashes else digest


def verify_chain(workspace: Workspace) -> str:
    """Walks the whole log and returns the hash of its head; raises ``ConsentUnreadable`` for any change, gap or cut."""
    with unreadable_is_closed(), reading(workspace.db) as connection:
        last = CHAIN.verify(connection)
        for store in (decisions, manual_decisions, identity_matches, notice_store, notice_deliveries, withdrawals):
            store.verify(connection)
        parties.verify(connection, Keys(workspace.key("identity")))
        _check_heads(workspace, connection)
        workspace.heads.keep({table.name: head_of(connection, table) for table in chained_tables()})
    return last.hash


def events_of(connection: Connection, party_ids: Iterable[str]) -> list[Event]:
    """The events of these people, in the order of the log."""
    wanted = sorted(set(party_ids))
    return _read(connection, "party_id", wanted)


def bodies(connection: Connection) -> Iterator[dict[str, Any]]:
    """The body of every event, in the order of the log, without its place in it."""
    for row in connection.execute(select(consent_event).order_by(consent_event.c.seq)):
        body = checked_body(row)
        yield {name: value for name, value in body.items() if name not in ("seq", "prev_hash")}


def events_under(connection: Connection, row_keys: Iterable[str]) -> list[Event]:
    """The events under these row keys, in the order of the log."""
    return _read(connection, "row_key", sorted(set(row_keys)))


def _read(connection: Connection, column: str, values: Sequence[str]) -> list[Event]:
    events: list[Event] = []
    for chunk in chunks(values):
        query = select(consent_event).where(consent_event.c[column].in_(chunk))
        events.extend(from_row(row) for row in connection.execute(query))
    return sorted(events, key=lambda event: event.seq)


def _check_heads(workspace: Workspace, connection: Connection) -> None:
    """Raises ``ConsentUnreadable`` where a chain of the consent store lacks what it had."""
    try:
        workspace.heads.check(connection, (table for table in chained_tables() if table is not ledger))
    except ChainTruncated as cut:
        raise broken(cut.args[0]) from cut
    except HeadsLost as lost:
        raise unreadable("the file heads is not as it was written") from lost


@contextmanager
def _locked(workspace: Workspace, *, shared: bool) -> Iterator[None]:
    """Holds the log's lock: exclusively to append, shared to release."""
    with locked(workspace.root / "consent.lock", shared=shared):
        yield
