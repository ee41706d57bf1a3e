"""Who spoke on a mixed track, as far as the platform's captions and voices that people named say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pipeline.records import Cue, NamedTurn, NamedVoices, Session
from pipeline.speech.audio_types import Span


def speaker(session: Session, span: Span) -> str | None:
    """The participant who says what lies in a span; None where nobody is known, or captions and voices disagree.

    They disagree also where one of the two tells nobody for sure, and yet names others alone.
    """
    by_captions = _most(session.captions, span)
    if session.voices is None:
        return by_captions
    by_voices = _by_voices(session.voices, span)
    if by_captions is not None and by_voices is not None:
        return by_captions if by_captions == by_voices else None
    who = by_captions or by_voices
    named = _named(session.voices.turns if by_captions else session.captions, span)
    return who if not named or who in named else None


def _named(spoken: Iterable[Cue] | Iterable[NamedTurn], span: Span) -> set[str]:
    """Everybody who is named in a span."""
    return {
        part.participant_id
        for part in spoken
        if part.participant_id is not None and span.overlap_s(Span(part.start_s, part.end_s)) > 0.0
    }


def _by_voices(voices: NamedVoices, span: Span) -> str | None:
    """The participant whose turns share most of the span; None where two voices are heard at once."""
    if any(span.overlap_s(Span(overlap.start_s, overlap.end_s)) > 0.0 for overlap in voices.overlaps):
        return None
    return _most(voices.turns, span)


def _most(spoken: Iterable[Cue] | Sequence[NamedTurn], span: Span) -> str | None:
    """The participant who shares most of the span; None where none does, or two share it alike."""
    shared: dict[str, float] = defaultdict(float)
    for part in spoken:
        if part.participant_id is not None:
            shared[part.participant_id] += span.overlap_s(Span(part.start_s, part.end_s))
    ranked = sorted(((seconds, who) for who, seconds in shared.items() if seconds > 0.0), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < 1e-6):
        return None
    return ranked[0][1]
