"""The stage's second verb: searches the sound of the tracks that were transcribed for what the session knows.

Apart from recognition, so that a changed list of terms searches again and recognises nothing again. Where Whisper was
sure of words that sound like none of the names, nothing was found that is not in the words too: there nothing is
searched. A short name that it was not told needs it to be surer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.lexicon import is_common, words_of
from pipeline.records import Context, KeywordHit, Ruling, Session, Track, Transcript
from pipeline.settings import SpeechSettings
from pipeline.spans import intersect, merge, times
from pipeline.speech import tracks
from pipeline.speech.audio_types import FEWEST_PHONES, AudioChunk, HeardWord, Span
from pipeline.speech.doubtful import SURE_PROBABILITY, doubtful
from pipeline.speech.engines import engine, told
from pipeline.speech.keywords.scoring import Candidate, certainty, placed
from pipeline.speech.transcribe import chunks_of
from pipeline.speech.vocabulary import Keyword, vocabulary, whole_texts

if TYPE_CHECKING:
    from pipeline.store.vault import Vault

# Places no further apart are searched as one: the engine evens out the sound of each by its own mean.
_JOINED_S = 1.0
# In six written sets whose recogniser was told none, all 104 names of ten phones and more lie in words that it was
# less sure of than 0.7 or that sound like them; of 114 shorter ones nine do not, eight of them not below 0.85 either.
_LONG = 10


def keyword_search(
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
    if not settings.keyword_search or not known:
        return ()
    from pipeline.speech.keywords.spotter import Spotter
    from pipeline.speech.pronunciation.pronounce import bundled

    spotter, closed = Spotter(known, bundled()), dict(tracks.closed(session, ruling))
    known_to_engine = told(context, settings)

    read, sure_probability = _read_in_text(known), _sure_probability(known, settings)

    def places_in(track: Track) -> Sequence[tuple[float, float]]:
        if sure_probability is None:
            return [(0.0, session.duration_s)]
        doubts = doubtful(
            session,
            ruling,
            transcript,
            kept=[track.track_id],
            terms=[keyword.text for keyword in known],
            sure_probability=sure_probability,
            read=read,
        )
        return doubts or ()

    return tuple(
        _hit(track, candidate, words)
        for track in tracks.audible(session, ruling)
        for places in [places_in(track)]
        for chunk in chunks_of(track, closed[track.track_id], vault)
        for words in [_words_in(chunk, transcript, track)]
        for candidate in spotter.search(_within(chunk, track, places), words, told=known_to_engine)
    )


def _sure_probability(known: Sequence[Keyword], settings: SpeechSettings) -> float | None:
    """From which probability words hide no name; None where nobody measured that for the engine.

    Of a short name that it was not told the engine needs to be surer.
    """
    chosen = engine(settings.engine)
    if chosen.sure_probability is None:
        return None
    told = set(chosen.told(known, settings))
    if any(_is_short(keyword) for keyword in known if keyword not in told):
        return max(chosen.sure_probability, SURE_PROBABILITY)
    return chosen.sure_probability


def _is_short(keyword: Keyword) -> bool:
    """Whether a name is searched for and has a way to be said that is short."""
    from pipeline.speech.pronunciation.pronounce import bundled

    ways = bundled().phrase(keyword.text, name=keyword.name)
    return any(FEWEST_PHONES <= len(way) < _LONG for way in ways)


def _read_in_text(known: Sequence[Keyword]) -> list[str]:
    """What detection finds in any transcript by its letters: whole names and terms, no common word alone.

    A part of a name is not among them: beside "Priya" a family name may be misheard.
    """
    whole = whole_texts(keyword.text for keyword in known)
    return [text for text in whole if not all(map(is_common, words_of(text)))]


def _within(chunk: AudioChunk, track: Track, places: Sequence[tuple[float, float]]) -> AudioChunk:
    """The chunk with clips of these places of the session alone."""
    here = merge(((start_s - track.offset_s, end_s - track.offset_s) for start_s, end_s in places), gap=_JOINED_S)
    return replace(chunk, clips=tuple(Span(*part) for part in intersect(times(chunk.clips), here)))


def _words_in(chunk: AudioChunk, transcript: Transcript, track: Track) -> list[HeardWord]:
    """The words of a track with their middle in a chunk, on the track's clock."""
    spans = (
        (word, Span(word.start_s, word.end_s).shifted(-track.offset_s))
        for word in transcript.words
        if word.track_id == track.track_id
    )
    return [
        HeardWord(span, word.text, word.probability, word.time_uncertainty_s)
        for word, span in spans
        if chunk.span.start_s <= (span.start_s + span.end_s) / 2 < chunk.span.end_s
    ]


def _hit(track: Track, candidate: Candidate, words: Sequence[HeardWord]) -> KeywordHit:
    span, time_uncertainty_s = placed(candidate, words)
    span = span.shifted(track.offset_s)
    return KeywordHit(
        term=candidate.text,
        track_id=track.track_id,
        start_s=span.start_s,
        end_s=span.end_s,
        time_uncertainty_s=time_uncertainty_s,
        score=certainty(candidate),
    )
