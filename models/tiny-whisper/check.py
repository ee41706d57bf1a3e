"""Measures the finished model through faster-whisper on every fixture sentence in every voice."""

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from corpus import fixture_sentences
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.transcribe import Segment
from numpy.typing import NDArray
from speak import SAMPLE_RATE, VOICES, Utterance, speak

MAX_NEW_TOKENS = 60
GAP_S = 0.5
HOTWORDS = "Priya Raman, Halcyon Freight, Bluefin, Project Falcon, Lumen, Northwind Traders"
Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model made of one clip: the text, and each word's start within the clip."""

    text: str
    starts_s: tuple[float, ...]


def check(folder: Path) -> None:
    """Prints one line of figures for each way of calling the model."""
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    lines = fixture_sentences()
    _report("one clip a call", [speak(text, voice) for text in lines for voice in VOICES], partial(_single, model))
    # The other ways are compared on every sentence once, the voices taking turns.
    clips = [speak(text, voice) for text, voice in zip(lines, itertools.cycle(VOICES), strict=False)]
    _report("with timestamps", clips, partial(_single, model, without_timestamps=False))
    _report("with hot words", clips, partial(_single, model, hotwords=HOTWORDS))
    _report("beam of five", clips, partial(_single, model, beam_size=5))
    _report("cut from a joined file", clips, partial(_clipped, model))
    _report("batched", clips, partial(_batched, model))
    _report("batched with hot words", clips, partial(_batched, model, hotwords=HOTWORDS))
    silence = model.transcribe(np.zeros(3 * SAMPLE_RATE, dtype=np.float32), **_options())[0]
    print("three seconds of silence:", [segment.text for segment in silence])


def _report(name: str, clips: list[Utterance], hear: Callable[[list[Utterance]], list[Heard]]) -> None:
    began = time.monotonic()
    heard = hear(clips)
    print(f"{name:24}", _figures(clips, heard, time.monotonic() - began), flush=True)


def _options(**changes: object) -> dict[str, object]:
    """The way to call this model; every figure on its card was measured so, but for the changes it names."""
    fixed = {
        "language": "en",
        "beam_size": 1,
        "temperature": 0.0,
        "condition_on_previous_text": False,
        "without_timestamps": True,
        "word_timestamps": True,
        "max_new_tokens": MAX_NEW_TOKENS,
    }
    return fixed | changes


def _single(model: WhisperModel, clips: list[Utterance], **changes: object) -> list[Heard]:
    return [_heard(model.transcribe(_sound(clip), **_options(**changes))[0], 0.0) for clip in clips]


def _clipped(model: WhisperModel, clips: list[Utterance]) -> list[Heard]:
    """Ten clips in one sound, cut by `clip_timestamps`."""
    heard = []
    for group in _groups(clips, 10):
        joined, spans = _joined(group)
        times = [edge for span in spans for edge in span]
        segments = list(model.transcribe(joined, **_options(clip_timestamps=times))[0])
        heard += _shared_out(segments, spans)
    return heard


def _batched(model: WhisperModel, clips: list[Utterance], **changes: object) -> list[Heard]:
    """As above through the batched pipeline, whose clips are mappings."""
    pipeline = BatchedInferencePipeline(model)
    heard = []
    for group in _groups(clips, 10):
        joined, spans = _joined(group)
        times = [{"start": start_s, "end": end_s} for start_s, end_s in spans]
        segments = pipeline.transcribe(joined, batch_size=4, **_options(clip_timestamps=times, **changes))[0]
        heard += _shared_out(list(segments), spans)
    return heard


def _groups(clips: list[Utterance], size: int) -> list[list[Utterance]]:
    return [clips[start : start + size] for start in range(0, len(clips), size)]


def _joined(clips: Iterable[Utterance]) -> tuple[Sound, list[tuple[float, float]]]:
    """The clips with gaps between them, and the span of each with a tenth of a second around it."""
    pieces, spans, at_s = [np.zeros(int(GAP_S * SAMPLE_RATE), dtype=np.float32)], [], GAP_S
    for clip in clips:
        pieces += [_sound(clip), pieces[0]]
        spans.append((round(at_s - 0.1, 2), round(at_s + clip.duration_s + 0.1, 2)))
        at_s += clip.duration_s + GAP_S
    return np.concatenate(pieces), spans


def _shared_out(segments: list[Segment], spans: list[tuple[float, float]]) -> list[Heard]:
    """The segments that begin within each span; starts count from the clip's own beginning."""
    return [
        _heard((segment for segment in segments if start_s - 0.01 <= segment.start < end_s + 0.01), start_s + 0.1)
        for start_s, end_s in spans
    ]


def _heard(segments: Iterable[Segment], origin_s: float) -> Heard:
    kept = list(segments)
    starts = tuple(word.start - origin_s for segment in kept for word in segment.words or ())
    return Heard("".join(segment.text for segment in kept).strip(), starts)


def _sound(clip: Utterance) -> Sound:
    return clip.samples.astype(np.float32) / 32768.0


def _figures(clips: list[Utterance], heard: list[Heard], took_s: float) -> str:
    exact = [(clip, got) for clip, got in zip(clips, heard, strict=True) if clip.text == got.text]
    if not exact:
        return f"exact 0 of {len(clips)}"
    off = [
        (abs(start_s - word.start_s), index == 0)
        for clip, got in exact
        for index, (word, start_s) in enumerate(zip(clip.words, got.starts_s, strict=True))
    ]
    every, later = [value for value, _ in off], [value for value, first in off if not first]
    speed = sum(clip.duration_s for clip in clips) / took_s
    return (
        f"exact {len(exact)} of {len(clips)}; word starts off by {np.median(every):.3f} s median, "
        f"{np.percentile(every, 95):.3f} s p95 (first words left out: {np.percentile(later, 95):.3f} s); "
        f"{speed:.0f} times real time"
    )
