"""Takes the words from the platform's captions and finds in the sound when each was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.records import Cue, Failed, Session, Track
from pipeline.settings import SpeechSettings
from pipeline.speech.audio_types import RATE, AudioChunk, HeardWord, Recognised, Span, spread_words
from pipeline.speech.engines.engine import Engine, ForTrack
from pipeline.speech.engines.sphinx import Aligner
from pipeline.speech.pronunciation.name_entries import KeywordPronunciation
from pipeline.speech.pronunciation.pronounce import bundled
from pipeline.speech.pronunciation.verbalize import spoken_words
from pipeline.speech.vocabulary import Keyword

_MARGIN_S = 0.5
_DOUBT_S = 0.1
_LONGEST_WORD_S = 3.0
_PROBABILITY = 0.9


class CaptionWords:
    """The words of the cues that belong to one track, aligned to it a cue at a time."""

    version = "captions"

    def __init__(self, session: Session, track: Track) -> None:
        self._pronouncer = bundled()
        self._track = track
        self._cues = [cue for cue in session.captions if _may_be_of(cue, track)]

    def recognise(self, chunk: AudioChunk) -> Recognised:
        """The words of every cue whose middle lies in the chunk."""
        cues = [(self._span(cue), cue.text) for cue in self._cues if self._is_here(cue, chunk)]
        aligner = self._aligner([text for _, text in cues])
        return Recognised(tuple(word for span, text in cues for word in self._words(span, text, chunk, aligner)))

    def _span(self, cue: Cue) -> Span:
        """The time of a cue on the track's clock."""
        return Span(cue.start_s, cue.end_s).shifted(-self._track.offset_s)

    def _is_here(self, cue: Cue, chunk: AudioChunk) -> bool:
        """Whether a cue is of this chunk; on an own track, one without a speaker needs speech in half of its time."""
        span = self._span(cue)
        if not chunk.start_s <= (span.start_s + span.end_s) / 2 < chunk.start_s + len(chunk.samples) / RATE:
            return False
        heard_s = sum(span.overlap_s(speech) for speech in chunk.speech)
        return cue.participant_id is not None or self._track.participant_id is None or heard_s >= span.length_s / 2

    def _aligner(self, texts: Sequence[str]) -> Aligner:
        words = dict.fromkeys(word.lower() for text in texts for word in spoken_words(text))
        return Aligner([KeywordPronunciation(word, phones) for word in words for phones in self._pronouncer.word(word)])

    def _words(self, cue: Span, text: str, chunk: AudioChunk, aligner: Aligner) -> Iterator[HeardWord]:
        """The words as they are written; each may be said as several, as 2025 is."""
        written = [word for word in text.split() if spoken_words(word)]
        spoken = [[part.lower() for part in spoken_words(word)] for word in written]
        wide = Span(max(chunk.start_s, cue.start_s - _MARGIN_S), cue.end_s + _MARGIN_S)
        spans = aligner.align(chunk.cut(wide), [part for parts in spoken for part in parts])
        if len(spans) < sum(map(len, spoken)) or any(span.length_s > _LONGEST_WORD_S for span in spans):
            yield from spread_words(written, cue, probability=_PROBABILITY)
            return
        at = 0
        for word, parts in zip(written, spoken, strict=True):
            span = Span(spans[at].start_s, spans[at + len(parts) - 1].end_s).shifted(wide.start_s)
            at += len(parts)
            yield HeardWord(span, word, _PROBABILITY, _DOUBT_S)


def _may_be_of(cue: Cue, track: Track) -> bool:
    return track.participant_id is None or cue.participant_id in (None, track.participant_id)


def _no_captions(session: Session) -> Failed | None:
    if session.captions:
        return None
    return Failed(
        reason="the session has no captions to take words from", action="set speech.engine to sphinx or whisper"
    )


def _open(known: Sequence[Keyword], settings: SpeechSettings) -> ForTrack:
    return CaptionWords


ENGINE = Engine(version=lambda settings: CaptionWords.version, open=_open, missing=_no_captions)
