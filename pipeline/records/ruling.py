"""What consent allows, and the four ways to stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

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

    @abstractmethod
    def _made_by_consent(self) -> None:
        """Implemented in the consent stage alone."""

    def outcome(self, purpose: Purpose) -> Outcome:
        """The session's outcome for a purpose: the most closed of its participants; hold where nothing was decided."""
        outcomes = [cell.outcome for cell in self.cells if cell.purpose is purpose]
        return max(outcomes, key=lambda outcome: outcome.closedness, default=Outcome.HOLD)

    def allows(self, purpose: Purpose) -> bool:
        """Whether the session may go on for a purpose, with or without some participants."""
        return self.outcome(purpose).closedness <= Outcome.MINUS.closedness

    def removed(self, purpose: Purpose) -> frozenset[str]:
        """The ids of the participants of whom every trace is taken out for a purpose."""
        return frozenset(
            cell.participant_id
            for cell in self.cells
            if cell.purpose is purpose and cell.outcome is not Outcome.PROCEED
        )
