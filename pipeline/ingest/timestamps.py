"""Times as platforms write them for people to read: every reading that a written form allows."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from pipeline.files.written_times import plain_time

Moment = datetime | time
"""A local time without a zone, or an aware one where an API says it; a ``time`` where the date is left out."""

_ISO = r"(?P<iso>\d{4})(?P<isosign>[-/.])(?P<m>\d{1,2})(?P=isosign)(?P<d>\d{1,2})"
_SIGNED = r"(?P<a>\d{1,2})(?P<sign>[/.-])(?P<b>\d{1,2})(?P=sign)(?P<y>\d{4}|\d{2})"
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:\s*(?P<half>[ap])m)?"
_WRITTEN = re.compile(rf"(?:(?:{_ISO}|{_SIGNED})(?:T|,?\s+))?{_TIME}", re.IGNORECASE)
_HALF_DAY = 12
_CENTURY = 2000


def readings(text: str) -> tuple[Moment, ...]:
    """Every time that a text may mean, month first before day first; none where it is not a time."""
    written = _WRITTEN.fullmatch(plain_time(text))
    if written is None:
        return ()
    moments: list[Moment] = []
    try:
        at = _time(written)
    except ValueError:
        return ()
    if written["iso"] is None and written["a"] is None:
        return (at,)
    for year, month, day in _dates(written):
        try:
            moments.append(datetime.combine(datetime(year, month, day), at))
        except ValueError:
            continue
    return tuple(dict.fromkeys(moments))


def resolution_s(text: str) -> float:
    """How long a written time may stand for, in seconds: a minute where it has no seconds."""
    written = _WRITTEN.fullmatch(plain_time(text))
    return 60.0 if written and written["second"] is None else 1.0


def nearest(moments: tuple[Moment, ...], start: datetime) -> datetime | None:
    """The reading nearest to a local time; one without a date on the day that makes it nearest."""
    days = (timedelta(days=-1), timedelta(), timedelta(days=1))
    every = [
        at
        for moment in moments
        for at in (
            [moment]
            if isinstance(moment, datetime)
            else [datetime.combine(start.date(), moment) + shift for shift in days]
        )
    ]
    return min(every, key=lambda at: abs(at - start), default=None)


def _time(written: re.Match[str]) -> time:
    hour = int(written["hour"])
    if written["half"]:
        if not 1 <= hour <= _HALF_DAY:
            raise ValueError
        hour = hour % _HALF_DAY + (_HALF_DAY if written["half"].lower() == "p" else 0)
    return time(hour, int(written["minute"]), int(written["second"] or 0))


def _dates(written: re.Match[str]) -> list[tuple[int, int, int]]:
    if written["iso"]:
        return [(int(written["iso"]), int(written["m"]), int(written["d"]))]
    first, second, year = int(written["a"]), int(written["b"]), int(written["y"])
    year += _CENTURY if len(written["y"]) < 4 else 0
    day_first = (year, second, first)
    return [day_first] if written["sign"] == "." else [(year, first, second), day_first]
