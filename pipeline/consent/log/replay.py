"""Replays the journal of refusals and withdrawals into a store that is older than it, before anything is decided."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log import journal, log
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.journal import EntryKind, JournalEntry
from pipeline.consent.log.parties import chunks, vouch
from pipeline.errors import ConsentUnreadable
from pipeline.records import Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.ledger import append as append_to_ledger
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.consent import party as party_table
from pipeline.store.withdrawals import Withdrawal

_REPLAYED, _REBUILT = "journal_replayed", "journal_rebuilt"
_SAID_FOR = timedelta(days=7)
"""How long the report says that a store was older than its journal: long enough for whoever reads it weekly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What was filed again from the journal."""

    events: int
    withdrawals: int


def verify_chain(workspace: Workspace) -> str:
    """Replays the journal, walks every chain of the store and returns the hash of the log's head.

    Raises ``ConsentUnreadable`` for any change, gap or cut, and where the journal is missing or was changed.
    """
    replay(workspace)
    head = log.verify_chain(workspace)
    catch_up(workspace)
    return head


def replay(workspace: Workspace) -> Replayed:
    """Files again what the journal has of refusals and withdrawals and the store has not; raises as ``verify_chain``.

    Each withdrawal is carried out again by the next run, whatever was done for it before.
    """
    with unreadable_is_closed(), reading(workspace.db) as connection:
        entries = journal.read(workspace)
        _check_there(workspace)
        missing = journal.lacking(connection, entries)
    if not missing:
        return Replayed(events=0, withdrawals=0)
    now = datetime.now(UTC)
    events = [entry.body for entry in missing if entry.kind is EntryKind.EVENT]
    filed = [_filed(entry.body) for entry in missing if entry.kind is EntryKind.WITHDRAWAL]
    with log.writing(workspace, now=now, journalled=False) as writer:
        _put_people(writer.connection, entries, missing, Keys(workspace.key("identity")))
        writer.refile(dict(body) for body in events)
        for withdrawal in filed:
            writer.withdraw(withdrawal)
        counts = {"events": len(events), "withdrawals": len(filed)}
        append_to_ledger(writer.connection, _REPLAYED, now.isoformat(), counts)
    return Replayed(**counts)


def ensure_replayed(workspace: Workspace) -> None:
    """Replays the journal where the store lacks its last entry; cheap where it does not, so every reading asks.

    Entries stand in the order in which they were filed: a store that has the last has them all.
    """
    with unreadable_is_closed(), reading(workspace.db) as connection:
        _check_there(workspace)
        tail = journal.tail(workspace)
        behind = tail is not None and bool(journal.lacking(connection, [tail]))
    if behind:
        replay(workspace)


def catch_up(workspace: Workspace) -> None:
    """Adds to the journal what the store has of refusals and withdrawals and it has not, as before its first entry."""
    with unreadable_is_closed(), log.holding_releases(workspace):
        known = {entry.entry_id for entry in journal.read(workspace)}
        with reading(workspace.db) as connection:
            events = [body for body in log.bodies(connection) if journal.is_no(body)]
            events = [body for body in events if body["event_id"] not in known]
        filed = [withdrawal for withdrawal in withdrawals.read(workspace.db) if withdrawal.withdrawal_id not in known]
        if events or filed:
            with workspace.db.begin() as connection:
                log.note_in_journal(workspace, connection, events, filed)


def rebuild(workspace: Workspace) -> int:
    """Writes the journal anew from the store, for one that is lost or damaged; returns the number of its entries.

    What only the journal had of refusals is lost by that: file it again.
    """
    workspace.ledger.append(_REBUILT, datetime.now(UTC).isoformat(), {})
    with log.holding_releases(workspace):
        journal.path_of(workspace).unlink(missing_ok=True)
    catch_up(workspace)
    return len(journal.read(workspace))


def warnings(workspace: Workspace, *, now: datetime) -> tuple[str, ...]:
    """What the report says of a store that was older than its journal."""
    lines = []
    for at, _ in workspace.ledger.under(_REPLAYED, ""):
        if datetime.fromisoformat(at) >= now - _SAID_FOR:
            lines.append(
                f"The consent store was older than its journal on {at[:10]}: what people refused or withdrew since was "
                "filed again by itself. Import again what else came since: answers, matches, decisions about holds."
            )
    return tuple(dict.fromkeys(lines))


def _check_there(workspace: Workspace) -> None:
    """Raises ``ConsentUnreadable`` where the ledger knows of a journal that is not there."""
    if not journal.path_of(workspace).exists() and workspace.ledger.has(journal.STARTED, journal.FILE_NAME):
        raise ConsentUnreadable(
            "the journal of withdrawals is missing",
            action=f"nothing was processed; restore {journal.FILE_NAME} from its newest backup, or write it anew from "
            "the store with `offrecord consent rebuild-journal`",
        )


def _put_people(
    connection: Connection, entries: Iterable[JournalEntry], missing: Iterable[JournalEntry], keys: Keys
) -> None:
    """Adds the people of the missing entries, and what they are known by, as far as the store lacks it."""
    about = {party_id for entry in missing for party_id in (entry.body.get("party_ids") or [entry.body["party_id"]])}
    people = {
        entry.entry_id: entry.body for entry in entries if entry.kind is EntryKind.PERSON and entry.entry_id in about
    }
    known = set[str]()
    for ids in chunks(sorted(people)):
        known |= set(
            connection.execute(select(party_table.c.party_id).where(party_table.c.party_id.in_(ids))).scalars()
        )
    for party_id, person in people.items():
        if party_id not in known:
            row = {"party_id": party_id, "created_at": person["created_at"], "vouched": ""}
            connection.execute(party_table.insert().values(row))
        _put_aliases(connection, party_id, person["aliases"])
    vouch(connection, keys, people)


def _put_aliases(connection: Connection, party_id: str, aliases: Iterable[Mapping[str, str]]) -> None:
    held = select(alias_table.c.value_hash).where(alias_table.c.party_id == party_id)
    known = set(connection.execute(held).scalars())
    for alias in aliases:
        if alias["value_hash"] not in known:
            values = {**alias, "party_id": party_id, "value_enc": base64.b64decode(alias["value_enc"])}
            connection.execute(alias_table.insert().values(values))


def _filed(body: Mapping[str, Any]) -> Withdrawal:
    return Withdrawal(
        withdrawal_id=body["withdrawal_id"],
        party_ids=tuple(body["party_ids"]),
        purposes=tuple(Purpose(purpose) for purpose in body["purposes"]),
        session_id=body["session_id"],
        erase=body["erase"],
        whole=body["whole"],
        filed_at=datetime.fromisoformat(body["filed_at"]),
    )
