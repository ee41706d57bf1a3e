"""Sphinx hears the same sound for the same names once in a run of the tests, in whichever process asks first.

It is a pure function of both, and half of the processor time of a night; tests of what becomes of what was heard hear
the same half minute again and again. Tests of hearing itself, and programs that a test starts, do without this.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from pipeline.speech.audio_types import AudioChunk, HeardWord, Recognised, Samples
from pipeline.speech.engines import sphinx
from pipeline.speech.engines.sphinx import PhraseMatch, PhraseSearch, SphinxRecogniser
from pipeline.speech.keywords import second_pass, spotter
from pipeline.speech.pronunciation.name_entries import KeywordPronunciation


class Asked:
    """An engine and the names it was given; it is loaded when it has to hear something new."""

    folder: ClassVar[Path]

    def __init__(self, kind: type[Any], *given: object, **more: object) -> None:
        self._kind, self._given, self._more = kind, given, more

    @cached_property
    def engine(self) -> Any:
        return self._kind(*self._given, **self._more)

    def answer(self, question: str, about: AudioChunk | Samples) -> Any:
        """What the engine says, or said before to the same question about the same sound."""
        sound, *where = (about.samples, about.start_s, about.clips) if isinstance(about, AudioChunk) else (about,)
        asked = repr((self._kind.__name__, self._given, self._more, question, where))
        place = self.folder / hashlib.sha256(asked.encode() + sound.tobytes()).hexdigest()
        if not place.exists():
            unfinished = place.with_suffix(f".{os.getpid()}")
            unfinished.write_bytes(pickle.dumps(getattr(self.engine, question)(about)))
            unfinished.replace(place)
        return pickle.loads(place.read_bytes())


class _Recogniser(Asked):
    version = SphinxRecogniser.version

    def __init__(self, names: Sequence[KeywordPronunciation] = (), *, trusting_sound: bool = False) -> None:
        super().__init__(SphinxRecogniser, tuple(names), trusting_sound=trusting_sound)

    def recognise(self, chunk: AudioChunk) -> Recognised:
        heard: Recognised = self.answer("recognise", chunk)
        return heard

    def names(self, chunk: AudioChunk) -> list[HeardWord]:
        heard: list[HeardWord] = self.answer("names", chunk)
        return heard


class _Search(Asked):
    def __init__(self, phrases: Sequence[KeywordPronunciation]) -> None:
        super().__init__(PhraseSearch, tuple(phrases))

    def search(self, samples: Samples) -> list[PhraseMatch]:
        matches: list[PhraseMatch] = self.answer("search", samples)
        return matches


def keep_in(folder: Path) -> None:
    """Says where what was heard is kept, for all processes of a run."""
    folder.mkdir(exist_ok=True)
    Asked.folder = folder


@contextmanager
def heard_once() -> Iterator[None]:
    """Sphinx hears in this block what it has not heard before in such a block."""
    with (
        patch.object(sphinx, "SphinxRecogniser", _Recogniser),
        patch.object(second_pass, "SphinxRecogniser", _Recogniser),
        patch.object(spotter, "PhraseSearch", _Search),
    ):
        yield
