"""The stage's verb: listens to the tracks that consent allows and accounts for what it did not hear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.records import (
    Alternative,
    Context,
    Failed,
    Held,
    Ruling,
    Session,
    SpeechSegment,
    Track,
    Transcript,
    UncoveredSpeech,
    Word,
)
from pipeline.settings import SpeechSettings
from pipeline.speech import coverage, language, speakers, tracks
from pipeline.speech.audio_types import RATE, AudioChunk, HeardLanguage, HeardWord, NameListener, Recogniser, Span
from pipeline.speech.engines import engine
from pipeline.speech.vocabulary import vocabulary

if TYPE_CHECKING:
    from pipeline.store.vault import Vault

SPEECH_WITHOUT_WORDS_S = 5.0


@dataclass(slots=True)
class _HeardTrack:
    track: Track
    words: list[HeardWord] = field(default_factory=list)
    others: list[HeardWord] = field(default_factory=list)
    speech: list[Span] = field(default_factory=list)
    languages: list[HeardLanguage] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        """Whether there is speech, and the recogniser heard no word in it."""
        return not self.words and sum(span.length_s for span in self.speech) > SPEECH_WITHOUT_WORDS_S

    @property
    def gaps(self) -> list[Span]:
        """The speech that no word covers."""
        return coverage.unheard(self.speech, (word.span for word in self.words))


def transcribe(
    session: Session, ruling: Ruling, context: Context, *, vault: Vault, settings: SpeechSettings
) -> Transcript | Held | Failed:
    """Every word of the tracks that may be transcribed, and speech without words; held where consent leaves no track.

    What consent closes in a part of a track is silent before anything listens to it, and counts as no speech.
    Raises ``ConfigurationError`` when a model is missing and ``InputRefused`` when a track cannot be read.
    """
    audible = tracks.audible(session, ruling)
    if not audible:
        return Held(
            reason="consent leaves no sound of the session that may be transcribed",
            action="give a recording of each person apart, or leave the session sealed; see `offrecord consent show`",
        )
    chosen = engine(settings.engine)
    if (missing := chosen.missing(session)) is not None:
        return missing
    known, closed = vocabulary(context), dict(tracks.closed(session, ruling))
    recogniser_of, second = chosen.open(known, settings), _second(settings, context)
    heard = []
    for track in audible:
        # In the closed spans there is silence for the recogniser, and no caption.
        recogniser = recogniser_of(tracks.open_captions(session, closed[track.track_id]), track)
        heard.append(_hear(track, chunks_of(track, closed[track.track_id], vault), recogniser, second))
    if any(track.is_silent for track in heard):
        return Failed(
            reason="a track holds speech, but the recogniser heard no word",
            action="listen to the recording; if it is speech, try another speech.engine",
        )
    return _transcript(session, heard, recogniser.version, settings)


def with_speakers(session: Session, transcript: Transcript) -> Transcript:
    """The transcript with the speakers of mixed sound that the session's captions say."""
    owned = {track.track_id for track in session.tracks if track.participant_id is not None}

    def spoken(word: Word) -> Word:
        if word.track_id in owned:
            return word
        return replace(word, participant_id=speakers.speaker(session, Span(word.start_s, word.end_s)))

    return replace(transcript, words=tuple(map(spoken, transcript.words)))


def _second(settings: SpeechSettings, context: Context) -> NameListener | None:
    """The other recogniser that listens for the names alone, if the settings ask for one and it is another."""
    if not settings.second_engine or settings.second_engine == settings.engine:
        return None
    from pipeline.speech.engines.sphinx import name_listener

    return name_listener(vocabulary(context))


def chunks_of(track: Track, closed: Sequence[Span], vault: Vault) -> Iterator[AudioChunk]:
    """The sound of a track in chunks, silent in the closed spans of the session's clock."""
    from pipeline import media
    from pipeline.speech.chunking import chunks
    from pipeline.speech.vad import remembered

    blocks = media.decode(vault.path(track.digest), stream=track.stream, rate=RATE, channels=1)
    silenced = tuple(span.shifted(-track.offset_s) for span in closed)
    voice = remembered(track.digest, track.stream, silenced).one_pass()
    yield from chunks(tracks.quiet(blocks, silenced), voice=voice)


def _hear(
    track: Track, chunks: Iterator[AudioChunk], recogniser: Recogniser, second: NameListener | None
) -> _HeardTrack:
    heard = _HeardTrack(track)
    for chunk in chunks:
        recognised = recogniser.recognise(chunk)
        heard.speech += chunk.speech
        heard.words += recognised.words
        heard.languages += recognised.languages
        heard.others += recognised.others
        heard.others += second.names(chunk) if second else ()
    return heard


def _transcript(session: Session, heard: Sequence[_HeardTrack], version: str, settings: SpeechSettings) -> Transcript:
    assumed = settings.languages[0] if settings.language == "auto" else settings.language
    spoken = language.spoken([window for track in heard for window in track.languages], assumed)
    return Transcript(
        engine=version,
        words=_interleaved(session, heard),
        unheard=tuple(_gap(heard_track.track, gap) for heard_track in heard for gap in heard_track.gaps),
        voiced=tuple(
            _voiced(heard_track.track, span) for heard_track in heard for span in coverage.merged(heard_track.speech)
        ),
        alternatives=_alternatives(heard),
        speech_s=sum(span.length_s for heard_track in heard for span in coverage.merged(heard_track.speech)),
        language=spoken.code,
        language_probability=spoken.probability,
        other_language_s=spoken.other_s,
    )


def _interleaved(session: Session, heard: Sequence[_HeardTrack]) -> tuple[Word, ...]:
    words = [_word(session, heard_track.track, word) for heard_track in heard for word in heard_track.words]
    return tuple(sorted(words, key=lambda word: (word.start_s, word.end_s, word.track_id)))


def _alternatives(heard: Sequence[_HeardTrack]) -> tuple[Alternative, ...]:
    others = [_alternative(heard_track.track, other) for heard_track in heard for other in heard_track.others]
    return tuple(sorted(others, key=lambda other: (other.start_s, other.end_s, other.track_id, other.text)))


def _alternative(track: Track, other: HeardWord) -> Alternative:
    span = other.span.shifted(track.offset_s)
    return Alternative(
        text=other.text,
        track_id=track.track_id,
        start_s=span.start_s,
        end_s=span.end_s,
        time_uncertainty_s=other.time_uncertainty_s,
        probability=other.probability,
    )


def _word(session: Session, track: Track, word: HeardWord) -> Word:
    span = word.span.shifted(track.offset_s)
    return Word(
        start_s=span.start_s,
        end_s=span.end_s,
        time_uncertainty_s=word.time_uncertainty_s,
        text=word.text,
        probability=word.probability,
        track_id=track.track_id,
        participant_id=track.participant_id or speakers.speaker(session, span),
        ends_sentence=word.ends_sentence,
    )


def _voiced(track: Track, speech: Span) -> SpeechSegment:
    span = speech.shifted(track.offset_s)
    return SpeechSegment(track_id=track.track_id, start_s=span.start_s, end_s=span.end_s)


def _gap(track: Track, gap: Span) -> UncoveredSpeech:
    span = gap.shifted(track.offset_s)
    return UncoveredSpeech(track_id=track.track_id, start_s=span.start_s, end_s=span.end_s)
