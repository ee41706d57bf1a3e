"""The spans of a session that are decided apart for one participant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby, pairwise

from pipeline.consent.evaluation.consent_state import borders
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.events import Event
from pipeline.consent.log.notice_deliveries import NoticeDelivery
from pipeline.records import Cell, Interval, Participant, Purpose, Session


def intervals(person: Participant, snapshot: ConsentSnapshot) -> tuple[Interval, ...]:
    """When somebody was in the call, cut wherever they joined, left, were notified or changed their consent; in order.

    Recording starts at 0 and stops at the session's end. Somebody whose every stay lies outside counts as there
    throughout.
    """
    session = snapshot.session
    whole = Interval(start_s=0.0, end_s=session.duration_s)
    stays = [
        (max(stay.join_s, 0.0), min(stay.leave_s, session.duration_s)) for stay in session.stays(person.participant_id)
    ]
    stays = [(start_s, end_s) for start_s, end_s in stays if start_s < end_s] or [(whole.start_s, whole.end_s)]
    events = snapshot.events_of(snapshot.matches[person.participant_id].party_ids)
    deliveries = [*snapshot.delivered_to(person.participant_id), *snapshot.announcements]
    cuts = {at_s for stay in stays for at_s in stay} | set(_changes(session, events, deliveries))
    pieces = pairwise(sorted(at_s for at_s in cuts if whole.start_s <= at_s <= whole.end_s))
    there = [
        Interval(start_s=start_s, end_s=end_s)
        for start_s, end_s in pieces
        if any(stay[0] <= start_s and end_s <= stay[1] for stay in stays)
    ]
    return tuple(there) or (whole,)


def joined(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of one person and interval after another, with intervals as one that touch and are decided alike."""
    rows: list[list[Cell]] = []
    for _, group in groupby(cells, key=lambda cell: (cell.participant_id, cell.interval)):
        row = list(group)
        if rows and _continues(rows[-1], row):
            span = Interval(start_s=rows[-1][0].interval.start_s, end_s=row[0].interval.end_s)
            row = [replace(cell, interval=span) for cell in rows.pop()]
        rows.append(row)
    return tuple(cell for row in rows for cell in row)


def _continues(before: Sequence[Cell], after: Sequence[Cell]) -> bool:
    """Whether one row of cells only goes on as the other was."""
    touching = before[0].interval.end_s == after[0].interval.start_s
    return touching and [replace(cell, interval=after[0].interval) for cell in before] == list(after)


def _changes(session: Session, events: Sequence[Event], deliveries: Sequence[NoticeDelivery]) -> Iterator[float]:
    """When somebody was notified of the recording, or their consent to it changed, in seconds of the session."""
    changes = (at for event in events if event.purpose is Purpose.RECORD for at in borders(event, session))
    for at in (*changes, *(delivery.at for delivery in deliveries)):
        yield (at - session.started_at) / timedelta(seconds=1)
