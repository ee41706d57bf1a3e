"""Places of a sound put one after another, so that a recogniser hears them together, and its words put back in place.

Whisper hears half a minute for the price of a second, and what is listened to again lasts a few seconds at a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.speech.audio_types import RATE, AudioChunk, HeardWord, Samples, Span
from pipeline.speech.chunking import CHUNK_S
from pipeline.speech.vad import FRAME, VoiceActivity, regions

# More than the voice activity bridges: nothing that is said at the end of a place is one word with the next.
_BETWEEN = RATE // 2


@dataclass(frozen=True, slots=True)
class Montage:
    """Places of a sound as one chunk, a clip for each, on a clock of its own; ``places`` are on the sound's clock."""

    chunk: AudioChunk
    places: tuple[Span, ...]

    def put_back(self, words: Sequence[HeardWord]) -> Iterator[list[HeardWord]]:
        """The words that were heard in each place, on the sound's clock; a time half into the gap is of the place."""
        beyond_s = _BETWEEN / RATE / 2
        for clip, place in zip(self.chunk.clips, self.places, strict=True):
            yield [
                replace(word, span=word.span.shifted(place.start_s - clip.start_s))
                for word in words
                if clip.start_s - beyond_s <= (word.span.start_s + word.span.end_s) / 2 < clip.end_s + beyond_s
            ]


def montages(places: Iterable[tuple[Span, Samples]], *, most_s: float = CHUNK_S) -> Iterator[Montage]:
    """All the places in order, together as long as ``most_s`` allows; a longer one is alone."""
    held: list[tuple[Span, Samples]] = []
    for span, samples in places:
        if held and sum(len(earlier) for _, earlier in held) + len(samples) > most_s * RATE:
            yield _montage(held)
            held = []
        held.append((span, samples))
    if held:
        yield _montage(held)


def _montage(held: Sequence[tuple[Span, Samples]]) -> Montage:
    gap, sound, clips, at = np.zeros(_BETWEEN, np.float32), list[Samples](), list[Span](), 0
    for _, samples in held:
        clips.append(Span(at / RATE, (at + len(samples)) / RATE))
        sound += [samples, gap]
        at += len(samples) + len(gap)
    whole = np.concatenate(sound)
    speech = regions(VoiceActivity().feed(np.pad(whole, (0, -len(whole) % FRAME))))
    chunk = AudioChunk(samples=whole, start_s=0.0, speech=speech, clips=tuple(clips))
    return Montage(chunk, tuple(span for span, _ in held))
