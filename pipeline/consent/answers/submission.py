"""What a table of answers says, row by row: who sent it, for whom, when, and what it says of each purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.consent.log.events import EventState
from pipeline.consent.log.parties import Claim
from pipeline.errors import InputRefused
from pipeline.records import Purpose


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """For whom a row was filled in, as who sent it says, and whether they are surely that person's guardian."""

    claims: tuple[Claim, ...]
    by_guardian: bool

    def effective_states(self, states: Mapping[Purpose, EventState]) -> dict[Purpose, EventState]:
        """The answer to each purpose; only a guardian consents for another, anybody else's yes is unknown."""
        return {
            purpose: EventState.UNKNOWN if state is EventState.GIVEN and not self.by_guardian else state
            for purpose, state in states.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One row: who sent it, when, and what it says about each purpose; ``unread`` are the columns not understood.

    Of a row that was changed, ``changed_at`` says when. One that is not ``finished`` was asked, never answered with a
    yes. ``written`` is the row as it stood there, each cell under its header; ``digest`` is of its cells. One that was
    filled in for somebody else names in ``sent_by`` who did, and whether that is surely their guardian. ``of_age`` is
    what they attest of their age.
    """

    line: int
    digest: str
    at: datetime
    at_text: str
    claims: tuple[Claim, ...]
    states: Mapping[Purpose, EventState]
    unread: tuple[int, ...] = ()
    changed_at: datetime | None = None
    finished: bool = True
    written: tuple[tuple[str, str], ...] = ()
    sent_by: tuple[Claim, ...] = ()
    by_guardian: bool = False
    of_age: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTable:
    """A table as read: its submissions, and the rows that cannot be read, each with line and column."""

    submissions: tuple[Submission, ...]
    bad_rows: tuple[InputRefused, ...]
