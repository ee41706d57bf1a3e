"""What a platform's list of participants says, whatever the platform: rows of who was there from when to when."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import InputRefused
from pipeline.ingest.timestamps import Moment

_MANY = 10_000


class NoticeAnswer(StrEnum):
    """What somebody answered to the platform's own notice of the recording."""

    YES = "yes"
    NO = "no"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One stay of one person; times are local, each with every reading its written form allows."""

    name: str
    email: str | None
    joined: tuple[Moment, ...]
    left: tuple[Moment, ...]
    told: NoticeAnswer = NoticeAnswer.NOTHING
    platform_id: str | None = None
    coarse_s: float = 1.0


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """The rows of a report and, where it has the block about the meeting, the topic."""

    rows: tuple[AttendanceRow, ...]
    topic: str = ""


def lines(text: str, delimiter: str = ",") -> Iterator[list[str]]:
    """The lines of a table, cells trimmed; raises ``InputRefused`` for one that is broken or too long."""
    tabs = delimiter == "\t"
    source = io.StringIO(text, newline="")
    rows = csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE) if tabs else csv.reader(source, strict=True)
    try:
        for number, cells in enumerate(rows):
            if number > _MANY:
                raise InputRefused("the participants report has more than 10000 lines", action="check the file")
            yield [cell.strip().strip('"') if tabs else cell.strip() for cell in cells]
    except csv.Error:
        raise InputRefused("the participants report is not a CSV", action="download it again") from None


def cell(record: dict[str, str], *columns: str) -> str | None:
    """The cell under the first of these headers that the table has; None where it has none of them."""
    return next((record[column] for column in columns if column in record), None)
