"""Where in mixed sound somebody may be heard, as far as captions and named voices tell speakers apart."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from pipeline import spans
from pipeline.records import Interval, Session, Track, Transcript, Word
from pipeline.records.speaker_turns import by_voice, with_doubt


def turns_of(
    session: Session,
    transcript: Transcript,
    track: Track,
    participant_id: str,
    minus: Mapping[str, Sequence[Interval]],
    *,
    pad_s: float,
) -> tuple[Interval, ...] | None:
    """Everything that may be the participant's, from the end of the last word that is surely another's to the next one.

    That is their words, captions and turns, those of nobody known, overlaps of voices, speech that no word covers, and
    every word of others that overlaps any of it. ``minus`` are the spans in which words of others are no safe border.
    None where neither captions nor voices bear their name: then nothing can be told apart.
    """
    voices = session.voices.turns if session.voices else ()
    named = {cue.participant_id for cue in session.captions} | {turn.participant_id for turn in voices}
    if participant_id not in named:
        return None
    words = [word for word in transcript.words if word.track_id == track.track_id]
    doubtful = spans.merge(_doubtful(session, transcript, track, participant_id, words, pad_s=pad_s))
    surely = [
        word
        for word in words
        if _is_safe(word, participant_id, minus) and not spans.overlapping(doubtful, word.start_s, word.end_s)
    ]
    ends = sorted(word.end_s for word in surely)
    starts = sorted(word.start_s for word in surely)
    return tuple(
        Interval(
            start_s=ends[before - 1] if (before := bisect_right(ends, start_s)) else 0.0,
            end_s=starts[after] if (after := bisect_left(starts, end_s)) < len(starts) else session.duration_s,
        )
        for start_s, end_s in doubtful
    )


def _doubtful(
    session: Session,
    transcript: Transcript,
    track: Track,
    participant_id: str,
    words: Sequence[Word],
    *,
    pad_s: float,
) -> Iterator[tuple[float, float]]:
    """What may be this participant's voice, padded."""
    for word in words:
        if word.participant_id in (None, participant_id):
            yield word.start_s - word.time_uncertainty_s - pad_s, word.end_s + word.time_uncertainty_s + pad_s
    for cue in session.captions:
        if cue.participant_id in (None, participant_id):
            yield with_doubt(cue, pad_s=pad_s)
    if session.voices is not None:
        yield from spans.pad(by_voice(session.voices, participant_id), pad_s)
    for gap in transcript.unheard:
        if gap.track_id == track.track_id:
            yield gap.start_s - pad_s, gap.end_s + pad_s


def _is_safe(word: Word, participant_id: str, minus: Mapping[str, Sequence[Interval]]) -> bool:
    """Whether a word is that of somebody else who stays."""
    if word.participant_id in (None, participant_id):
        return False
    return not any(
        span.start_s < word.end_s and word.start_s < span.end_s for span in minus.get(word.participant_id or "", ())
    )
