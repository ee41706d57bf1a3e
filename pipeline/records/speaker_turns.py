"""Who may be heard when in mixed sound, as far as the platform's captions tell speakers apart."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from pipeline.records.session import Cue, Interval, Session

DOUBT_S = 1.0
"""How far a caption may lie from what was said, in seconds."""
LEAST_NAMED = 0.9
"""The share of the captioned time whose speaker must be known."""
LEAST_COVERED = 0.5
"""The share of the session that captions must cover."""


def separable(session: Session, participant_id: str) -> bool:
    """Whether somebody's voice can be taken out: by their own track, or out of mixed sound by the captions."""
    return session.has_own_track(participant_id) or turns(session, participant_id) is not None


def turns(session: Session, participant_id: str) -> tuple[Interval, ...] | None:
    """All of mixed sound that may be this participant's voice, in order: all but what is captioned as another's alone.

    A second around their own captions, and around those of nobody known, is theirs, and so is every pause. None where
    the captions cannot tell: they never name this voice, leave too many speakers unknown or too much uncaptioned, a
    microphone is shared, or others have tracks of their own.
    """
    person = session.participant(participant_id)
    named = [cue for cue in session.captions if cue.participant_id is not None]
    apart = not any(track.participant_id is not None for track in session.tracks) and not person.shared_microphone
    if not apart or all(cue.participant_id != participant_id for cue in named):
        return None
    known_s, captioned_s = _length_s(_joined(named)), _length_s(_joined(session.captions))
    if known_s < LEAST_NAMED * captioned_s or captioned_s < LEAST_COVERED * session.duration_s:
        return None
    shared = {one.participant_id for one in session.participants if one.shared_microphone}
    others = [cue for cue in named if cue.participant_id not in {participant_id, *shared}]
    doubtful = [cue for cue in session.captions if cue.participant_id in {None, participant_id, *shared}]
    sure = _without(_joined(others), _joined(doubtful, wider_s=DOUBT_S))
    return _without([Interval(start_s=0.0, end_s=session.duration_s)], sure)


def shared(one: Sequence[Interval], other: Sequence[Interval]) -> tuple[Interval, ...]:
    """What lies in both of two sets of spans."""
    return tuple(
        Interval(start_s=max(span.start_s, each.start_s), end_s=min(span.end_s, each.end_s))
        for span in one
        for each in other
        if span.start_s < each.end_s and each.start_s < span.end_s
    )


def _joined(cues: Iterable[Cue], *, wider_s: float = 0.0) -> list[Interval]:
    """The times of captions in order, those that touch as one."""
    joined: list[Interval] = []
    for cue in sorted(cues, key=lambda cue: cue.start_s):
        start_s, end_s = cue.start_s - wider_s, cue.end_s + wider_s
        if joined and start_s <= joined[-1].end_s:
            last = joined.pop()
            start_s, end_s = last.start_s, max(last.end_s, end_s)
        joined.append(Interval(start_s=start_s, end_s=end_s))
    return joined


def _without(spans: Sequence[Interval], taken: Sequence[Interval]) -> tuple[Interval, ...]:
    """What of the spans lies in none of ``taken``, which are in order and apart."""
    left = []
    for span in spans:
        at_s, number = span.start_s, bisect_left(taken, span.start_s, key=lambda one: one.end_s)
        while number < len(taken) and taken[number].start_s < span.end_s:
            if at_s < taken[number].start_s:
                left.append(Interval(start_s=at_s, end_s=taken[number].start_s))
            at_s, number = max(at_s, taken[number].end_s), number + 1
        if at_s < span.end_s:
            left.append(Interval(start_s=at_s, end_s=span.end_s))
    return tuple(left)


def _length_s(spans: Iterable[Interval]) -> float:
    return sum(span.end_s - span.start_s for span in spans)
