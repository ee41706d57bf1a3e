"""Who may be heard when in mixed sound, as far as captions, and voices that people named, tell speakers apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline import spans
from pipeline.records.session import Cue, Interval, NamedVoices, Session

VOICE_DOUBT_S = 0.5
"""How far the edge of a turn may lie from where a voice begins or ends, in seconds.

With it, and with every overlap and doubtful part muted, 0.0 to 0.3 % of what somebody says stays in mixes of read
speech, also with echo and noise (``make bench-voices``).
"""
LEAST_NAMED = 0.9
"""The share of the captioned time whose speaker must be known."""
LEAST_COVERED = 0.5
"""The share of the session that captions must cover."""

LEAST_DISPUTED_S = 1.0
"""How long captions and a named voice must say different people, in seconds, to be asked about: less is an edge."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerDispute:
    """A span in seconds in which captions name one participant, and a voice that a person named is another's."""

    start_s: float
    end_s: float
    captioned: str
    heard: str


def separable(session: Session, participant_id: str) -> bool:
    """Whether somebody's voice can be taken out: by their own track, or out of mixed sound by captions or voices."""
    return session.has_own_track(participant_id) or turns(session, participant_id) is not None


def turns(session: Session, participant_id: str) -> tuple[Interval, ...] | None:
    """All of mixed sound that may be this participant's voice, in order: all but what is surely another's alone.

    Captions and named voices each say what is another's; where both can tell, only what both say is sure. Their own
    captions and those of nobody known are theirs, with what their times may be off, half a second around their own
    turns and those of a voice that nobody named, every doubtful part, overlap and pause. A caption of theirs is so
    also where captions cannot tell. None where neither can tell: they never name this voice, leave too many speakers
    unknown or too much uncaptioned, a microphone is shared, or others have tracks of their own.
    """
    person = session.participant(participant_id)
    if any(track.participant_id is not None for track in session.tracks) or person.shared_microphone:
        return None
    by_captions, by_voices = _by_captions(session, participant_id), _by_voices(session, participant_id)
    if by_captions is not None and by_voices is not None:
        sure = spans.intersect(by_captions, by_voices)
    elif by_captions is None and by_voices is None:
        return None
    else:
        own = {participant_id, *_rooms(session)}
        theirs = (cue for cue in session.captions if cue.participant_id in own)
        sure = spans.subtract(by_captions or by_voices or [], map(with_doubt, theirs))
    return _intervals(spans.complement(sure, 0.0, session.duration_s))


def disputes(session: Session) -> tuple[SpeakerDispute, ...]:
    """Where captions and named voices surely say different people for a second or more, in order of time.

    Only what lies within the doubt of neither's times, and where captions do not name the one who is heard too, nor
    a voice is that of the one whom captions name.
    """
    return tuple(sorted(_disputes(session), key=lambda dispute: (dispute.start_s, dispute.captioned, dispute.heard)))


def _disputes(session: Session) -> Iterator[SpeakerDispute]:
    voices = session.voices
    if voices is None:
        return
    people = {person.participant_id for person in session.participants} - _rooms(session)
    for captioned in people:
        cues = [cue for cue in session.captions if cue.participant_id == captioned]
        surely_said = ((cue.start_s + cue.time_uncertainty_s, cue.end_s - cue.time_uncertainty_s) for cue in cues)
        captioned_times = spans.merge(surely_said)
        own = by_voice(voices, captioned, or_unnamed=False)
        for heard in people - {captioned} if captioned_times else ():
            turns_heard = spans.times(turn for turn in voices.turns if turn.participant_id == heard)
            both = spans.intersect(captioned_times, spans.merge(spans.pad(turns_heard, -VOICE_DOUBT_S)))
            theirs = (with_doubt(cue) for cue in session.captions if cue.participant_id == heard)
            for start_s, end_s in spans.subtract(both, [*own, *theirs]):
                if end_s - start_s >= LEAST_DISPUTED_S:
                    yield SpeakerDispute(start_s=start_s, end_s=end_s, captioned=captioned, heard=heard)


def with_doubt(cue: Cue, *, pad_s: float = 0.0) -> tuple[float, float]:
    """The span that a caption's words may lie in, in seconds; no less than ``pad_s`` around it."""
    around_s = max(pad_s, cue.time_uncertainty_s)
    return cue.start_s - around_s, cue.end_s + around_s


def by_voice(voices: NamedVoices, participant_id: str, *, or_unnamed: bool = True) -> list[Span]:
    """What of named voices may be this participant's: their turns with the doubt around, doubtful parts, overlaps.

    With ``or_unnamed`` a voice that nobody named may be theirs too.
    """
    who = {participant_id, None} if or_unnamed else {participant_id}
    turns_of = spans.times(turn for turn in voices.turns if turn.participant_id in who)
    doubtful = spans.times(turn for turn in voices.doubtful if turn.participant_id in who)
    return spans.merge([*spans.pad(turns_of, VOICE_DOUBT_S), *doubtful, *spans.times(voices.overlaps)])


def shared(intervals: Iterable[Interval], others: Iterable[Interval]) -> tuple[Interval, ...]:
    """What lies in both of two sets of intervals, in order and apart."""
    return _intervals(spans.intersect(spans.times(intervals), spans.times(others)))


def _by_captions(session: Session, participant_id: str) -> list[Span] | None:
    """What the captions say is surely another's; None where they cannot tell."""
    named = [cue for cue in session.captions if cue.participant_id is not None]
    if all(cue.participant_id != participant_id for cue in named):
        return None
    known_s, captioned_s = spans.total(spans.times(named)), spans.total(spans.times(session.captions))
    if known_s < LEAST_NAMED * captioned_s or captioned_s < LEAST_COVERED * session.duration_s:
        return None
    rooms = _rooms(session)
    others = [cue for cue in named if cue.participant_id not in {participant_id, *rooms}]
    doubtful = [cue for cue in session.captions if cue.participant_id in {None, participant_id, *rooms}]
    return spans.subtract(spans.times(others), map(with_doubt, doubtful))


def _by_voices(session: Session, participant_id: str) -> list[Span] | None:
    """What the named voices say is surely another's; None where no voice bears this participant's name."""
    voices = session.voices
    if voices is None or all(turn.participant_id != participant_id for turn in voices.turns):
        return None
    nobody = {None, participant_id, *_rooms(session)}
    others = spans.times(turn for turn in voices.turns if turn.participant_id not in nobody)
    return spans.subtract(others, by_voice(voices, participant_id))


def _rooms(session: Session) -> set[str]:
    """Participants who are several people at one microphone."""
    return {person.participant_id for person in session.participants if person.shared_microphone}


def _intervals(pairs: Iterable[Span]) -> tuple[Interval, ...]:
    return tuple(Interval(start_s=start_s, end_s=end_s) for start_s, end_s in pairs)
