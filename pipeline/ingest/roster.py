"""Reads Zoom's participants report in its header variants."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from pipeline.errors import InputRefused
from pipeline.ingest.draft import Person
from pipeline.ingest.text import folded, renamed

_NAMES = ("name (original name)", "user name (original name)", "name", "user name")
_EMAILS = ("user email", "email")
_FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
)
_CONSENTS = ("recording consent", "recording disclaimer response")
_YES = frozenset({"ok", "yes", "y"})
_TITLES = frozenset({"host details", "panelist details", "attendee details", "other attended"})
_GRACE = timedelta(seconds=60)
_MANY = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One stay of one person; times are local, each with every reading its written form allows."""

    name: str
    email: str | None
    joined: tuple[datetime, ...]
    left: tuple[datetime, ...]
    informed: bool


@dataclass(frozen=True, slots=True)
class Report:
    """The rows of a report and, where it has the block about the meeting, the topic."""

    rows: tuple[Row, ...]
    topic: str = ""


def parse(text: str) -> Report | None:
    """The report, or None where the table is not one; raises ``InputRefused`` for a report with damaged rows."""
    rows: list[Row] = []
    topic, seen = "", False
    for record in _records(text):
        seen = seen or _cell(record, *_NAMES) is not None
        topic = topic or record.get("topic", "")
        row = _row(record)
        if row is not None:
            rows.append(row)
    return Report(tuple(rows), topic) if seen else None


def people(rows: tuple[Row, ...], start: datetime | None) -> tuple[Person, ...]:
    """One person for each name and e-mail, in order; raises ``InputRefused`` where two cannot be told apart.

    ``start`` is the recording's on the same wall clock. Somebody is late unless seen to be there within a minute of it,
    or known to have answered Zoom's own notice.
    """
    stays: dict[tuple[str, str | None], list[Row]] = {}
    for row in rows:
        stays.setdefault((folded(renamed(row.name)[0]), row.email and folded(row.email)), []).append(row)
    comparable = start is not None and _comparable(rows, start)
    found = []
    for rows_of_one in stays.values():
        if rows_of_one[0].email is None and _are_two(rows_of_one):
            raise InputRefused(
                "two people of the participants report have one name and no e-mail", action="correct the report's rows"
            )
        on_time = any(row.informed for row in rows_of_one) or (
            comparable and start is not None and any(_there_at(row, start) for row in rows_of_one)
        )
        found.append(_person(rows_of_one, late=not on_time))
    return tuple(found)


def _records(text: str) -> Iterator[dict[str, str]]:
    """Every line below a header as lower-case header to cell; a header with other columns begins a new table."""
    header: list[str] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True)):
            values = [cell.strip() for cell in cells]
            lowered = [value.lower() for value in values]
            if number > _MANY:
                raise InputRefused("the participants report has more than 10000 lines", action="check the file")
            if _is_header(lowered):
                header = lowered
                yield dict.fromkeys(header, "")
            elif header and not _is_title(lowered, header):
                yield dict(zip(header, values, strict=False))
    except csv.Error:
        raise InputRefused("the participants report is not a CSV", action="download it again") from None


def _is_header(lowered: list[str]) -> bool:
    return any(name in lowered for name in _NAMES) or {"meeting id", "topic"} <= set(lowered)


def _is_title(lowered: list[str], header: list[str]) -> bool:
    """Whether a line names a section of a webinar's report, or is blank."""
    return len(lowered) < min(len(header), 2) or (lowered[0] in _TITLES and not any(lowered[1:]))


def _row(record: dict[str, str]) -> Row | None:
    name = _cell(record, *_NAMES)
    if not name or record.get("in waiting room", "").lower() == "yes" or record.get("attended", "").lower() == "no":
        return None
    return Row(
        name=name,
        email=_cell(record, *_EMAILS) or None,
        joined=_readings(record.get("join time", "")),
        left=_readings(record.get("leave time", "")),
        informed=(_cell(record, *_CONSENTS) or "").lower() in _YES,
    )


def _cell(record: dict[str, str], *columns: str) -> str | None:
    return next((record[column] for column in columns if column in record), None)


def _readings(text: str) -> tuple[datetime, ...]:
    found = []
    for form in _FORMATS:
        try:
            found.append(datetime.strptime(text, form))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _nearest(readings: tuple[datetime, ...], start: datetime) -> datetime | None:
    return min(readings, key=lambda at: abs(at - start), default=None)


def _there_at(row: Row, start: datetime) -> bool:
    joined, left = _nearest(row.joined, start), _nearest(row.left, start)
    return joined is not None and joined <= start + _GRACE and (left is None or left >= start)


def _comparable(rows: tuple[Row, ...], start: datetime) -> bool:
    """Whether somebody was there at the start: if nobody was, the report keeps another zone's time."""
    return any(_there_at(row, start) for row in rows)


def _are_two(rows: list[Row]) -> bool:
    """Whether rows of one name may be two people: their stays overlap or have no times."""
    if len(rows) == 1:
        return False
    if not all(row.joined and row.left for row in rows):
        return True
    stays = sorted((row.joined[0], row.left[0]) for row in rows)
    return any(later[0] < earlier[1] for earlier, later in pairwise(stays))


def _person(rows: list[Row], *, late: bool) -> Person:
    name = renamed(rows[0].name)[0]
    olds = [old for row in rows if (old := renamed(row.name)[1])]
    return Person(name=name, aliases=tuple(dict.fromkeys(olds)), email=rows[0].email, joined_late=late)
