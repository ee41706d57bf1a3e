"""Weeks and quarters, and the office hours that were held in them: what every count is to be held against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSession:
    """One session that took place; ``heard`` says whether its words could be used at all."""

    session_id: str
    started_on: date
    hours: float
    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """The office hours of one period: how many were held and heard, and for how many hours."""

    period: str
    held: int
    heard: int
    hours: float


def quarter_of(day: date) -> str:
    """The quarter of a day, as ``2026-Q4``."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def week_of(day: date) -> str:
    """The ISO week of a day, as ``2026-W47``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def quarters(first: date, last: date) -> Iterator[str]:
    """Every quarter from one day to another, those without a session too: no sessions is not no demand."""
    yield from dict.fromkeys(quarter_of(day) for day in _days(first, last))


def weeks(first: date, last: date) -> Iterator[str]:
    """Every ISO week from one day to another."""
    yield from dict.fromkeys(week_of(day) for day in _days(first, last))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=days) for days in range((last - first).days + 1))


def attendance(sessions: Iterable[HeldSession], periods: Iterable[str], *, weekly: bool = False) -> list[OfficeHours]:
    """The office hours of each period, in the order given."""
    by_period: dict[str, list[HeldSession]] = {period: [] for period in periods}
    for session in sessions:
        by_period[week_of(session.started_on) if weekly else quarter_of(session.started_on)].append(session)
    return [
        OfficeHours(
            period=period,
            held=len(in_period),
            heard=sum(session.heard for session in in_period),
            hours=round(sum(session.hours for session in in_period), 2),
        )
        for period, in_period in by_period.items()
    ]
