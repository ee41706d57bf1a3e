"""Answers that somebody gave for somebody else: a guardian may say yes for a minor, anybody else only no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.consent.log.events import EventState
from pipeline.consent.log.parties import Claim
from pipeline.records import Purpose


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """For whom a row was filled in, as who sent it says, and whether they are surely that person's guardian."""

    claims: tuple[Claim, ...]
    by_guardian: bool

    def said(self, states: Mapping[Purpose, EventState]) -> dict[Purpose, EventState]:
        """What it says of each purpose; without being their guardian nobody says yes for another, which is unknown."""
        return {
            purpose: EventState.UNKNOWN if state is EventState.GIVEN and not self.by_guardian else state
            for purpose, state in states.items()
        }
