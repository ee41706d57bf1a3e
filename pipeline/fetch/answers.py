"""What the platforms' APIs answer with: pages of lists, joined without trusting that they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.errors import InputRefused
from pipeline.ingest.json_objects import members, moment_of, text_of

_MOST_PAGES = 1000


def pages(
    fetch: Callable[[str], Any], first: str, key: str, following: Callable[[Mapping[str, Any]], str]
) -> Iterator[dict[str, Any]]:
    """The objects under ``key`` of all pages; ``following`` gives what to fetch next, empty after the last one.

    Raises ``InputRefused`` where a page is no object, comes twice, or there is no end of them.
    """
    seen, place = set[str](), first
    for _ in range(_MOST_PAGES):
        page = fetch(place)
        if not isinstance(page, dict):
            raise _endless()
        yield from members(page, key)
        seen.add(place)
        place = following(page)
        if not place:
            return
        if place in seen:
            raise _endless()
    raise _endless()


def begin_of(entry: object, key: str) -> datetime | None:
    """An aware time under a key, in UTC; None where it is none."""
    moment = moment_of(text_of(entry, key))
    return moment.astimezone(UTC) if moment else None


def overlap(entry: object, keys: tuple[str, str], span: tuple[datetime, datetime]) -> bool:
    """Whether the times under two keys overlap a span; not where the first is not stated."""
    begin, end = begin_of(entry, keys[0]), begin_of(entry, keys[1])
    return begin is not None and begin < span[1] and (end or begin + timedelta(seconds=1)) > span[0]


def utc_day(day: date) -> str:
    """The beginning of a day in UTC, as APIs take it."""
    return f"{day.isoformat()}T00:00:00Z"


def _endless() -> InputRefused:
    return InputRefused("the platform's answer has another form than its reference documents", action="run again later")
