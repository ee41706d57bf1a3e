"""Every answer of one person on file, and what their consent is today because of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, select

from pipeline.consent.evaluation.consent_state import most_restrictive, state_now
from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.evaluation.snapshot import trusted_of
from pipeline.consent.log.events import Event, checked_body, from_row
from pipeline.consent.notices import versions
from pipeline.records import Purpose, Session
from pipeline.store.tables.consent import consent_event
from pipeline.store.tables.consent import notice as notice_table

EVERY_SESSION = "every session"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """One event with how it reached the store."""

    event: Event
    method: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredNotice:
    """One notice version that the person answered; ``trusted`` says that a yes may stand on it."""

    digest: str
    notice_id: str
    version: str
    language: str
    text_sha256: str
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeState:
    """What somebody's consent for one purpose is: in one session's scope, or in every session that names no own."""

    purpose: Purpose
    scope: str
    state: ConsentStatus
    event_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The consent record of one person: ids, codes, times and hashes, no name and no address.

    ``places`` are those of the sessions that they were in for sure: where they said they were, and the recorder was.
    """

    party_id: str
    events: tuple[RecordedEvent, ...]
    notices: tuple[AnsweredNotice, ...]
    places: tuple[str, ...] = ()

    def states(self, now: datetime) -> tuple[PurposeState, ...]:
        """Every purpose in every scope that the person spoke of, as it stands now; derived, never stored."""
        events = [recorded.event for recorded in self.events]
        intact = {notice.digest for notice in self.notices}
        return tuple(_stated(events, purpose, scope, now, intact) for scope in _scopes(events) for purpose in Purpose)


def records(connection: Connection, party_ids: Iterable[str]) -> Iterator[Record]:
    """The records of these people, in order; raises ``ConsentUnreadable`` for a log that was changed."""
    columns = notice_table.c
    known = {row.digest: row for row in connection.execute(select(notice_table).order_by(columns.digest))}
    intact = versions.on_file(connection)
    trusted = trusted_of(intact.values(), replace(_bare_session(EVERY_SESSION, datetime.now(UTC)), series=None))
    for party_id in party_ids:
        query = select(consent_event).where(consent_event.c.party_id == party_id).order_by(consent_event.c.seq)
        rows = list(connection.execute(query))
        events = versions.with_material_changes([from_row(row) for row in rows], intact)
        recorded = tuple(_recorded(row, event) for row, event in zip(rows, events, strict=True))
        digests = sorted({str(each.event.notice) for each in recorded if each.event.notice in intact})
        answered = tuple(
            AnsweredNotice(
                digest=digest,
                notice_id=known[digest].notice_id,
                version=known[digest].version,
                language=known[digest].language,
                text_sha256=str(json.loads(known[digest].body).get("text_sha256", "")),
                trusted=digest in trusted,
            )
            for digest in digests
        )
        yield Record(party_id=party_id, events=recorded, notices=answered)


def _recorded(row: object, event: Event) -> RecordedEvent:
    body = checked_body(row)
    return RecordedEvent(
        event=event, method=str(body["method"]), received_at=datetime.fromisoformat(body["received_at"])
    )


def _scopes(events: Sequence[Event]) -> list[str]:
    """One for all sessions where any answer is for all, then each series, then each session with answers of its own.

    An answer for one series is none for another, nor for sessions without a series.
    """
    series = _of_kind(events, "series:")
    own = _of_kind(events, "session:")
    of_all = any(event.scope not in (*series, *own) for event in events)
    return [*([EVERY_SESSION] if of_all or not events else []), *series, *own]


def _of_kind(events: Sequence[Event], kind: str) -> list[str]:
    return sorted({event.scope for event in events if event.scope.startswith(kind)})


def _stated(events: Sequence[Event], purpose: Purpose, scope: str, now: datetime, trusted: set[str]) -> PurposeState:
    """What holds in a scope; in a session whose series is not known, the most restrictive of what may hold there."""
    about = [event for event in events if event.purpose is purpose]
    series = [name.partition(":")[2] for name in _of_kind(events, "series:")]
    bare = _bare_session(scope, now)
    of_session = scope.startswith("session:") and len(series) > 1
    may_be = [replace(bare, series=name) for name in series] if of_session else [bare]
    state = most_restrictive(state_now(about, session, now, trusted) for session in may_be)
    event = state.event
    return PurposeState(
        purpose=purpose,
        scope=scope,
        state=state.status,
        event_id=event.event_id if event else None,
        since=event.effective_from if event else None,
        until=event.valid_until if event else None,
    )


def _bare_session(scope: str, now: datetime) -> Session:
    """A session that only its scope is known of; an id tells its day. Of all sessions, it is one of no series."""
    kind, _, name = scope.partition(":")
    session_id = name if kind == "session" else ""
    try:
        started_at = datetime.combine(date.fromisoformat(session_id[:10]), time(tzinfo=UTC))
    except ValueError:
        started_at = now
    return Session(
        session_id=session_id,
        source_digest="",
        platform="",
        title="",
        started_at=min(started_at, now),
        host=None,
        recorder_location=None,
        notice_asserted=False,
        purposes=(),
        duration_s=0.0,
        participants=(),
        tracks=(),
        series={"series": name, "session": None}.get(kind, ""),
    )
