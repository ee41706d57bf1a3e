"""Times of day: from a platform's local time to UTC, and from a wall clock to seconds of the session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.errors import InputRefused
from pipeline.ingest.chat import ChatMessage
from pipeline.ingest.draft import SessionDraft

_DAY_S = 86400.0
_MARGIN_S = 3600.0
_OUTSIDE_LIMIT_S = 900.0
_EARLIEST = date(1970, 1, 1)
_AHEAD = timedelta(days=366)
"""How far the machine's clock may be behind a recording's date: samples and tests come from other machines."""
_IMPOSSIBLE = "the session's start is no time at which it can have been recorded"
_SAY_START = "correct started_at in session.toml"


def started_at(draft: SessionDraft) -> datetime:
    """When the session started, aware UTC: session.toml first, then the platform.

    Raises ``InputRefused`` if that is unsaid, or no time at which anything here can have been recorded.
    """
    start = _utc_start(draft)
    if not _EARLIEST <= start.date() <= datetime.now(UTC).date() + _AHEAD:
        raise InputRefused(_IMPOSSIBLE, action=_SAY_START)
    return start


def known_start(draft: SessionDraft) -> datetime | None:
    """The session's start as ``started_at`` has it, for times that say their zone; None where nobody states it."""
    try:
        return None if draft.start_is_estimated else _utc_start(draft)
    except InputRefused:
        return None


def _utc_start(draft: SessionDraft) -> datetime:
    stated, zone = draft.facts.started_at, draft.facts.timezone
    start = stated or draft.started_at or draft.local_start
    if start is None:
        raise InputRefused("when the session started is not known", action="say started_at in session.toml")
    if start.year in (datetime.min.year, datetime.max.year):
        raise InputRefused(_IMPOSSIBLE, action=_SAY_START)
    if start.tzinfo is not None:
        return start.astimezone(UTC)
    if zone is None:
        raise InputRefused(
            "the session's start has no time zone",
            action="say timezone, or started_at with its offset, in session.toml",
        )
    return _aware(start, ZoneInfo(zone))


def local_start(draft: SessionDraft) -> datetime | None:
    """The session's start on the recorder's wall clock, without a zone, where it is known."""
    stated, zone = draft.facts.started_at, draft.facts.timezone
    if stated is not None and stated.tzinfo is None:
        return stated
    known = stated or (None if draft.start_is_estimated else draft.started_at)
    if known is not None and zone is not None:
        return known.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return draft.local_start


def session_times(clock_s: Sequence[float], start: datetime | None, duration_s: float, what: str) -> list[float]:
    """Times that are either a wall clock's seconds of the day or the session's own, as seconds of the session.

    They are the wall clock's where all of them then lie within an hour of the session, else the session's own where all
    lie within it; raises ``InputRefused`` calling the file ``what`` where neither holds.
    """
    if start is not None:
        start_s = start.hour * 3600.0 + start.minute * 60.0 + start.second
        since_s = [(at_s - start_s + _DAY_S / 2) % _DAY_S - _DAY_S / 2 for at_s in clock_s]
        if all(-_MARGIN_S <= at_s <= duration_s + _MARGIN_S for at_s in since_s):
            return [min(max(at_s, 0.0), duration_s) for at_s in since_s]
    if all(at_s <= duration_s for at_s in clock_s):
        return list(clock_s)
    raise InputRefused(
        f"{what}: its times do not fit the session's", action="say the recorder's timezone in session.toml"
    )


def moment_times(moments: Sequence[datetime], start: datetime | None, duration_s: float) -> list[float | None]:
    """When messages of aware times were written, in seconds of the session; None for one of another meeting.

    Where nobody states the start, none can be placed: they stand at the session's end.
    """
    if start is None:
        return [duration_s for _ in moments]
    since_s = [(moment - start).total_seconds() for moment in moments]
    return [_within(at_s, duration_s) for at_s in since_s]


def chat_times(messages: Sequence[ChatMessage], start: datetime | None, duration_s: float) -> list[float | None]:
    """When each message was written, in seconds of the session; None for one of another meeting.

    Zoom adds to one file what is written in every meeting of its number: what lies more than a quarter of an hour
    outside the session is another's, unless all of it does. Raises ``InputRefused`` as ``session_times`` does.
    """
    walls = [message for message in messages if message.wall]
    if start is None or not walls:
        if start is None and walls and any(message.at_s > duration_s for message in messages):
            raise InputRefused(
                "chat: its times are of the recorder's clock, and the zone of that clock is not known",
                action='say timezone in session.toml, as "Europe/Berlin": an offset or Z of started_at is none',
            )
        what = session_times([message.at_s for message in messages], start, duration_s, "chat") if walls else None
        return [min(at_s, duration_s) for at_s in (what or [message.at_s for message in messages])]
    since_s = [_since_s(message, start) if message.wall else message.at_s for message in messages]
    if not any(-_OUTSIDE_LIMIT_S <= at_s <= duration_s + _OUTSIDE_LIMIT_S for at_s in since_s):
        dated = any(message.day is not None for message in walls)
        if dated:
            raise InputRefused("chat: its dates are of other meetings", action="put this session's chat in its place")
        return list(session_times([message.at_s for message in messages], start, duration_s, "chat"))
    return [_within(at_s, duration_s) for at_s in since_s]


def _within(at_s: float, duration_s: float) -> float | None:
    """A time within the session, or at its edge where it is a little outside; None where it is another meeting's."""
    is_near = -_OUTSIDE_LIMIT_S <= at_s <= duration_s + _OUTSIDE_LIMIT_S
    return min(max(at_s, 0.0), duration_s) if is_near else None


def _since_s(message: ChatMessage, start: datetime) -> float:
    """Seconds from the start to a message of the recorder's wall clock; without a date, on the day nearest to it."""
    start_s = start.hour * 3600.0 + start.minute * 60.0 + start.second
    if message.day is not None:
        return (message.day - start.date()).days * _DAY_S + message.at_s - start_s
    return (message.at_s - start_s + _DAY_S / 2) % _DAY_S - _DAY_S / 2


def _aware(local: datetime, zone: ZoneInfo) -> datetime:
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        raise InputRefused(
            "the session's start falls into a change of the clocks",
            action="say started_at with its offset in session.toml",
        )
    return early
