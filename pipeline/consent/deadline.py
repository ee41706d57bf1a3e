"""What becomes of a hold that nobody settled in time: it goes on without the person, or is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from pipeline.consent.decisions import OVERDUE, Kept, as_of
from pipeline.consent.human import removable
from pipeline.consent.on_file import OnFile
from pipeline.consent.reasons import reason_of
from pipeline.records import Cell, Interval, Outcome, Purpose, Role, Session


@dataclass(frozen=True, slots=True)
class _Hold:
    """Until when a cell may be held, and the decision on file that held it first."""

    due: datetime
    first: Kept | None


def applied(
    cells: Sequence[Cell], session: Session, on_file: OnFile, *, now: datetime
) -> tuple[tuple[Cell, ...], Mapping[tuple[str, Purpose], datetime]]:
    """The cells with every overdue hold closed, and until when each person and purpose that is still held may be.

    Where recording itself was held, that refuses every use of it; else the person is left out, or where they cannot be,
    it is refused. Only holds change, and only so.
    """
    decided: dict[tuple[str, str], list[Kept]] = {}
    for one in as_of(on_file.decided, now):
        decided.setdefault((one.participant_id, one.purpose), []).append(one)
    lasts = on_file.policy.hold_deadline
    holds = {
        _place(cell): _hold(cell, decided.get((cell.participant_id, cell.purpose), ()), lasts, now)
        for cell in cells
        if cell.outcome is Outcome.HOLD
    }
    captured = {(who, span): one for (who, span, purpose), one in holds.items() if purpose is Purpose.RECORD}
    after: list[Cell] = []
    due: dict[tuple[str, Purpose], datetime] = {}
    for cell in cells:
        hold, capture = holds.get(_place(cell)), captured.get((cell.participant_id, cell.interval))
        over = [one for one in (hold, capture) if hold and one and one.first and one.due <= now]
        about = (cell.participant_id, cell.purpose)
        if hold and not over:
            due[about] = min(hold.due, due.get(about, hold.due))
        after.append(_closed(cell, session, over[0], by_capture=capture is not None) if over else cell)
    return tuple(after), due


def _hold(cell: Cell, decided: Sequence[Kept], lasts: timedelta, now: datetime) -> _Hold:
    """A hold that is not on file yet begins now."""
    first = _first(cell.interval, decided)
    return _Hold((datetime.fromisoformat(first.decided_at) if first else now) + lasts, first)


def _first(span: Interval, decided: Sequence[Kept]) -> Kept | None:
    """The first of the unbroken run of holds, up to the last decision, in which all of a span was held."""
    first = None
    for _, at_once in groupby(reversed(decided), key=lambda one: one.supersedes):
        there = list(_within(span, at_once))
        if not there or not all(one.held for one in there):
            break
        first = there[-1]
    return first


def _within(span: Interval, decided: Iterator[Kept]) -> Iterator[Kept]:
    """The decisions about any of a span."""
    for one in decided:
        same = (one.from_s, one.to_s) == (span.start_s, span.end_s)
        if same or (one.from_s < span.end_s and span.start_s < one.to_s):
            yield one


def _closed(cell: Cell, session: Session, hold: _Hold, *, by_capture: bool) -> Cell:
    """A bot's own copy is beyond the team, so leaving it out changes nothing: that is refused too."""
    bot = session.participant(cell.participant_id).role is Role.BOT
    refused = by_capture or bot or not removable(session, cell.participant_id)
    rule_id = cell.rule_id + OVERDUE
    return replace(
        cell,
        outcome=Outcome.REFUSE if refused else Outcome.MINUS,
        rule_id=rule_id,
        reason=reason_of(rule_id),
        evidence=(*cell.evidence, *([hold.first.decision_id] if hold.first else ())),
    )


def _place(cell: Cell) -> tuple[str, Interval, Purpose]:
    return cell.participant_id, cell.interval, cell.purpose
