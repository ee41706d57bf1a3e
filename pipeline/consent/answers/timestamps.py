"""Reads the times of a table of answers; one that can be read in two ways is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from pipeline.files.written_times import plain_time

_ZONE = re.compile(r"\s*(?:(?:GMT|UTC)(?P<hours>[+\-−]\d{1,2})?(?::?(?P<minutes>[0-5]\d))?|(?P<zulu>(?<=\d)Z))$", re.I)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<sep>[-/.])(?P<one>\d{1,2})(?P=sep)(?P<two>\d{1,2})")
_YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<sep>[-/.])(?P<two>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_ZONE_NAME = re.compile(r"(?<=[\dM])\s\(?((?!GMT|UTC|[AP]M)[A-Z]{2,5})\)?$")
_ZONE_ENGLISH = {"MEZ": "CET", "MESZ": "CEST", "HNE": "EST", "HAE": "EDT", "HNEC": "CET", "HAEC": "CEST"}
"""What German and French call the zones of the names that the time zone database has."""
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_MINUTES_A_DAY = 24 * 60


class UnreadableTimestamp(Exception):
    """A text that is no time, or not surely one: ``args[0]`` says why, ``args[1]`` what to do."""


def read_timestamp(text: str | datetime, formats: Sequence[str], zone: ZoneInfo) -> datetime:
    """The time in UTC; raises ``UnreadableTimestamp`` for none, two readings, and one that the zone has twice or never.

    Without formats only what is certain is read: the year first, or a day that cannot be a month.
    """
    if isinstance(text, str) and (name := _ZONE_NAME.search(plain := plain_time(text))):
        return _in_named_zone(plain[: name.start()], name[1], formats, zone)
    readings = {text} if isinstance(text, datetime) else set(_readings(text.strip(), formats))
    if len(readings) > 1:
        raise UnreadableTimestamp("day and month of this date can be swapped", "say in date_format which comes first")
    if not readings or not _FIRST_YEAR <= next(iter(readings)).year < _LAST_YEAR:
        raise UnreadableTimestamp(
            "not a time in the mapping's date_format" if formats else "not a time", "correct date_format or the row"
        )
    return _in_utc(readings.pop(), zone)


def _in_named_zone(text: str, name: str, formats: Sequence[str], zone: ZoneInfo) -> datetime:
    """A time whose zone has a name, as EST: that of the mapping's timezone then; another name means many zones."""
    english = _ZONE_ENGLISH.get(name.upper(), name.upper())
    candidates = set(_readings(text, formats))
    named = {
        aware
        for read in candidates
        for aware in (read.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if aware.tzname() == english and _FIRST_YEAR <= aware.year < _LAST_YEAR
    }
    if candidates and not named:
        raise UnreadableTimestamp(
            "the zone named there is not that of the mapping's timezone at that time",
            "say in timezone where the form was answered, or export the answers in UTC",
        )
    times = {aware.astimezone(UTC) for aware in named}
    if len(times) > 1:
        raise UnreadableTimestamp("day and month of this date can be swapped", "say in date_format which comes first")
    return times.pop() if times else read_timestamp(text, formats, zone)


def _in_utc(read: datetime, zone: ZoneInfo) -> datetime:
    if read.tzinfo is None:
        read = read.replace(tzinfo=zone)
        if read.replace(fold=1).utcoffset() != read.utcoffset():
            raise UnreadableTimestamp(
                "this time is there twice or never in the mapping's timezone", "export the answers in UTC"
            )
    return read.astimezone(UTC)


def _readings(text: str, formats: Sequence[str]) -> Iterator[datetime]:
    """Every way to read a text."""
    for written in formats:
        yield from _by_format(text, written)
    bare, zone = _without_zone(plain_time(text))
    if zone is None and formats:
        return
    plain = _plainly(bare) if not formats else (reading for written in formats for reading in _by_format(bare, written))
    yield from (reading.replace(tzinfo=zone) if reading.tzinfo is None else reading for reading in plain)


def _by_format(text: str, written: str) -> Iterator[datetime]:
    try:
        yield datetime.strptime(text, written)
    except (ValueError, OverflowError):
        return


def _without_zone(text: str) -> tuple[str, timezone | None]:
    """A text without the distance from UTC at its end, as in ``3:00:00 PM GMT+3``."""
    match = _ZONE.search(text)
    if match is None:
        return text, None
    sign = -1 if (match["hours"] or "+")[0] in "-−" else 1
    minutes = sign * (abs(int((match["hours"] or "0").replace("−", "-"))) * 60 + int(match["minutes"] or 0))
    if abs(minutes) >= _MINUTES_A_DAY:
        return text, None
    return text[: match.start()], timezone(timedelta(minutes=minutes))


def _plainly(text: str) -> Iterator[datetime]:
    """The readings of a text for which nobody said how it is written."""
    first, last = _YEAR_FIRST.match(text), _YEAR_LAST.match(text)
    match = first or last
    if match is None:
        return
    clock = _CLOCK.fullmatch(text[match.end() :].lstrip(" T,"))
    if clock is None or text[match.end() : match.end() + 1].isdigit():
        return
    year, first_number, second_number = (int(match[name]) for name in ("year", "one", "two"))
    year += 2000 if len(match["year"]) == 2 else 0
    orders = (
        ((first_number, second_number),) if first else ((first_number, second_number), (second_number, first_number))
    )
    for month, day in orders:
        try:
            yield datetime(year, month, day, _hour(clock), *_rest(clock))
        except ValueError:
            continue


def _hour(clock: re.Match[str]) -> int:
    hour, half = int(clock["hour"]), clock["half"]
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if half[0] in "Pp" else 0)


def _rest(clock: re.Match[str]) -> tuple[int, int]:
    return int(clock["minute"]), int(clock["second"] or 0)
