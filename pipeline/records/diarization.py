"""Who speaks when in mixed sound: turns of voices that are told apart, and who people said that they are.

Turns are all that is kept of a voice. What they were told apart by is never stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.records.session import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTurn:
    """A stretch of the session's mixed sound that one voice speaks, in seconds; clusters are numbered from 1."""

    start_s: float
    end_s: float
    cluster: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diarization:
    """The voices of a session's mixed sound: turns in order of time, and where two voices are heard at once.

    ``doubtful`` is where another voice than the turn's may be heard, by the voice that it may be: it names nobody, and
    is taken out with that voice. ``speech_s`` is how much of it is speech; what of that is in no turn was too short.
    """

    version: str
    turns: tuple[VoiceTurn, ...]
    overlaps: tuple[Interval, ...]
    speech_s: float
    doubtful: tuple[VoiceTurn, ...] = ()

    @property
    def clusters(self) -> tuple[int, ...]:
        """The numbers of the clusters, in order."""
        return tuple(sorted({turn.cluster for turn in self.turns}))

    def of(self, cluster: int) -> tuple[VoiceTurn, ...]:
        """The turns of one cluster, in order of time."""
        return tuple(turn for turn in self.turns if turn.cluster == cluster)
