"""Which sessions there are, where they came from and how far each got; only the coordinator of a run writes here."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, delete, select, update

from pipeline.errors import UsageProblem, WorkspaceDamaged
from pipeline.records import Refused, Session, SessionResult
from pipeline.store import ledger, outlines, record_cipher
from pipeline.store.codec import canonical, decode, encode
from pipeline.store.database import reading, streamed
from pipeline.store.table_cache import TableCache
from pipeline.store.tables.runs import entry, result, session
from pipeline.store.upsert import insert

T = TypeVar("T")

ENTRY_PREFIX = "in-"
QUARANTINED = "quarantined: its worker process died twice, the second time with nothing beside it"
"""Why a session or folder waits for a person, whatever changes: to try it again costs a worker each time."""
_RULING = ("state_key", "valid_until", "attempts", "ruled_at")
"""What a result's row says beside its body, by the same names as ``SessionState``."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TOGETHER = 100
"""Sessions that are read at once; a view of the database for each would take longer than reading them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """What was found in an inbox: ``status`` is ``taken``, ``duplicate`` or ``refused``."""

    entry_id: str
    path: str
    fingerprint: str
    session_id: str | None
    status: str
    reason: str = ""
    action: str = ""

    @property
    def is_quarantined(self) -> bool:
        """Whether it is left until a person has it tried again."""
        return self.reason == QUARANTINED


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """How far a session got, under which inputs, and from when until when (seconds since the epoch) that holds."""

    state_key: str
    valid_until: float
    attempts: int
    result: SessionResult
    ruled_at: float = 0.0

    @property
    def is_quarantined(self) -> bool:
        """Whether it is left until a person has it tried again."""
        return self.result.reason == QUARANTINED


def entry_id(path: Path) -> str:
    """A short id for a folder of the inbox that does not give its name away."""
    return ENTRY_PREFIX + hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def printable(path: str) -> str:
    """A path as it may stand on a terminal: what cannot be printed, as an escape sequence, is spelled out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in path)


def entry_path(path: Path) -> str:
    """How a folder of the inbox is called here: its path, with bytes that are no UTF-8 spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _read(body: str, kind: type[T]) -> T:
    try:
        return decode(body, kind)
    except ValueError as error:
        raise _unknown(kind) from error


def _unknown(kind: type) -> WorkspaceDamaged:
    return WorkspaceDamaged(
        f"what is stored of a session is no {kind.__name__} of this version",
        action="open the workspace with the version that wrote it, or restore its backup",
    )


def record_digest(connection: Connection, session_id: str) -> str:
    """The SHA-256 of one session's record; raises as ``Registry.session`` does."""
    digest = outlines.digest_of(connection, session_id)
    return digest or hashlib.sha256(canonical(_body(connection, session_id)).encode()).hexdigest()


def _body(connection: Connection, session_id: str) -> str:
    stored = _stored(connection, session_id)
    if stored is None:
        raise UsageProblem("there is no session of that id", action="`offrecord status` lists them")
    return record_cipher.of(connection).open(stored)


def _stored(connection: Connection, session_id: str) -> str | None:
    stored: str | None = connection.execute(select(session.c.body).where(session.c.session_id == session_id)).scalar()
    return stored


def _state(row: Any) -> SessionState:
    _, state_key, valid_until, attempts, ruled_at, body = row  # by place: by their names it takes twice as long
    ruling = {"valid_until": valid_until, "attempts": attempts, "ruled_at": ruled_at}
    return SessionState(state_key=state_key, **ruling, result=_read(body, SessionResult))


def _states() -> Callable[[Connection], dict[str, SessionState]]:
    """Reads every state; after a change it decodes those that changed, by a hash under a key of this process."""
    before: dict[str, tuple[int, SessionState]] = {}

    def read(connection: Connection) -> dict[str, SessionState]:
        now: dict[str, tuple[int, SessionState]] = {}
        for row in streamed(connection, select(result)):
            kept, mark = before.get(row.session_id), hash(row)
            now[row.session_id] = kept if kept is not None and kept[0] == mark else (mark, _state(row))
        before.clear()
        before.update(now)
        return {session_id: state for session_id, (_, state) in now.items()}

    return read


_STATES: WeakKeyDictionary[Engine, TableCache[dict[str, SessionState]]] = WeakKeyDictionary()


class Registry:
    """The sessions, entries and results of one workspace."""

    def __init__(self, db: Engine) -> None:
        self._db = db

    def entries(self) -> dict[str, InboxEntry]:
        """Every entry by its path."""
        with reading(self._db) as connection:
            return {row.path: InboxEntry(**row._mapping) for row in connection.execute(select(entry))}

    def states(self) -> dict[str, SessionState]:
        """How far every session got, by session id; decoded once for as long as nobody changes any."""
        cache = _STATES.setdefault(self._db, TableCache(self._db, result, _states()))
        return dict(cache.value())

    def state(self, session_id: str) -> SessionState | None:
        """How far one session got; None where it was never processed."""
        with reading(self._db) as connection:
            row = connection.execute(select(result).where(result.c.session_id == session_id)).first()
        return _state(row) if row else None

    def digests(self) -> dict[str, str]:
        """Every session id with a digest of its record, in order of time."""
        return self._outlined(outlines.digests)

    def names(self) -> dict[str, str]:
        """What people call every session, by id, in no order; no record is decoded for it."""
        return self._outlined(outlines.session_names)

    def _outlined(self, read: Callable[[Connection], dict[str, T]]) -> dict[str, T]:
        with reading(self._db) as connection:
            try:
                return read(connection)
            except ValueError as error:
                raise _unknown(Session) from error

    def fill_outlines(self) -> int:
        """Keeps the outlines of the sessions that an earlier version wrote; returns how many there were."""
        with reading(self._db) as connection:
            lacking = outlines.missing(connection)
        for at in range(0, len(lacking), _TOGETHER):
            with self._db.begin() as connection:
                query = select(session.c.body).where(session.c.session_id.in_(lacking[at : at + _TOGETHER]))
                stored = list(connection.execute(query).scalars())
                for body in map(canonical, record_cipher.of(connection).open_each(stored)):
                    outlines.put(connection, _read(body, Session), body)
        return len(lacking)

    def session(self, session_id: str) -> Session:
        """One session; raises ``UsageProblem`` when there is none of that id."""
        with reading(self._db) as connection:
            return _read(_body(connection, session_id), Session)

    def days(self) -> dict[str, date]:
        """The day on which each session started, by UTC, in order of time; no record is decoded for it."""
        query = select(session.c.session_id, session.c.started_at).order_by(session.c.started_at)
        with reading(self._db) as connection:
            return {row.session_id: datetime.fromisoformat(row.started_at).date() for row in connection.execute(query)}

    def sessions(self, only: Container[str] | None = None) -> Iterator[Session]:
        """Every session, or those of these ids, in order of time."""
        ids = [session_id for session_id in self.digests() if only is None or session_id in only]
        for at in range(0, len(ids), _TOGETHER):
            chunk = ids[at : at + _TOGETHER]
            with reading(self._db) as connection:
                query = select(session.c.session_id, session.c.body).where(session.c.session_id.in_(chunk))
                stored = {row.session_id: row.body for row in connection.execute(query)}
                bodies = dict(zip(stored, record_cipher.of(connection).open_each(list(stored.values())), strict=True))
            yield from (_read(bodies[each], Session) for each in chunk if each in bodies)

    def named_by_others(self, digests: Collection[str], *, besides: Collection[str]) -> frozenset[str]:
        """Those of these digests that the record of any other session names; reads every record, and decodes none."""
        wanted, named = frozenset(digests), set[str]()
        with reading(self._db) as connection:
            for rows in connection.execute(select(session.c.session_id, session.c.body)).partitions(_TOGETHER):
                for row in rows:
                    if row.session_id not in besides:
                        body = record_cipher.of(connection).open_without_texts(row.body)
                        named |= wanted.intersection(_DIGEST.findall(body))
        return frozenset(named)

    def take(self, path: Path, fingerprint: str, outcome: Session | Refused) -> InboxEntry:
        """Registers what a folder of the inbox turned out to be; the same recording in two folders is one session."""
        with self._db.begin() as connection:
            inbox_entry = self._register(connection, path, fingerprint, outcome)
            values = {name: getattr(inbox_entry, name) for name in InboxEntry.__slots__}
            statement = insert(connection, entry).values(values)
            connection.execute(statement.on_conflict_do_update(index_elements=["entry_id"], set_=values))
        return inbox_entry

    def rewrite(self, changed: Session) -> None:
        """Replaces a session's record, which the ledger notes."""
        with self._db.begin() as connection:
            self._write(connection, changed)

    def rewrite_erased(self, changed: Session) -> None:
        """Replaces a record by one from which something was erased, under a new data key.

        What it was can be read in older copies of the database until ``record_keys.drop_unused``, which follows.
        """
        with self._db.begin() as connection:
            self._write(connection, changed, renew_key=True)

    def forget(self, path: str) -> None:
        """Forgets a refused folder that is no longer in the inbox; what became a session stays known."""
        with self._db.begin() as connection:
            connection.execute(delete(entry).where(entry.c.path == path, entry.c.session_id.is_(None)))

    def hide_path(self, path: str) -> None:
        """Forgets what a folder of the inbox was called."""
        with self._db.begin() as connection:
            hidden = f"erased:{entry_id(Path(path))}"
            connection.execute(update(entry).where(entry.c.path == path).values(path=hidden))

    def conclude(self, state: SessionState) -> None:
        """Keeps how far a session got; the latest holds."""
        values: dict[str, object] = {name: getattr(state, name) for name in _RULING}
        values |= {"session_id": state.result.session_id, "body": encode(state.result).decode()}
        with self._db.begin() as connection:
            statement = insert(connection, result).values(values)
            connection.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))

    def _register(self, connection: Connection, path: Path, fingerprint: str, outcome: Session | Refused) -> InboxEntry:
        inbox_entry = InboxEntry(
            entry_id=entry_id(path), path=entry_path(path), fingerprint=fingerprint, session_id=None, status="refused"
        )
        if isinstance(outcome, Refused):
            return replace(inbox_entry, reason=outcome.reason, action=outcome.action)
        query = select(session.c.session_id).where(session.c.source_digest == outcome.source_digest)
        known = connection.execute(query).scalar()
        owner = select(entry.c.entry_id).where(entry.c.session_id == known, entry.c.status == "taken")
        if known and connection.execute(owner).scalar() not in (None, inbox_entry.entry_id):
            return replace(
                inbox_entry,
                session_id=known,
                status="duplicate",
                reason="the same recording is there already; what this folder says of it counts too",
            )
        self._write(connection, replace(outcome, session_id=known) if known else outcome)
        return replace(inbox_entry, session_id=known or outcome.session_id, status="taken")

    def _write(self, connection: Connection, arrived: Session, *, renew_key: bool = False) -> None:
        body = encode(arrived).decode()
        before = None if renew_key else _stored(connection, arrived.session_id)
        values = {
            "session_id": arrived.session_id,
            "source_digest": arrived.source_digest,
            "started_at": arrived.started_at.astimezone(UTC).isoformat(),
            "ingested_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "body": record_cipher.of(connection).seal(arrived.session_id, body, before=before),
        }
        statement = insert(connection, session).values(values)
        connection.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))
        outlines.put(connection, arrived, body)
        digest = hashlib.sha256(body.encode()).hexdigest()
        ledger.append(connection, "session", f"{arrived.session_id}/{digest[:16]}", {"files": len(arrived.sealed)})
