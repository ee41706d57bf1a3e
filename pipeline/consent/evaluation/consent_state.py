"""Derives what somebody's consent is at a moment from the events of the log; the state is never stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.log.events import Event, EventState
from pipeline.records import Session

SKEW = timedelta(minutes=5)
"""How far the clocks of forms and platforms may be apart; within it the more restrictive event counts.

After draft-howe-vcon-consent-00, section 13: receivers allow for five minutes of clock skew.
"""

_STATUS = {
    EventState.GIVEN: ConsentStatus.GIVEN,
    EventState.REFUSED: ConsentStatus.REFUSED,
    EventState.WITHDRAWN: ConsentStatus.WITHDRAWN,
    EventState.REVOKED: ConsentStatus.WITHDRAWN,
    EventState.INVALIDATED: ConsentStatus.ABSENT,
    EventState.UNKNOWN: ConsentStatus.UNKNOWN,
    EventState.REQUESTED: ConsentStatus.ABSENT,
}
_NO_ANSWERS = frozenset({EventState.REQUESTED, EventState.INVALIDATED})
"""What opens nothing and closes nothing: a yes before it ends, a no before it stays."""
_RESTRICTIVENESS = {
    ConsentStatus.GIVEN: 0,
    ConsentStatus.ABSENT: 1,
    ConsentStatus.EXPIRED: 2,
    ConsentStatus.UNKNOWN: 2,
    ConsentStatus.REFUSED: 3,
    ConsentStatus.WITHDRAWN: 3,
}


@dataclass(frozen=True, slots=True)
class ConsentState:
    """What somebody's consent is, and the event that it stands on."""

    status: ConsentStatus
    event: Event | None = None

    @property
    def restrictiveness(self) -> int:
        """0 for given, 3 for a no: of several candidates the highest counts."""
        return _RESTRICTIVENESS[self.status]


NO_ANSWER = ConsentState(ConsentStatus.ABSENT)


def most_restrictive(states: Iterable[ConsentState]) -> ConsentState:
    """The most restrictive of several; absent when there is none."""
    return max(states, key=lambda state: state.restrictiveness, default=NO_ANSWER)


def scope_width(scope: str, session: Session) -> int | None:
    """How wide a scope is, 0 for this very session; None when it does not cover the session.

    A session that does not say its series is of the only one; once forms of several are on file, of none.
    """
    kind, _, value = scope.partition(":")
    if kind == "session":
        return 0 if value == session.session_id else None
    if kind == "series":
        return 1 if session.series in (None, value) else None
    if kind == "until":
        return 2 if session.started_at.astimezone(UTC).date() <= date.fromisoformat(value) else None
    return 3 if scope == "any" else None


def state_now(events: Sequence[Event], session: Session, now: datetime, trusted: Collection[str]) -> ConsentState:
    """The state for using a session today; a refusal on file counts whatever its time."""
    return _state(events, session, max(now, session.started_at), datetime.max.replace(tzinfo=UTC), trusted)


def state_during(
    events: Sequence[Event], session: Session, start: datetime, end: datetime, trusted: Collection[str]
) -> ConsentState:
    """The most restrictive state at any moment from ``start`` to before ``end``.

    A no counts from ``SKEW`` before its time. A yes of within ``SKEW`` of the session's start is doubted until ``SKEW``
    after its time: by the recorder's clock it may be later than it says.
    """
    changes = [at for event in events for at in borders(event, session) if start < at < end]
    return most_restrictive(_state_then(events, session, at, trusted) for at in (start, *changes))


def borders(event: Event, session: Session) -> Iterator[datetime]:
    """When an event may change what somebody's consent is: a no already ``SKEW`` before its time."""
    yield event.effective_from
    if event.state.is_no:
        yield event.effective_from - SKEW
    if _is_at_start(event, session):
        yield event.effective_from + SKEW
    if event.valid_until is not None:
        yield event.valid_until


def _state_then(events: Sequence[Event], session: Session, at: datetime, trusted: Collection[str]) -> ConsentState:
    """The state at a moment of the session, by clocks that may be ``SKEW`` apart."""
    state = _state(events, session, at, at + SKEW, trusted)
    doubted = [event for event in events if _is_at_start(event, session) and at < event.effective_from + SKEW]
    if state.status is not ConsentStatus.GIVEN or state.event not in doubted:
        return state
    earlier = [event for event in events if event not in doubted]
    before = _state(earlier, session, at, at + SKEW, trusted)
    return before if before.status is ConsentStatus.GIVEN else ConsentState(ConsentStatus.UNKNOWN, state.event)


def _is_at_start(event: Event, session: Session) -> bool:
    """Whether it is a yes of so near the session's start that it may be of before it or after it."""
    return event.state is EventState.GIVEN and abs(event.effective_from - session.started_at) < SKEW


def _state(
    events: Sequence[Event], session: Session, at: datetime, no_until: datetime, trusted: Collection[str]
) -> ConsentState:
    """The state at a moment: of the narrowest scope the latest event; then its expiry and its evidence."""
    widths = [(scope_width(event.scope, session), event) for event in events]
    counted = [
        (width, event)
        for width, event in widths
        if width is not None and event.effective_from <= (no_until if event.state.is_no else at)
    ]
    answered = [(width, event) for width, event in counted if event.state not in _NO_ANSWERS]
    return most_restrictive(_chosen(answers, at, trusted) for answers in (counted, answered) if answers)


def _chosen(counted: Sequence[tuple[int, Event]], at: datetime, trusted: Collection[str]) -> ConsentState:
    """What counts of the events; somebody who was merely asked again, or whose later yes was none, keeps their no."""
    narrowest = min(width for width, _ in counted)
    chosen = _latest([event for width, event in counted if width == narrowest])
    later = [event for width, event in counted if width > narrowest and _is_later_no(event, chosen)]
    return _with_evidence(_latest(later) if later else chosen, at, trusted)


def _latest(events: Sequence[Event]) -> Event:
    """The most restrictive of the latest events, the last in the log among equals."""
    border = max(event.effective_from for event in events) - SKEW
    return max(
        (event for event in events if event.effective_from >= border),
        key=lambda event: (event.state.restrictiveness, event.seq),
    )


def _is_later_no(event: Event, chosen: Event) -> bool:
    """Whether somebody refused in a wider scope after their answer in the narrower one."""
    return event.state.is_no and event.effective_from >= chosen.effective_from - SKEW


def _with_evidence(event: Event, at: datetime, trusted: Collection[str]) -> ConsentState:
    """The event's state at the moment; a yes that is over, or given to a notice that is not on file, is none."""
    status = _STATUS[event.state]
    if status is ConsentStatus.GIVEN and event.notice not in trusted:
        status = ConsentStatus.UNKNOWN
    elif status is ConsentStatus.GIVEN and event.valid_until is not None and event.valid_until <= at:
        status = ConsentStatus.EXPIRED
    return ConsentState(status, event)
