"""The stage's verb: listens to the tracks that consent allows and accounts for what it did not hear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipeline.records import (
    Alternative,
    Context,
    Failed,
    Ruling,
    Session,
    SpeechSegment,
    Track,
    Transcript,
    UncoveredSpeech,
    Word,
)
from pipeline.settings import SpeechSettings
from pipeline.speech import coverage, speakers, tracks
from pipeline.speech.audio_types import RATE, AudioChunk, HeardWord, NameListener, Recogniser, Span

if TYPE_CHECKING:
    from pipeline.store.vault import Vault

SPEECH_WITHOUT_WORDS_S = 5.0


class Engines(Protocol):
    """Makes what is needed to hear one session."""

    def recogniser(self, session: Session, track: Track) -> Recogniser:
        """The recogniser for one track."""

    @property
    def second(self) -> NameListener | None:
        """What else listens for the names of the session, if anything."""


@dataclass(slots=True)
class _Heard:
    track: Track
    words: list[HeardWord] = field(default_factory=list)
    others: list[HeardWord] = field(default_factory=list)
    speech: list[Span] = field(default_factory=list)


def transcribe(
    session: Session, ruling: Ruling, context: Context, *, vault: Vault, settings: SpeechSettings
) -> Transcript | Failed:
    """Every word of the tracks that may be transcribed, and speech without words.

    What consent closes in a part of a track is silent before anything listens to it, and counts as no speech.
    Raises ``ConfigurationError`` when a model is missing and ``InputRefused`` when a track cannot be read.
    """
    chosen = tracks.audible(session, ruling)
    if not chosen:
        return Failed(
            reason="no track of this session may be transcribed",
            action="see `offrecord consent show`; a recording of each person apart lets the others be transcribed",
        )
    if settings.engine == "captions" and not session.captions:
        return Failed(
            reason="the session has no captions to take words from", action="set speech.engine to sphinx or whisper"
        )
    from pipeline.speech.engines import engines

    made, closed = engines(context, settings), dict(tracks.closed(session, ruling))
    heard = [_listen(session, track, closed[track.track_id], made, vault) for track in chosen]
    if any(_silent(one) for one in heard):
        return Failed(
            reason="a track holds speech, but the recogniser heard no word",
            action="listen to the recording; if it is speech, try another speech.engine",
        )
    return _transcript(session, heard, made.recogniser(session, chosen[0]).version)


def _listen(session: Session, track: Track, closed: Sequence[Span], made: Engines, vault: Vault) -> _Heard:
    """Hears one track; in the closed spans of the session's clock there is silence for it, and no caption."""
    recogniser = made.recogniser(tracks.open_captions(session, closed), track)
    heard = _Heard(track)
    for chunk in chunks_of(track, closed, vault):
        _hear(chunk, recogniser, made.second, heard)
    return heard


def chunks_of(track: Track, closed: Sequence[Span], vault: Vault) -> Iterator[AudioChunk]:
    """The sound of a track in chunks, silent in the closed spans of the session's clock."""
    from pipeline import media
    from pipeline.speech.chunking import chunks
    from pipeline.speech.vad import VoiceActivity

    blocks = media.decode(vault.path(track.digest), stream=track.stream, rate=RATE, channels=1)
    allowed = tracks.quiet(blocks, [span.shifted(-track.offset_s) for span in closed])
    yield from chunks(allowed, voice=VoiceActivity())


def _hear(chunk: AudioChunk, recogniser: Recogniser, second: NameListener | None, heard: _Heard) -> None:
    heard.speech += chunk.speech
    made = recogniser.recognise(chunk)
    heard.words += made.words
    heard.others += made.others
    heard.others += second.names(chunk) if second else ()


def _silent(heard: _Heard) -> bool:
    return not heard.words and sum(span.length_s for span in heard.speech) > SPEECH_WITHOUT_WORDS_S


def _transcript(session: Session, heard: Sequence[_Heard], engine: str) -> Transcript:
    return Transcript(
        engine=engine,
        words=_interleaved(session, heard),
        unheard=tuple(_gap(one.track, gap) for one in heard for gap in _gaps(one)),
        voiced=tuple(_voiced(one.track, span) for one in heard for span in coverage.merged(one.speech)),
        alternatives=_alternatives(heard),
        speech_s=sum(span.length_s for one in heard for span in coverage.merged(one.speech)),
    )


def _interleaved(session: Session, heard: Sequence[_Heard]) -> tuple[Word, ...]:
    words = [_word(session, one.track, word) for one in heard for word in one.words]
    return tuple(sorted(words, key=lambda word: (word.start_s, word.end_s, word.track_id)))


def _alternatives(heard: Sequence[_Heard]) -> tuple[Alternative, ...]:
    others = [_alternative(one.track, other) for one in heard for other in one.others]
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
        participant_id=track.participant_id or speakers.speaker(session.captions, span),
    )


def _gaps(heard: _Heard) -> list[Span]:
    return coverage.unheard(heard.speech, (word.span for word in heard.words))


def _voiced(track: Track, speech: Span) -> SpeechSegment:
    span = speech.shifted(track.offset_s)
    return SpeechSegment(track_id=track.track_id, start_s=span.start_s, end_s=span.end_s)


def _gap(track: Track, gap: Span) -> UncoveredSpeech:
    span = gap.shifted(track.offset_s)
    return UncoveredSpeech(track_id=track.track_id, start_s=span.start_s, end_s=span.end_s)
