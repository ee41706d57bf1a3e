"""What a platform's list of participants says, whatever the platform: rows of who was there from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import InputRefused
from pipeline.files.tabular import BrokenTable, delimiter_of, rows_of
from pipeline.ingest.timestamps import Moment

_MANY = 10_000
HIDDEN = frozenset({"", "-", "--", "n/a"})
"""What platforms write where a policy hides a time."""


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
    notice_answer: NoticeAnswer = NoticeAnswer.NOTHING
    platform_id: str | None = None
    coarse_s: float = 1.0
    joined_text: str = ""

    @property
    def is_unread(self) -> bool:
        """Whether a time of joining stands there and is none that can be read."""
        return not self.joined and self.joined_text.strip().lower() not in HIDDEN


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """The rows of a report and, where it has the block about the meeting, the topic."""

    rows: tuple[AttendanceRow, ...]
    topic: str = ""

    @property
    def unread_times(self) -> int:
        """How many rows have a time of joining that could not be read: whoever they are of counts as late."""
        return sum(row.is_unread for row in self.rows)


def lines(text: str, *, delimiter: str | None = None) -> Iterator[list[str]]:
    """The lines of a table, cells trimmed; raises ``InputRefused`` for one that is broken or too long.

    Where tabs separate the cells, as Microsoft Teams writes them, a mark of a quote is part of a name. ``delimiter`` is
    what separates them where that is known.
    """
    delimiter = delimiter or delimiter_of(text)
    tabs = delimiter == "\t"
    try:
        for number, (_, cells) in enumerate(rows_of(text, delimiter=delimiter, quoted=not tabs)):
            if number > _MANY:
                raise InputRefused("the participants report has more than 10000 lines", action="check the file")
            yield [cell.strip().strip('"') if tabs else cell.strip() for cell in cells]
    except BrokenTable:
        raise InputRefused("the participants report is not a table", action="download it again") from None


def cell(record: dict[str, str], *columns: str) -> str | None:
    """The cell under the first of these headers that the table has; None where it has none of them."""
    return next((record[column] for column in columns if column in record), None)
