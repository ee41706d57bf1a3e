"""The stage's verb: listens to the tracks that consent allows and accounts for what it did not hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipeline.records import Context, Failed, HeardTerm, Ruling, Session, Track, Transcript, Unheard, Word
from pipeline.settings import SpeechSettings
from pipeline.speech import coverage, speakers, tracks
from pipeline.speech.heard import RATE, HeardWord, Piece, Recogniser, Span
from pipeline.speech.judge import DOUBT_S, Candidate, certainty

if TYPE_CHECKING:
    from pipeline.speech.spot import Spotter
    from pipeline.store.vault import Vault

SPEECH_WITHOUT_WORDS_S = 5.0


class Engines(Protocol):
    """Makes what is needed to hear one session."""

    def recogniser(self, session: Session, track: Track) -> Recogniser:
        """The recogniser for one track."""

    def spotter(self) -> Spotter | None:
        """The search for known terms; None when it is off or nothing is known."""


@dataclass(slots=True)
class _Heard:
    track: Track
    words: list[HeardWord] = field(default_factory=list)
    speech: list[Span] = field(default_factory=list)
    terms: list[Candidate] = field(default_factory=list)


def transcribe(
    session: Session, ruling: Ruling, context: Context, *, vault: Vault, settings: SpeechSettings
) -> Transcript | Failed:
    """Every word of the tracks that may be transcribed, speech without words, and known terms found in the sound.

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
    from pipeline import media
    from pipeline.speech.pieces import pieces
    from pipeline.speech.vad import VoiceActivity

    recogniser = made.recogniser(tracks.open_captions(session, closed), track)
    spotter, heard = made.spotter(), _Heard(track)
    blocks = media.decode(vault.path(track.digest), stream=track.stream, rate=RATE, channels=1)
    allowed = tracks.quiet(blocks, [span.shifted(-track.offset_s) for span in closed])
    for piece in pieces(allowed, voice=VoiceActivity()):
        _hear(piece, recogniser, spotter, heard)
    return heard


def _hear(piece: Piece, recogniser: Recogniser, spotter: Spotter | None, heard: _Heard) -> None:
    heard.speech += piece.speech
    words = recogniser.recognise(piece)
    heard.words += words
    heard.terms += spotter.search(piece, words) if spotter else ()


def _silent(heard: _Heard) -> bool:
    return not heard.words and sum(span.length_s for span in heard.speech) > SPEECH_WITHOUT_WORDS_S


def _transcript(session: Session, heard: Sequence[_Heard], engine: str) -> Transcript:
    return Transcript(
        engine=engine,
        words=_interleaved(session, heard),
        unheard=tuple(_gap(one.track, gap) for one in heard for gap in _gaps(one)),
        heard_terms=tuple(_term(one.track, term) for one in heard for term in one.terms),
        speech_s=sum(span.length_s for one in heard for span in coverage.merged(one.speech)),
    )


def _interleaved(session: Session, heard: Sequence[_Heard]) -> tuple[Word, ...]:
    words = [_word(session, one.track, word) for one in heard for word in one.words]
    return tuple(sorted(words, key=lambda word: (word.start_s, word.end_s, word.track_id)))


def _word(session: Session, track: Track, word: HeardWord) -> Word:
    span = word.span.shifted(track.offset_s)
    return Word(
        start_s=span.start_s,
        end_s=span.end_s,
        doubt_s=word.doubt_s,
        text=word.text,
        probability=word.probability,
        track_id=track.track_id,
        participant_id=track.participant_id or speakers.speaker(session.captions, span),
    )


def _gaps(heard: _Heard) -> list[Span]:
    return coverage.unheard(heard.speech, (word.span for word in heard.words))


def _gap(track: Track, gap: Span) -> Unheard:
    span = gap.shifted(track.offset_s)
    return Unheard(track_id=track.track_id, start_s=span.start_s, end_s=span.end_s)


def _term(track: Track, term: Candidate) -> HeardTerm:
    span = term.span.shifted(track.offset_s)
    return HeardTerm(
        term=term.text,
        track_id=track.track_id,
        start_s=span.start_s,
        end_s=span.end_s,
        doubt_s=DOUBT_S,
        score=certainty(term),
    )
