"""The only door to pocketsphinx: recognition, alignment of a known text, search for phrases, with its own model.

Words of the session go into the decoders under tokens as ``q7`` with their phones, so that no name is ever in a file, a
configuration or a message of the engine.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pocketsphinx import Decoder

from pipeline.errors import ConfigurationError
from pipeline.settings import SpeechSettings
from pipeline.speech.audio_types import FEWEST_PHONES, LEAST_CHANCE, AudioChunk, HeardWord, Recognised, Samples, Span
from pipeline.speech.engines.engine import Engine, ForTrack, for_all_tracks
from pipeline.speech.engines.lattice import arcs, merged_arcs
from pipeline.speech.pronunciation.name_entries import KeywordPronunciation, name_entries
from pipeline.speech.pronunciation.pronounce import bundled
from pipeline.speech.sphinx_files import ACOUSTIC, DICTIONARY, LANGUAGE, sphinx_file
from pipeline.speech.vocabulary import Keyword

_FRAME_S = 0.01
_FEWEST_SAMPLES = 800
_DOUBT_S = 0.06
_DOUBT_WITHIN_S = 0.15
# A tenth of what the engine would follow at most: twice as quick, and as good on the real and the made voices tried.
_MOST_STATES = 3000
# Densities that count for each frame where sound is searched, of the engine's four: 8 % quicker, and on 149 s of real
# read speech and six made voices the same names and fewer false hits. With two a fifth quicker, and 25 instead of 34
# names of the real speech reach the score of a leak.
_SEARCH_DENSITIES = 3
# The engine's own language weight is 6.5: with less the words follow the sound more and what is usual less.
_SOUND_LW = 4.0
# Log probabilities of this engine come in powers of 1.0001, shifted by ten bits; a search adds 1,500 to a phrase's.
_SCORE_TO_LOG10 = 1024 / math.log(10)
_SCORE_SHIFT = 1500 * 1024 * math.log10(1.0001)


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """A phrase heard: its number, seconds from the samples' start, decimal log of how much likelier than any sounds."""

    phrase: int
    span: Span
    score: float


def engine_version() -> str:
    """The engine and its version, as ``sphinx 5.1.1``."""
    return f"sphinx {version('pocketsphinx')}"


class SphinxRecogniser:
    """Recognises English with the bundled model, and the given names as words of their own."""

    def __init__(self, names: Sequence[KeywordPronunciation] = (), *, trusting_sound: bool = False) -> None:
        more: dict[str, float] = {"lw": _SOUND_LW} if trusting_sound else {}
        dictionary, language = str(sphinx_file(DICTIONARY)), str(sphinx_file(LANGUAGE))
        self._decoder = _decoder(dict=dictionary, lm=language, maxhmmpf=_MOST_STATES, **more)
        self._names = {f"q{index}": name.text for index, name in enumerate(names)}
        self._thinkable = frozenset(
            f"q{index}" for index, name in enumerate(names) if len(name.phones) >= FEWEST_PHONES
        )
        language = self._decoder.get_lm()
        for index, name in enumerate(names):
            language.add_word(f"q{index}", name.weight)
        for index, name in enumerate(names):
            self._decoder.add_word(f"q{index}", " ".join(name.phones), index == len(names) - 1)

    @property
    def version(self) -> str:
        """The engine and its version; the model has the same."""
        return engine_version()

    def recognise(self, chunk: AudioChunk) -> Recognised:
        """The words of every clip, with the posterior of each as its probability, and the names it also thought of."""
        clips = [self._clip(chunk.cut(clip), clip.start_s) for clip in chunk.clips]
        return Recognised(
            words=tuple(word for clip in clips for word in clip.words),
            others=tuple(name for clip in clips for name in clip.others),
        )

    def names(self, chunk: AudioChunk) -> list[HeardWord]:
        """Where each name may have been said, with its chance: those in its words and those it also thought of."""
        return [name for clip in chunk.clips for name in self._names_in(chunk.cut(clip), clip.start_s)]

    def _clip(self, samples: Samples, at_s: float) -> Recognised:
        with _heard(self._decoder, samples):
            segments = self._segments()
            words = [
                word
                for segment in segments
                for word in _words(self._text(segment), _span(segment).shifted(at_s), _probability(segment))
            ]
            return Recognised(tuple(words), tuple(self._others(segments, at_s)))

    def _names_in(self, samples: Samples, at_s: float) -> Iterator[HeardWord]:
        with _heard(self._decoder, samples):
            segments = self._segments()
            for segment in segments:
                if segment.word in self._thinkable:
                    span = _span(segment).shifted(at_s)
                    yield HeardWord(span, self._text(segment), _probability(segment), _DOUBT_S)
            yield from self._others(segments, at_s)

    def _segments(self) -> list[Any]:
        """The segments of what was just heard that are words."""
        return [segment for segment in self._decoder.seg() or () if segment.word[0] not in "<[+"]

    def _text(self, segment: Any) -> str:
        return self._names.get(segment.word) or str(segment.word).split("(")[0]

    def _others(self, segments: Sequence[Any], at_s: float) -> Iterator[HeardWord]:
        """The names in the lattice of what was just heard that are not where they are in the words."""
        lattice = self._decoder.get_lattice() if self._thinkable else None
        if lattice is None:
            return
        taken = [(self._text(segment), _span(segment)) for segment in segments if segment.word in self._names]
        for arc in merged_arcs(arcs(lattice, self._thinkable), self._names):
            if arc.chance >= LEAST_CHANCE and not any(
                text == arc.token and span.overlap_s(arc.span) for text, span in taken
            ):
                yield HeardWord(arc.span.shifted(at_s), arc.token, arc.chance, _DOUBT_S)


class Aligner:
    """Finds when each word of a known text is said."""

    def __init__(self, words: Sequence[KeywordPronunciation]) -> None:
        self._decoder = _decoder(lm=None, dict=None)
        self._tokens: dict[str, str] = {}
        for index, word in enumerate(words):
            base = self._tokens.get(word.text)
            token = f"q{index}" if base is None else f"{base}({index + 2})"
            self._tokens.setdefault(word.text, token)
            self._decoder.add_word(token, " ".join(word.phones), index == len(words) - 1)

    def align(self, samples: Samples, words: Sequence[str]) -> list[Span]:
        """The spans of the words, in seconds from the samples' start.

        Of the first words only, where the text does not fit to its end; empty if it does not fit, or a word is unknown.
        """
        tokens = [self._tokens[word] for word in words if word in self._tokens]
        if not words or len(tokens) < len(words) or len(samples) < _FEWEST_SAMPLES:
            return []
        try:
            self._decoder.set_align_text(" ".join(tokens))
            with _heard(self._decoder, samples):
                return [_span(segment) for segment in self._decoder.seg() or () if segment.word[0] == "q"]
        except RuntimeError:  # how the engine says that the text does not fit
            return []


class PhraseSearch:
    """Searches sound for phrases against a loop of all phones; each phrase has its own least score."""

    def __init__(self, phrases: Sequence[KeywordPronunciation]) -> None:
        self._phrases = phrases
        self._decoder = _decoder(lm=None, dict=None, topn=_SEARCH_DENSITIES)
        for index, phrase in enumerate(phrases):
            self._decoder.add_word(f"q{index}", " ".join(phrase.phones), index == len(phrases) - 1)
        with tempfile.TemporaryDirectory() as folder:
            keys = Path(folder) / "keys"
            keys.write_text("".join(f"q{index} /1e{phrase.least_score:.0f}/\n" for index, phrase in enumerate(phrases)))
            self._decoder.add_kws("search", str(keys))
        self._decoder.activate_search("search")

    def search(self, samples: Samples) -> list[PhraseMatch]:
        """Every hit at or above its phrase's least score, in order of time; hits of different phrases may overlap."""
        matches = []
        with _heard(self._decoder, samples):
            for segment in self._decoder.seg() or ():
                phrase = int(segment.word[1:])
                score = math.log(segment.prob) * _SCORE_TO_LOG10 + _SCORE_SHIFT
                if score >= self._phrases[phrase].least_score:
                    matches.append(PhraseMatch(phrase, _span(segment), score))
        return sorted(matches, key=lambda match: match.span)


def _decoder(**options: str | float | None) -> Decoder:
    try:
        return Decoder(hmm=str(sphinx_file(ACOUSTIC)), loglevel="FATAL", logfn=os.devnull, cmn="batch", **options)
    except (RuntimeError, ValueError) as error:
        raise ConfigurationError(
            "pocketsphinx could not load its bundled model",
            action="install it again: pip install --force-reinstall pocketsphinx",
        ) from error


@contextmanager
def _heard(decoder: Decoder, samples: Samples) -> Iterator[None]:
    """The decoder after it has heard the samples as one utterance."""
    pcm = (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    yield


def _words(text: str, span: Span, probability: float) -> Iterator[HeardWord]:
    """The words of a text that was heard as one, each with its share of the time by its letters."""
    words = text.split()
    letters = sum(map(len, words))
    start_s = span.start_s
    for word in words:
        end_s = start_s + span.length_s * len(word) / letters
        yield HeardWord(Span(start_s, end_s), word, probability, _DOUBT_S if len(words) == 1 else _DOUBT_WITHIN_S)
        start_s = end_s


def _probability(segment: Any) -> float:
    return min(1.0, max(0.0, float(segment.prob)))


def _span(segment: Any) -> Span:
    start, end = segment.start_frame, segment.end_frame
    return Span(start * _FRAME_S, (end + 1) * _FRAME_S)


def name_listener(known: Sequence[Keyword]) -> SphinxRecogniser:
    """The recogniser with these names as words of its own."""
    return SphinxRecogniser(name_entries(known, bundled()))


def _open(known: Sequence[Keyword], settings: SpeechSettings) -> ForTrack:
    return for_all_tracks(name_listener(known))


def _told(known: Sequence[Keyword], settings: SpeechSettings) -> list[Keyword]:
    return list(known)


ENGINE = Engine(version=lambda settings: engine_version(), open=_open, hints=list, told=_told)
