"""Voice activity by the Silero network that faster-whisper carries, fed as a stream with its state kept between blocks.

The network is read from faster-whisper's folder without importing that package, which would load CTranslate2 and PyAV.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.errors import ConfigurationError
from pipeline.speech.audio_types import RATE, Samples, Span

FRAME = 512
FRAME_S = FRAME / RATE
_CONTEXT = 64
_BATCH = 64
SPEECH_FROM = 0.4
SPEECH_UNTIL = 0.2
SHORTEST_SILENCE_S = 0.16
SHORTEST_SPEECH_S = 0.06
# The tracks of a large session; what is known of three hours takes 1.3 MB.
_REMEMBERED_TRACKS = 32


class Voice(Protocol):
    """Says where speech is in one track that is fed in order."""

    def feed(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Probabilities of shape (n,) for samples of shape (n * 512,) that follow the last ones fed."""


class VoiceActivity:
    """One pass over one track: feed frames in order, get a probability of speech for each 32 ms."""

    def __init__(self) -> None:
        self._session = _session()
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def feed(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Probabilities of shape (n,) for samples of shape (n * 512,) that follow the last ones fed."""
        frames = samples.reshape(-1, FRAME)
        out = [self._run(frames[at : at + _BATCH]) for at in range(0, len(frames), _BATCH)]
        return np.concatenate(out) if out else np.zeros(0, np.float32)

    def _run(self, frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        before = np.concatenate([self._context[None], frames[:-1, -_CONTEXT:]])
        self._context = frames[-1, -_CONTEXT:].copy()
        inputs = {"input": np.concatenate([before, frames], axis=1), "h": self._hidden, "c": self._cell}
        probabilities, self._hidden, self._cell = self._session.run(None, inputs)
        return np.asarray(probabilities, np.float32).ravel()


class RememberedVoice:
    """What is known of one sound so far: a later pass over the same sound asks the network nothing again."""

    def __init__(self) -> None:
        self._network = VoiceActivity()
        self._known = np.zeros(0, np.float32)

    def one_pass(self) -> Voice:
        """A pass over the sound from its beginning."""
        return _RememberedPass(self)

    def between(self, first: int, last: int, samples: Samples) -> npt.NDArray[np.float32]:
        """The probabilities of the frames from ``first`` up to ``last``, which hold these samples."""
        if last > len(self._known):
            new = self._network.feed(samples[(len(self._known) - first) * FRAME :])
            self._known = np.concatenate([self._known, new])
        return self._known[first:last]


class _RememberedPass:
    def __init__(self, known: RememberedVoice) -> None:
        self._known = known
        self._at = 0

    def feed(self, samples: Samples) -> npt.NDArray[np.float32]:
        first, self._at = self._at, self._at + len(samples) // FRAME
        return self._known.between(first, self._at, samples)


@functools.lru_cache(maxsize=_REMEMBERED_TRACKS)
def remembered(digest: str, stream: int, silenced: tuple[Span, ...]) -> RememberedVoice:
    """What this process knows of a sealed sound, silent in some spans."""
    return RememberedVoice()


def regions(probabilities: Sequence[float] | npt.NDArray[np.float32]) -> tuple[Span, ...]:
    """Spans of speech from the first frame on: on above one threshold, off below a lower one, over short pauses."""
    spans: list[Span] = []
    start: int | None = None
    for index, probability in enumerate(probabilities):
        if start is None and probability >= SPEECH_FROM:
            start = index
        elif start is not None and probability < SPEECH_UNTIL:
            spans.append(Span(start * FRAME_S, index * FRAME_S))
            start = None
    if start is not None:
        spans.append(Span(start * FRAME_S, len(probabilities) * FRAME_S))
    return tuple(span for span in _bridged(spans) if span.length_s >= SHORTEST_SPEECH_S)


def _bridged(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start_s - joined[-1].end_s < SHORTEST_SILENCE_S:
            joined[-1] = Span(joined[-1].start_s, span.end_s)
        else:
            joined.append(span)
    return joined


@functools.cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(_network()), sess_options=options, providers=["CPUExecutionProvider"])


def _network() -> Path:
    spec = importlib.util.find_spec("faster_whisper")
    folder = Path(spec.origin).parent / "assets" if spec and spec.origin else Path()
    spans = sorted(folder.glob("silero_vad*.onnx")) if spec else []
    if not spans:
        raise ConfigurationError(
            "the voice activity model is missing", action="install faster-whisper again: pip install faster-whisper"
        )
    return spans[-1]
