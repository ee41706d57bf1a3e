"""The only door to faster-whisper: recognition with a Whisper model that is on this machine, without any network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.files import file_digest
from pipeline.settings import SpeechSettings
from pipeline.speech import models
from pipeline.speech.heard import HeardWord, Piece, Recognised, Span, spread

_DOUBT_S = 0.2
_UNTIMED = 0.5
_NEW_TOKENS = 200
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_COMPUTE = {"cpu": "int8", "cuda": "float16"}


@dataclass(frozen=True, slots=True)
class _Place:
    folder: Path
    version: str


class WhisperRecogniser:
    """Recognises the clips of a piece in batches; the names of the session are given as hot words."""

    def __init__(self, settings: SpeechSettings, names: Sequence[str] = ()) -> None:
        self._place = locate(settings.model)
        self._batches = _load(self._place.folder, settings.device)
        self._batch_size = settings.batch_size
        self._hotwords = ", ".join(names) or None

    @property
    def version(self) -> str:
        """The engine and what tells its model from any other."""
        return self._place.version

    def recognise(self, piece: Piece) -> Recognised:
        """The words of every clip; a word never reaches outside the clip it was heard in."""
        if not piece.clips:
            return Recognised(())
        segments, _ = self._batches.transcribe(
            piece.samples,
            clip_timestamps=[_on_piece(clip, piece) for clip in piece.clips],
            batch_size=self._batch_size,
            word_timestamps=True,
            hotwords=self._hotwords,
            temperature=0.0,
            max_new_tokens=_NEW_TOKENS,
            log_progress=False,
        )
        return Recognised(tuple(sorted(_words(segments, piece), key=lambda word: word.span)))


def locate(model: str) -> _Place:
    """Where a model lies, by its name in models.toml or its folder; raises ``ConfigurationError`` if not whole."""
    if not model:
        raise ConfigurationError("speech.model is empty", action="name a model of `offrecord models list`, or a folder")
    if Path(model).is_dir():
        folder = Path(model).resolve()
        found = (folder / "model.bin").stat() if (folder / "model.bin").is_file() else None
        version = f"whisper {file_digest(folder / 'model.bin')[:16]}" if found else ""
    else:
        known = models.find(model)
        folder = models.verified(known)
        version = f"whisper {known.name} {file_digest(folder / 'model.bin')[:16]}"
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        # Without tokenizer.json faster-whisper would fetch one from the network.
        raise ConfigurationError(
            f"the whisper model has no {missing[0]}", action="convert it again, or pull one of `offrecord models list`"
        )
    return _Place(folder, version)


def _load(folder: Path, device: str) -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    try:
        model = WhisperModel(
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
    return BatchedInferencePipeline(model)


def _on_piece(clip: Span, piece: Piece) -> dict[str, float]:
    return {"start": clip.start_s - piece.start_s, "end": clip.end_s - piece.start_s}


def _words(segments: Any, piece: Piece) -> Iterator[HeardWord]:
    for segment in segments:
        clip = max(
            piece.clips, key=lambda c: c.overlap_s(Span(segment.start + piece.start_s, segment.end + piece.start_s))
        )
        if not segment.words:
            words = str(getattr(segment, "text", "")).split()
            yield from spread(words, clip, probability=_UNTIMED)
        for word in segment.words or ():
            text = word.word.strip()
            start = min(max(float(word.start) + piece.start_s, clip.start_s), clip.end_s)
            end = min(max(float(word.end) + piece.start_s, start), clip.end_s)
            if text:
                yield HeardWord(Span(start, end), text, float(word.probability), _DOUBT_S)
