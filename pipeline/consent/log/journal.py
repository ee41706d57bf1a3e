"""The journal of refusals and withdrawals: outside the database, so that restoring an older one brings no yes back.

Each line is an entry under a keyed hash that holds the one of the line before. An entry is written before the
transaction that files it is committed: what the database has of a no, the journal has. People stand in it as they do in
the store, by keyed hashes and encrypted; what an erased person was known by is taken out of it.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log.events import EventState, canonical
from pipeline.consent.log.parties import chunks
from pipeline.errors import ConsentUnreadable
from pipeline.files import sync_folder, write_bytes
from pipeline.store import Workspace
from pipeline.store.chains import GENESIS
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.consent import consent_event
from pipeline.store.tables.consent import party as party_table
from pipeline.store.tables.erasures import withdrawal as withdrawal_table
from pipeline.store.withdrawals import Withdrawal

FILE_NAME = "withdrawals.journal"
STARTED = "journal"
"""The kind of ledger entry that says that there is a journal: then it may not be missing."""


_LONGEST_LINE = 1 << 20
"""How much of the end is read for the last entry, which names no more than one event or withdrawal."""


class EntryKind(StrEnum):
    """What an entry is: a person by what they are known by, a no, or a withdrawal."""

    PERSON = "person"
    EVENT = "event"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line: its kind, the id of the event or withdrawal (or of the person), and what it says."""

    kind: EntryKind
    entry_id: str
    body: Mapping[str, Any]


def path_of(workspace: Workspace) -> Path:
    """Where the journal lies."""
    return workspace.root / FILE_NAME


def read(workspace: Workspace) -> tuple[JournalEntry, ...]:
    """Every entry in order; a last line that a kill cut off does not count, for what it says was never filed.

    Raises ``ConsentUnreadable`` where a line is not as it was written.
    """
    return tuple(entry for entry, _ in _lines(workspace))


def tail(workspace: Workspace) -> JournalEntry | None:
    """The last entry, without a look at those before it; raises ``ConsentUnreadable`` where it cannot be read."""
    try:
        with path_of(workspace).open("rb") as source:
            source.seek(max(0, source.seek(0, os.SEEK_END) - _LONGEST_LINE))
            lines = source.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return None
    return _parsed(lines[-1], "the last")[0] if lines else None


def append(workspace: Workspace, entries: Iterable[JournalEntry]) -> None:
    """Adds entries at the end and flushes them to the disk; the caller holds the lock of the log."""
    lines = list(_lines(workspace))
    previous = lines[-1][1] if lines else GENESIS
    written = "".join(text for text, _ in _chained(entries, previous, _key(workspace)))
    if not written:
        return
    path = path_of(workspace)
    whole = path.read_bytes() if path.exists() else b""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as out:
        out.truncate(whole.rfind(b"\n") + 1)
        out.seek(0, os.SEEK_END)
        out.write(written.encode())
        out.flush()
        os.fsync(out.fileno())
    sync_folder(path.parent)


def forget(workspace: Workspace, party_ids: Iterable[str]) -> None:
    """Takes out what erased people are known by; their refusals stay under their random ids; under the log's lock."""
    erased = frozenset(party_ids)
    entries = [
        JournalEntry(entry.kind, entry.entry_id, {**entry.body, "aliases": []})
        if entry.kind is EntryKind.PERSON and entry.entry_id in erased
        else entry
        for entry in read(workspace)
    ]
    if entries:
        lines = (text for text, _ in _chained(entries, GENESIS, _key(workspace)))
        write_bytes(path_of(workspace), "".join(lines).encode())


def is_no(body: Mapping[str, object]) -> bool:
    """Whether an event's body takes consent away."""
    return EventState(str(body["state"])).is_no


def entries_of(
    connection: Connection, events: Sequence[Mapping[str, Any]], withdrawals: Sequence[Withdrawal]
) -> Iterator[JournalEntry]:
    """The entries for these refusals and withdrawals, with the people that they are about as they are on file."""
    people = {str(body["party_id"]) for body in events} | {
        party_id for filed in withdrawals for party_id in filed.party_ids
    }
    for person in _people(connection, people):
        yield JournalEntry(EntryKind.PERSON, person["party_id"], person)
    for body in events:
        placeless = {name: value for name, value in body.items() if name not in ("seq", "prev_hash")}
        yield JournalEntry(EntryKind.EVENT, str(body["event_id"]), placeless)
    for filed in withdrawals:
        yield JournalEntry(EntryKind.WITHDRAWAL, filed.withdrawal_id, _plain(filed))


def lacking(connection: Connection, entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    """The refusals and withdrawals that the store does not have: it is older than its journal."""
    wanted = list(entries)
    known: set[str] = set()
    for kind, column in _COLUMNS.items():
        for ids in chunks([entry.entry_id for entry in wanted if entry.kind is kind]):
            known |= set(connection.execute(select(column).where(column.in_(ids))).scalars())
    return [entry for entry in wanted if entry.kind in _COLUMNS and entry.entry_id not in known]


_COLUMNS = {
    EntryKind.EVENT: consent_event.c.event_id,
    EntryKind.WITHDRAWAL: withdrawal_table.c.withdrawal_id,
}


def _lines(workspace: Workspace) -> Iterator[tuple[JournalEntry, str]]:
    """Every entry with its keyed hash."""
    try:
        content = path_of(workspace).read_bytes()
    except FileNotFoundError:
        return
    key, previous = _key(workspace), GENESIS
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        entry, mac = _parsed(line, number)
        if not hmac.compare_digest(mac, _mac(entry, previous, key)):
            raise _broken(number)
        yield entry, mac
        previous = mac


def _parsed(line: bytes, number: object) -> tuple[JournalEntry, str]:
    """The entry in a line, and the keyed hash that it claims."""
    try:
        value: dict[str, Any] = json.loads(line)
        entry = JournalEntry(EntryKind(value["kind"]), str(value["id"]), dict(value["body"]))
        return entry, str(value["mac"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _broken(number) from error


def _chained(entries: Iterable[JournalEntry], previous: str, key: bytes) -> Iterator[tuple[str, str]]:
    """The line of each entry, and its keyed hash."""
    for entry in entries:
        previous = _mac(entry, previous, key)
        yield canonical({**_value(entry), "mac": previous}) + "\n", previous


def _value(entry: JournalEntry) -> dict[str, Any]:
    return {"kind": entry.kind.value, "id": entry.entry_id, "body": dict(entry.body)}


def _mac(entry: JournalEntry, previous: str, key: bytes) -> str:
    return hmac.digest(key, canonical([previous, _value(entry)]).encode(), "sha256").hex()


def _key(workspace: Workspace) -> bytes:
    return hmac.digest(workspace.key("identity"), b"offrecord journal v1", "sha256")


def _people(connection: Connection, party_ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """These people with what they are known by: the keyed hashes, and the values as they are encrypted in the store."""
    for ids in chunks(sorted(set(party_ids))):
        aliases: dict[str, list[dict[str, str]]] = {}
        query = select(alias_table).where(alias_table.c.party_id.in_(ids)).order_by(alias_table.c.alias_id)
        for row in connection.execute(query):
            fields = {name: row._mapping[name] for name in ("alias_id", "kind", "value_hash", "verified", "created_at")}
            sealed = base64.b64encode(row.value_enc).decode("ascii")
            aliases.setdefault(row.party_id, []).append({**fields, "value_enc": sealed})
        for row in connection.execute(select(party_table).where(party_table.c.party_id.in_(ids))):
            known = aliases.get(row.party_id, [])
            yield {"party_id": row.party_id, "created_at": row.created_at, "aliases": known}


def _plain(filed: Withdrawal) -> dict[str, Any]:
    return {
        "withdrawal_id": filed.withdrawal_id,
        "party_ids": list(filed.party_ids),
        "purposes": [purpose.value for purpose in filed.purposes],
        "session_id": filed.session_id,
        "erase": filed.erase,
        "whole": filed.whole,
        "filed_at": filed.filed_at.isoformat(),
    }


def _broken(line: object) -> ConsentUnreadable:
    return ConsentUnreadable(
        f"the journal of withdrawals is not as it was written, at line {line}",
        action=f"nothing was processed; restore {FILE_NAME} from its newest backup, or write it anew from the store "
        "with `offrecord consent rebuild-journal`",
    )
