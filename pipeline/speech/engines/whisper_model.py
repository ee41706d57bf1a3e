"""The only door to faster-whisper: a Whisper model that is on this machine, loaded once a process, without any network.

What of faster-whisper 1.2.1 this module minds: batches take only the first temperature and ignore every threshold, so
that loops and text over noise come through; hot words beyond its budget are cut within a name; a window of more than
30 s corrupts memory; each mark is a word of its own; the language of a window is thrown away.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from pipeline import models
from pipeline.errors import ConfigurationError
from pipeline.files import file_digest
from pipeline.speech.audio_types import RATE, Samples, Span
from pipeline.speech.engines.written import Piece

# Half of the 448 tokens that Whisper's decoder holds, less one: more of a prompt faster-whisper cuts off.
HOT_WORD_TOKENS = 223
# Beside that prompt there is room for 220. The fastest talk of the samples has 110 in a window of 28 s.
_NEW_TOKENS = 200
_TOKENIZER = "tokenizer.json"
_NEEDED = ("model.bin", "config.json", _TOKENIZER)
_JOINED = ", "
_COMPUTE = {"cpu": "int8", "cuda": "float16"}
# faster-whisper counts in hundredths of a second: every window begins on one.
_FRAME = RATE // 100
# The encoder's time grows with the square of what it is given, of which it was trained on 30 s. 21 real clips of 2 to
# 15 s have 17 word errors of 380 with all of these, 17 with 4 s more than the clip, for 0.37 of the processor time, 20
# with 2 s, and with 1 s and less it repeats itself (121).
_TAIL_FRAMES, _MOST_FRAMES = 400, 3000


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """Where a model lies, and what tells it from any other."""

    folder: Path
    version: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What Whisper wrote of one window: its pieces, on the window's clock, and what it says of itself.

    ``languages`` are the chances of all languages that it knows, empty for an English-only model.
    """

    pieces: tuple[Piece, ...] = ()
    no_speech_probability: float = 0.0
    mean_log_probability: float = 0.0
    languages: tuple[tuple[str, float], ...] = ()


def locate(model: str) -> ModelPlace:
    """Where a model lies, by its name in models.toml or its folder; raises ``ConfigurationError`` if not whole."""
    if not model:
        raise ConfigurationError("speech.model is empty", action="name a model of `offrecord models list`, or a folder")
    if Path(model).is_dir():
        folder = Path(model).resolve()
        whole = (folder / "model.bin").is_file()
        version = f"whisper {file_digest(folder / 'model.bin')[:16]}" if whole else ""
    else:
        known = models.find(model, kind="whisper")
        folder = models.verified(known)
        version = f"whisper {known.name} {known.files['model.bin'].sha256[:16]}"
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        # Without tokenizer.json faster-whisper would fetch one from the network.
        raise ConfigurationError(
            f"the whisper model has no {missing[0]}", action="convert it again, or pull one of `offrecord models list`"
        )
    return ModelPlace(folder, version)


def in_prompt(place: ModelPlace, names: Sequence[str]) -> list[str]:
    """The first of the names that a model's prompt has room for, each whole; for this the model is not loaded."""
    return _fitting(_tokenizer(place.folder, place.version), names)


@functools.lru_cache(maxsize=2)
def _tokenizer(folder: Path, version: str) -> Tokenizer:
    return Tokenizer.from_file(str(folder / _TOKENIZER))


def _fitting(tokenizer: Tokenizer, names: Sequence[str]) -> list[str]:
    fitting: list[str] = []
    for name in names:
        text = _JOINED.join((*fitting, name))
        if len(tokenizer.encode(f" {text}", add_special_tokens=False).ids) > HOT_WORD_TOKENS:
            break
        fitting.append(name)
    return fitting


@functools.lru_cache(maxsize=1)
def load(folder: Path, device: str, version: str) -> WhisperModel:
    """The model of a folder, loaded once a process; ``version`` tells a folder whose model was exchanged."""
    return WhisperModel(folder, device)


class WhisperModel:
    """A model that decodes windows of sound in batches, with one thread."""

    def __init__(self, folder: Path, device: str) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from faster_whisper import BatchedInferencePipeline
        from faster_whisper import WhisperModel as Engine
        from tqdm import tqdm

        # Its bars are switched off, but each makes a lock between processes. A worker that is stopped leaves that
        # behind, and Python would say so on the operator's terminal.
        tqdm.set_lock(threading.RLock())
        try:
            engine = Engine(
                str(folder),
                device=device,
                compute_type=_COMPUTE[device],
                cpu_threads=1,
                num_workers=1,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ConfigurationError(
                f"the whisper model cannot be loaded on {device}",
                action="check speech.model and speech.device, then `offrecord doctor`",
            ) from error
        self._tokenizer = engine.hf_tokenizer
        self._listening = _Listening(engine)
        self._batches = BatchedInferencePipeline(self._listening)
        self._languages = frozenset(engine.supported_languages)

    def require(self, languages: Iterable[str]) -> None:
        """Raises ``ConfigurationError`` for a language that the model does not know."""
        if unknown := sorted(set(languages) - self._languages):
            raise ConfigurationError(
                f"the whisper model does not know the language {unknown[0]!r}",
                action="correct speech.language and speech.languages, or pull a model of many languages",
            )

    def hot_words(self, names: Sequence[str]) -> str:
        """The first of the names that the prompt has room for, each whole, as the text that goes before the window."""
        return _JOINED.join(_fitting(self._tokenizer, names))

    def languages(self, sound: Samples) -> tuple[tuple[str, float], ...]:
        """The chances of the languages that the first 30 seconds of a sound may be in, the likeliest first."""
        if not self._listening.multilingual:
            return ()
        _, _, chances = self._listening.detect_language(sound)
        return tuple(chances)

    def decode(
        self,
        windows: Sequence[Samples],
        *,
        language: str,
        hot_words: str,
        batch_size: int,
        is_padded: bool = True,
    ) -> list[Decoded]:
        """What each window says; a window is at most 30 s long, and has silence behind it up to that if ``is_padded``.

        Else it has 4 s of silence and what the longest of them is longer.
        """
        if not windows:
            return []
        padded = [np.pad(window, (0, -len(window) % _FRAME)) for window in windows]
        borders = np.cumsum([0, *(len(window) for window in padded)])
        self._listening.begin(_MOST_FRAMES if is_padded else _context(max(map(len, padded)) // _FRAME))
        segments, _ = self._batches.transcribe(
            np.concatenate(padded),
            language=language,
            clip_timestamps=[{"start": start / RATE, "end": end / RATE} for start, end in pairwise(borders)],
            batch_size=batch_size,
            word_timestamps=True,
            hotwords=hot_words or None,
            temperature=0.0,
            max_new_tokens=_NEW_TOKENS,
            prepend_punctuations="",
            append_punctuations="",
            log_progress=False,
        )
        return self._by_window(segments, borders // _FRAME)

    def _by_window(self, segments: Any, starts: Any) -> list[Decoded]:
        """The segments, one for each window, with the language of each; ``starts`` in hundredths of a second."""
        decoded = [Decoded() for _ in starts[1:]]
        for segment in segments:
            # A window's start comes back rounded down.
            number = int(np.searchsorted(starts, segment.seek + 1, side="right")) - 1
            decoded[number] = Decoded(
                pieces=tuple(_pieces(segment)),
                no_speech_probability=float(segment.no_speech_prob),
                mean_log_probability=float(segment.avg_logprob),
                languages=self._listening.heard[number] if self._listening.heard else (),
            )
        return decoded


def _pieces(segment: Any) -> Iterator[Piece]:
    """The pieces of a segment; where it has text but no times, its words without any."""
    start_s = segment.seek / 100
    for word in segment.words or ():
        span = Span(float(word.start) - start_s, float(word.end) - start_s)
        yield Piece(word.word, span, float(word.probability))
    if not segment.words:
        yield from (Piece(f" {text}", None, _UNTIMED) for text in segment.text.split())


_UNTIMED = 0.5


def _context(frames: int) -> int:
    """The frames that are enough for the encoder to hear so many: it takes two at once."""
    return min(_MOST_FRAMES, (frames + _TAIL_FRAMES + 1) // 2 * 2)


class _Listening:
    """The engine as its batches use it, which also keeps what language each window is in: they throw that away."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.multilingual = bool(engine.model.is_multilingual)
        self.heard: list[tuple[tuple[str, float], ...]] = []
        self._frames = _MOST_FRAMES

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def begin(self, frames: int) -> None:
        """Before windows: how many frames of each the encoder is given."""
        self.heard.clear()
        self._frames = frames

    def encode(self, features: Any) -> Any:
        encoded = self._encoded(np.ascontiguousarray(features[..., : self._frames]))
        if self.multilingual:
            for chances in self._engine.model.detect_language(encoded):
                self.heard.append(tuple((token.strip("<|>"), float(chance)) for token, chance in chances))
        return encoded

    def _encoded(self, features: Any) -> Any:
        """Windows of shape (windows, mels, frames) as the decoder takes them.

        One by one on a processor: together each needs 72 MB for how its 1,500 frames look at each other. Eight windows
        take 7.3 s as well as 7.6, at a peak of 932 MB instead of 1,135.
        """
        if self._engine.model.device != "cpu" or len(features) == 1:
            return self._engine.encode(features)
        encoded = [self._engine.encode(window[None]) for window in features]
        return type(encoded[0]).from_array(np.concatenate([np.asarray(window) for window in encoded]))
