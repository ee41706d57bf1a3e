"""What the parts of this stage pass to each other: spans, chunks of sound, heard words, and the engines' protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

RATE = 16000
FEWEST_PHONES = 4  # what is shorter is heard in any talk
# What a name that an engine also thought of must have at least to be told: with less, nine in ten were not said.
LEAST_CHANCE = 0.03
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open span in seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Its length in seconds, never negative."""
        return max(0.0, self.end_s - self.start_s)

    def shifted(self, by_s: float) -> Span:
        """The same span ``by_s`` seconds later."""
        return Span(self.start_s + by_s, self.end_s + by_s)

    def overlap_s(self, other: Span) -> float:
        """How many seconds both share."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Some seconds of mono sound at 16 kHz with its speech; spans and ``start_s`` are on the track's own clock.

    ``speech`` is where voice activity is, ``clips`` is the same speech joined to stretches short enough for an engine,
    with a margin of the sound around.
    """

    samples: Samples
    start_s: float
    speech: tuple[Span, ...]
    clips: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """Where the chunk lies on its track."""
        return Span(self.start_s, self.start_s + len(self.samples) / RATE)

    def cut(self, span: Span) -> Samples:
        """The samples of a span of the track, as much of it as lies in this chunk."""
        first = max(0, round((span.start_s - self.start_s) * RATE))
        last = max(first, round((span.end_s - self.start_s) * RATE))
        return self.samples[first:last]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word of an engine, on the track's own clock; ``probability`` is 0 to 1.

    ``ends_sentence``: by the engine's punctuation; an engine that writes none never says so.
    """

    span: Span
    text: str
    probability: float
    time_uncertainty_s: float
    ends_sentence: bool = False


def spread_words(words: Sequence[str], text: Span, *, probability: float) -> list[HeardWord]:
    """Words over the time of their text by their length, with as much doubt as that deserves."""
    letters = sum(map(len, words)) or 1
    time_uncertainty_s = 0.3 + text.length_s / 4
    out: list[HeardWord] = []
    start_s = text.start_s
    for word in words:
        end_s = start_s + text.length_s * len(word) / letters
        out.append(HeardWord(Span(start_s, end_s), word, probability, time_uncertainty_s))
        start_s = end_s
    return out


@dataclass(frozen=True, slots=True)
class HeardLanguage:
    """What language some seconds of speech are in: the one they were recognised as, and the likeliest, by chance."""

    speech_s: float
    recognised: str
    probability: float
    likeliest: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """What an engine made of a chunk: its words, and the session's names that it also thought of, in order of time.

    Each of ``others`` has the whole name as its text and the engine's chance for it as its probability; ``languages``
    is empty for an engine that knows one language only.
    """

    words: tuple[HeardWord, ...]
    others: tuple[HeardWord, ...] = ()
    languages: tuple[HeardLanguage, ...] = ()


class Recogniser(Protocol):
    """An engine that turns the clips of a chunk of sound into words."""

    @property
    def version(self) -> str:
        """Name and version of the engine and its model, part of what a transcript's store key is made of."""

    def recognise(self, chunk: AudioChunk) -> Recognised:
        """The words of every clip of the chunk, in order of time."""


class NameListener(Protocol):
    """An engine that listens for the names of a session alone."""

    def names(self, chunk: AudioChunk) -> Sequence[HeardWord]:
        """Each place of the chunk where a name may have been said: all of it as the text, and its chance."""
