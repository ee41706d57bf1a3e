"""What becomes of a hold that nobody settled in time: it goes on without the person, or is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from pipeline.consent.evaluation.explanations import reason_of
from pipeline.consent.evaluation.hold_resolution import removable
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.decisions import OVERDUE, StoredDecision
from pipeline.records import Cell, Interval, Outcome, Purpose


@dataclass(frozen=True, slots=True)
class _Hold:
    """Until when a cell may be held, and the decision on file that held it first."""

    due: datetime
    first: StoredDecision | None


def applied(
    cells: Sequence[Cell], snapshot: ConsentSnapshot, *, now: datetime
) -> tuple[tuple[Cell, ...], Mapping[tuple[str, Purpose], datetime]]:
    """The cells with every overdue hold closed, and until when each person and purpose that is still held may be.

    Where recording itself was held, that refuses every use of it; else the person is left out, or where they cannot be,
    it is refused. Only holds change, and only so.
    """
    decisions: dict[tuple[str, str], list[StoredDecision]] = {}
    for decision in snapshot.decisions:
        if not decision.made_by(now):
            continue
        decisions.setdefault((decision.participant_id, decision.purpose), []).append(decision)
    lasts = snapshot.policy.hold_deadline
    holds = {
        _place(cell): _hold(cell, decisions.get((cell.participant_id, cell.purpose), ()), lasts, now)
        for cell in cells
        if cell.outcome is Outcome.HOLD
    }
    captured = {(who, span): hold for (who, span, purpose), hold in holds.items() if purpose is Purpose.RECORD}
    after: list[Cell] = []
    due: dict[tuple[str, Purpose], datetime] = {}
    for cell in cells:
        hold, capture = holds.get(_place(cell)), captured.get((cell.participant_id, cell.interval))
        over = [each for each in (hold, capture) if hold and each and each.first and each.due <= now]
        about = (cell.participant_id, cell.purpose)
        if hold and not over:
            due[about] = min(hold.due, due.get(about, hold.due))
        after.append(_closed(cell, snapshot, over[0], by_capture=capture is not None) if over else cell)
    return tuple(after), due


def _hold(cell: Cell, decisions: Sequence[StoredDecision], lasts: timedelta, now: datetime) -> _Hold:
    """A hold that is not on file yet begins now."""
    first = _first(cell.interval, decisions)
    return _Hold((datetime.fromisoformat(first.decided_at) if first else now) + lasts, first)


def _first(span: Interval, decisions: Sequence[StoredDecision]) -> StoredDecision | None:
    """The first of the unbroken run of holds, up to the last decision, in which all of a span was held."""
    first = None
    for _, at_once in groupby(reversed(decisions), key=lambda decision: decision.supersedes):
        there = list(_within(span, at_once))
        if not there or not all(decision.held for decision in there):
            break
        first = there[-1]
    return first


def _within(span: Interval, decisions: Iterator[StoredDecision]) -> Iterator[StoredDecision]:
    """The decisions about any of a span."""
    for decision in decisions:
        same = (decision.from_s, decision.to_s) == (span.start_s, span.end_s)
        if same or (decision.from_s < span.end_s and span.start_s < decision.to_s):
            yield decision


def _closed(cell: Cell, snapshot: ConsentSnapshot, hold: _Hold, *, by_capture: bool) -> Cell:
    """A bot's own copy is beyond the team, so leaving it out changes nothing: that is refused too."""
    bot = cell.participant_id in snapshot.bots
    refused = by_capture or bot or not removable(snapshot.session, cell.participant_id)
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
