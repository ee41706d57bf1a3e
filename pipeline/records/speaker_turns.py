"""Who may be heard when in mixed sound, as far as the platform's captions tell speakers apart."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline import spans
from pipeline.records.session import Cue, Interval, Session

LEAST_NAMED = 0.9
"""The share of the captioned time whose speaker must be known."""
LEAST_COVERED = 0.5
"""The share of the session that captions must cover."""


def separable(session: Session, participant_id: str) -> bool:
    """Whether somebody's voice can be taken out: by their own track, or out of mixed sound by the captions."""
    return session.has_own_track(participant_id) or turns(session, participant_id) is not None


def turns(session: Session, participant_id: str) -> tuple[Interval, ...] | None:
    """All of mixed sound that may be this participant's voice, in order: all but what is captioned as another's alone.

    Their own captions and those of nobody known are theirs, with what their times may be off, and so is every pause.
    None where the captions cannot tell: they never name this voice, leave too many speakers unknown or too much
    uncaptioned, a microphone is shared, or others have tracks of their own.
    """
    person = session.participant(participant_id)
    named = [cue for cue in session.captions if cue.participant_id is not None]
    apart = not any(track.participant_id is not None for track in session.tracks) and not person.shared_microphone
    if not apart or all(cue.participant_id != participant_id for cue in named):
        return None
    known_s, captioned_s = spans.total(spans.times(named)), spans.total(spans.times(session.captions))
    if known_s < LEAST_NAMED * captioned_s or captioned_s < LEAST_COVERED * session.duration_s:
        return None
    rooms = {person.participant_id for person in session.participants if person.shared_microphone}
    others = [cue for cue in named if cue.participant_id not in {participant_id, *rooms}]
    doubtful = [cue for cue in session.captions if cue.participant_id in {None, participant_id, *rooms}]
    sure = spans.subtract(spans.times(others), map(with_doubt, doubtful))
    return _intervals(spans.complement(sure, 0.0, session.duration_s))


def with_doubt(cue: Cue, *, pad_s: float = 0.0) -> tuple[float, float]:
    """The span that a caption's words may lie in, in seconds; no less than ``pad_s`` around it."""
    around_s = max(pad_s, cue.time_uncertainty_s)
    return cue.start_s - around_s, cue.end_s + around_s


def shared(intervals: Iterable[Interval], others: Iterable[Interval]) -> tuple[Interval, ...]:
    """What lies in both of two sets of intervals, in order and apart."""
    return _intervals(spans.intersect(spans.times(intervals), spans.times(others)))


def _intervals(pairs: Iterable[tuple[float, float]]) -> tuple[Interval, ...]:
    return tuple(Interval(start_s=start_s, end_s=end_s) for start_s, end_s in pairs)
