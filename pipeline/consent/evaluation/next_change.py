"""When the passing of time alone may next change what consent allows in a session: until then nobody needs to ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from pipeline.consent.evaluation.consent_state import borders
from pipeline.consent.evaluation.evaluate import evaluate
from pipeline.consent.evaluation.facts import locations
from pipeline.consent.evaluation.snapshot import ConsentSnapshot, read_snapshot
from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.database import unreadable_is_closed


def next_change(session: Session, *, workspace: Workspace, now: datetime) -> datetime | None:
    """The next such moment, rather too early than too late; None where time alone changes nothing.

    An answer begins or ends, a match that is dated later begins, the deadline of a hold or the term of an agreement is
    reached, or the review of the rule of a place is overdue. Raises ``ConsentUnreadable``.
    """
    with unreadable_is_closed():
        snapshot = read_snapshot(session, workspace=workspace, now=now)
    try:
        holds = evaluate(snapshot, now=now).due.values()
        return min((at for at in (*holds, *_moments(snapshot)) if at > now), default=None)
    except OverflowError:  # a session of a date that nothing can follow: no ruling on it can be made at any time
        return None


def _moments(snapshot: ConsentSnapshot) -> Iterator[datetime]:
    for events in snapshot.events.values():
        for event in events:
            yield from borders(event, snapshot.session)
    for agreements in snapshot.agreements.values():
        for agreement in agreements:
            yield from (agreement.filed_at, agreement.valid_from)
            if agreement.valid_until is not None:
                yield agreement.valid_until
    yield from (decision.at for decision in snapshot.manual_decisions)
    yield from (datetime.fromisoformat(decision.decided_at) for decision in snapshot.decisions)
    yield from snapshot.matches_from
    yield from _reviews(snapshot)


def _reviews(snapshot: ConsentSnapshot) -> Iterator[datetime]:
    """The first moment after the last day of each rule that somebody's place has."""
    for location in locations(snapshot):
        last = snapshot.rules.reviewed_until(location)
        if last is not None and last < date.max:
            yield datetime.combine(last, time(), UTC) + timedelta(days=1)
