"""Which tracks of a session may be listened to, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.records import Cue, Interval, NamedTurn, Outcome, Purpose, Ruling, Session, Track
from pipeline.records.speaker_turns import LEAST_DISPUTED_S, shared, turns, with_doubt
from pipeline.spans import SpanIndex
from pipeline.speech.audio_types import RATE, Samples, Span
from pipeline.speech.coverage import merged, without


def audible(session: Session, ruling: Ruling) -> list[Track]:
    """The tracks that consent lets be transcribed, at least in part; any other sound is not opened.

    Own tracks of those who may be transcribed; mixed tracks only in a session without own tracks, of which only what is
    surely said by those who may be.
    """
    if ruling.session_id != session.session_id:
        return []
    own = [track for track in session.tracks if track.participant_id is not None]
    whole = [Span(0.0, session.duration_s)]
    return [track for track in own or session.tracks if without(whole, _closed(session, ruling, track))]


def closed(session: Session, ruling: Ruling) -> tuple[tuple[str, tuple[Span, ...]], ...]:
    """For each track, by id, the spans on the session's clock that may not be listened to, in order and apart."""
    return tuple((track.track_id, tuple(_closed(session, ruling, track))) for track in session.tracks)


def quiet(blocks: Iterable[Samples], spans: Iterable[Span]) -> Iterator[Samples]:
    """The blocks of a track, shape (n, 1), with zeros in the spans of the track's own clock, rounded outward."""
    taken = [(int(span.start_s * RATE), int(-(-span.end_s * RATE // 1))) for span in spans]
    at = 0
    for block in blocks:
        for start, end in taken:
            if start < at + len(block) and end > at:
                block = block.copy()
                block[max(0, start - at) : max(0, end - at)] = 0.0
        yield block
        at += len(block)


def open_captions(session: Session, spans: Iterable[Span]) -> Session:
    """The session without the captions that touch any of the spans."""
    shut = list(spans)
    left = (cue for cue in session.captions if not any(_span(cue).overlap_s(span) for span in shut))
    return replace(session, captions=tuple(left))


def readable(session: Session, ruling: Ruling) -> Session:
    """The session with empty captions where consent lets nothing be transcribed of who said them.

    So they are where a voice that a person named is that of somebody of whom it lets nothing be transcribed, whoever
    the caption names. Nobody measured where captions inside the media belong: they are empty wherever they may be
    somebody's. Notes may repeat anybody's words: they are read only where all that everybody says may be transcribed.
    """
    heard = SpanIndex(session.voices.turns if session.voices else (), lambda turn: (turn.start_s, turn.end_s))
    shut: dict[frozenset[str], list[Span]] = {}

    def is_shut(cue: Cue, span: Span) -> bool:
        people = frozenset((*_may_be(session, cue.participant_id), *_heard_in(heard, _span(cue))))
        if people not in shut:
            shut[people] = _closed_to(session, ruling, people)
        return any(span.overlap_s(closed) for closed in shut[people])

    def open_to(cues: Iterable[Cue], span_of: Callable[[Cue], Span]) -> tuple[Cue, ...]:
        return tuple(replace(cue, text="") if is_shut(cue, span_of(cue)) else cue for cue in cues)

    embedded = open_to(session.embedded, lambda cue: Span(*with_doubt(cue)))
    notes = () if _closed_to(session, ruling, _may_be(session, None)) else session.notes
    return replace(session, captions=open_to(session.captions, _span), embedded=embedded, notes=notes)


def _heard_in(turns: SpanIndex[NamedTurn], span: Span) -> set[str]:
    """Whose named voices are heard in a span for whole seconds, or for half of a short one."""
    least_s = min(LEAST_DISPUTED_S, (span.end_s - span.start_s) / 2)
    return {
        turn.participant_id
        for turn in turns.overlapping(span.start_s, span.end_s)
        if turn.participant_id is not None and span.overlap_s(Span(turn.start_s, turn.end_s)) >= least_s
    }


def _span(cue: Cue) -> Span:
    return Span(cue.start_s, cue.end_s)


def _closed(session: Session, ruling: Ruling, track: Track) -> list[Span]:
    closed = _closed_to(session, ruling, _may_be(session, track.participant_id))
    others = [Span(other.start_s, other.end_s) for other in session.crosstalk if other.track_id == track.track_id]
    return merged([*closed, *others])


def _may_be(session: Session, participant_id: str | None) -> list[str]:
    """Whom sound or a caption of a participant, or of nobody known, may be of."""
    if participant_id is not None:
        return [participant_id]
    return [person.participant_id for person in session.participants if person.spoke]


def _closed_to(session: Session, ruling: Ruling, people: Iterable[str]) -> list[Span]:
    """Where one of these people may not be transcribed, or the session may not."""
    spans = [Span(span.start_s, span.end_s) for span in ruling.closed_spans(Purpose.TRANSCRIBE)]
    for participant_id in people:
        for span, outcome in ruling.spans(Purpose.TRANSCRIBE, participant_id):
            if outcome is not Outcome.PROCEED:
                theirs = _theirs(session, span, outcome, participant_id)
                spans += [Span(part.start_s, part.end_s) for part in theirs]
    reach_s = max((cell.interval.end_s for cell in ruling.cells), default=0.0)
    return merged([*spans, Span(reach_s, max(reach_s, session.duration_s))])


def _theirs(session: Session, span: Interval, outcome: Outcome, participant_id: str) -> Sequence[Interval]:
    """What of a span goes with somebody: where they are only taken out of mixed sound, what may be their voice."""
    captioned = turns(session, participant_id) if outcome is Outcome.MINUS else None
    return [span] if captioned is None else shared([span], captioned)
