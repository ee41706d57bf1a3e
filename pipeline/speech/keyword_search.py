"""The stage's second verb: searches the sound of the tracks that were transcribed for what the session knows.

Apart from recognition, so that a changed list of terms searches again and recognises nothing again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.records import Context, KeywordHit, Ruling, Session, Track, Transcript
from pipeline.settings import SpeechSettings
from pipeline.speech import tracks
from pipeline.speech.audio_types import RATE, AudioChunk, HeardWord, Span
from pipeline.speech.keywords.scoring import DOUBT_S, Candidate, certainty
from pipeline.speech.transcribe import chunks_of
from pipeline.speech.vocabulary import hears_all_names, vocabulary

if TYPE_CHECKING:
    from pipeline.speech.keywords.spotter import Spotter
    from pipeline.store.vault import Vault


def search(
    session: Session,
    ruling: Ruling,
    transcript: Transcript,
    context: Context,
    *,
    vault: Vault,
    settings: SpeechSettings,
) -> tuple[KeywordHit, ...]:
    """The known names and terms that are heard in the sound, judged beside the words that were recognised there.

    What consent closes is silent to it, as in ``transcribe``. Raises ``ConfigurationError`` when a model is missing.
    """
    known = vocabulary(context)
    if not settings.search_sound or not known:
        return ()
    from pipeline.speech.keywords.spotter import Spotter
    from pipeline.speech.pronunciation.pronounce import bundled

    spotter, closed, told = Spotter(known, bundled()), dict(tracks.closed(session, ruling)), hears_all_names(settings)
    return tuple(
        term
        for track in tracks.audible(session, ruling)
        for term in _in_track(track, closed[track.track_id], transcript, spotter, vault, told=told)
    )


def _in_track(
    track: Track, closed: Sequence[Span], transcript: Transcript, spotter: Spotter, vault: Vault, *, told: bool
) -> Iterator[KeywordHit]:
    words = [
        HeardWord(
            Span(word.start_s, word.end_s).shifted(-track.offset_s),
            word.text,
            word.probability,
            word.time_uncertainty_s,
        )
        for word in transcript.words
        if word.track_id == track.track_id
    ]
    for chunk in chunks_of(track, closed, vault):
        for candidate in spotter.search(chunk, [word for word in words if _is_in(chunk, word)], told=told):
            yield _term(track, candidate)


def _is_in(chunk: AudioChunk, word: HeardWord) -> bool:
    return chunk.start_s <= (word.span.start_s + word.span.end_s) / 2 < chunk.start_s + len(chunk.samples) / RATE


def _term(track: Track, term: Candidate) -> KeywordHit:
    span = term.span.shifted(track.offset_s)
    return KeywordHit(
        term=term.text,
        track_id=track.track_id,
        start_s=span.start_s,
        end_s=span.end_s,
        time_uncertainty_s=DOUBT_S,
        score=certainty(term),
    )
