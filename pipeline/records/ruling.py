"""What consent allows, and the four ways to stop."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pipeline import spans
from pipeline.records.session import Interval
from pipeline.records.vocabulary import Outcome, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Waits for a person: sealed until the one next action is done."""

    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Will not be processed as it is."""

    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Ready but for a person's review or sign-off."""

    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Could not be done; nothing was let out."""

    reason: str
    action: str


Stop = Held | Refused | Pending | Failed
Span = tuple[Interval, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One decided cell of the matrix of participant, interval and purpose."""

    participant_id: str
    interval: Interval
    purpose: Purpose
    outcome: Outcome
    rule_id: str
    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling(ABC):
    """What every participant's consent allows in one session; only the consent stage makes one."""

    session_id: str
    cells: tuple[Cell, ...]
    log_head: str
    valid_until: datetime
    duration_s: float = 0.0
    """The session's length; 0 where only the cells say it."""
    own_tracks: frozenset[str] = frozenset()
    """Who has a track of their own, which is to be silent where they were not in the call."""
    live_until_s: float = field(default=math.inf, compare=False)
    """When it is over by the clock of ``pipeline.consent.log.log``."""

    @abstractmethod
    def _made_by_consent(self) -> None:
        """Implemented in the consent stage alone."""

    def outcome(self, purpose: Purpose) -> Outcome:
        """The session's outcome for a purpose: the most closed of its participants; hold where nothing was decided."""
        outcomes = [cell.outcome for cell in self.cells if cell.purpose is purpose]
        return max(outcomes, key=lambda outcome: outcome.restrictiveness, default=Outcome.HOLD)

    def allows(self, purpose: Purpose) -> bool:
        """Whether the session may go on for a purpose, with or without some participants.

        At least one span of it: nothing of the others, see ``closed_spans``, may be in anything that is made.
        """
        return self.any_open(purpose)

    def any_open(self, purpose: Purpose) -> bool:
        """Whether the session goes on for a purpose in at least one span, with or without some participants."""
        return self.closed_spans(purpose) != (self._whole,)

    def removed(self, purpose: Purpose) -> frozenset[str]:
        """The ids of the participants of whom every trace is taken out for a purpose, throughout the session.

        Who is minus anywhere, or proceeds nowhere; not who is only held or refused for a part: that part is closed, see
        ``closed_spans``. What may not be transcribed was never searched for secrets, so whoever is taken out of the
        transcript is taken out of what is made with it.
        """
        cells = self._counting(purpose)
        minus = {cell.participant_id for cell in cells if cell.outcome is Outcome.MINUS}
        unsure = {cell.participant_id for cell in cells} - minus
        return frozenset(minus | {person for person in unsure if not self._ever_proceeds(purpose, person)})

    def spans(self, purpose: Purpose, participant_id: str) -> tuple[Span, ...]:
        """One participant's outcome at every moment of the session, in order, without gaps; neighbours differ.

        Where they were not in the call it is proceed, for there is nothing of theirs; but minus for somebody who does
        not proceed throughout and has a track of their own, or is minus anywhere, should their times not be exact.
        Hold for somebody about whom nothing was decided.
        """
        cells = [cell for cell in self._counting(purpose) if cell.participant_id == participant_id]
        if not any(cell.purpose is purpose for cell in cells):
            return ((self._whole, Outcome.HOLD),)
        outcomes = {cell.outcome for cell in cells}
        unsure = Outcome.MINUS in outcomes or participant_id in self.own_tracks
        return strictest(
            ((cell.interval, cell.outcome) for cell in cells),
            self._whole.end_s,
            elsewhere=Outcome.MINUS if unsure and outcomes != {Outcome.PROCEED} else Outcome.PROCEED,
        )

    def closed_spans(self, purpose: Purpose) -> tuple[Interval, ...]:
        """The spans that hold or refuse for anybody, or where nobody was there to be asked: nothing of them is used.

        In order, apart from each other; the whole session where nothing was decided about the purpose.
        """
        if not any(cell.purpose is purpose for cell in self.cells):
            return (self._whole,)
        over = strictest(
            ((cell.interval, cell.outcome) for cell in self._counting(purpose)),
            self._whole.end_s,
            elsewhere=Outcome.HOLD,
        )
        closed = [span for span, outcome in over if outcome.restrictiveness >= Outcome.HOLD.restrictiveness]
        return tuple(Interval(start_s=start_s, end_s=end_s) for start_s, end_s in spans.merge(spans.times(closed)))

    def _ever_proceeds(self, purpose: Purpose, participant_id: str) -> bool:
        cells = (cell for cell in self._counting(purpose) if cell.participant_id == participant_id)
        over = strictest(((cell.interval, cell.outcome) for cell in cells), self._whole.end_s, elsewhere=Outcome.HOLD)
        return any(outcome is Outcome.PROCEED for _, outcome in over)

    @property
    def _whole(self) -> Interval:
        """The whole session."""
        ends = (cell.interval.end_s for cell in self.cells)
        return Interval(start_s=0.0, end_s=self.duration_s or max(ends, default=0.0))

    def _counting(self, purpose: Purpose) -> list[Cell]:
        """The cells that close a purpose: its own, and those about transcribing for whatever is made of the words."""
        also = purpose if purpose is Purpose.RECORD else Purpose.TRANSCRIBE
        return [cell for cell in self.cells if cell.purpose in (purpose, also)]


def strictest(decided: Iterable[Span], end_s: float, *, elsewhere: Outcome) -> tuple[Span, ...]:
    """The most closed outcome at every moment from 0 to ``end_s``; ``elsewhere`` where nothing was decided.

    In order, without gaps; neighbours differ.
    """
    rows = ((interval.start_s, interval.end_s, outcome) for interval, outcome in decided)
    swept = spans.sweep(rows, 0.0, end_s, rank=lambda outcome: outcome.restrictiveness, rest=elsewhere)
    return tuple((Interval(start_s=start_s, end_s=until_s), outcome) for start_s, until_s, outcome in swept)
