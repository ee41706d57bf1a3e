"""Who speaks when in mixed sound: stretches of one voice, windows in them, their vectors, clusters of them, turns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline import models, spans
from pipeline.diarization.checkpoint import Array
from pipeline.diarization.clustering import Labels, centres, cluster
from pipeline.diarization.fbank import HOP, RATE, fbank
from pipeline.diarization.segmentation import FRAME_STEP_S, Segmentation
from pipeline.diarization.speaker_encoder import FRAMES, SpeakerEncoder
from pipeline.records import Diarization, Interval, VoiceTurn

VERSION = "1"
MODEL = "voices"
"""The entry of models.toml that holds both networks."""
WINDOW_S, WINDOW_STEP_S = FRAMES * HOP / RATE, 0.4
SPEECH_FROM = 0.5
OVERLAP_FROM = 0.2
"""The chance from which two voices count as heard at once. Lower than even: an overlap that is missed is her voice."""
SHORTEST_CLUSTER_S = 2.0
"""A cluster of less speech is one odd window, not a voice: its windows go to the voice that they are nearest to."""
FARTHEST = (0.6, 0.5, 0.4)
"""How far apart two clusters may be to be one voice, on average: the first that gives as many as are expected.

Windows of one voice lie 0.15 to 0.34 apart on average in read speech and in the sample voices, those of two people 0.64
to 1.06; of one synthesiser at two pitches, 0.5.
"""
SHORT_LIKENESS, SHORT_MARGIN = 0.5, 0.15
"""How like a voice a stretch shorter than a window must be to be its turn, and how much more than any other voice."""
_SLOT_S = 0.1
_SHORTEST_PAUSE_S = 0.3
_SHORTEST_SPEECH_S = 0.1

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class VoiceModels:
    """Both networks, loaded once a process."""

    segmentation: Segmentation
    encoder: SpeakerEncoder


def load_models() -> VoiceModels:
    """The pulled model; raises ``ConfigurationError`` where it is not here, or not what it was."""
    folder = models.verified(models.find(MODEL))
    return VoiceModels(Segmentation(folder), SpeakerEncoder(folder))


def diarize(samples: Array, networks: VoiceModels, *, expected: int = 1) -> Diarization:
    """The voices of mono samples of shape (n,) at ``RATE``, -1 to 1, on their own clock; deterministic.

    ``expected`` is how many people may speak: with fewer clusters than that, less alike windows are told apart too.
    """
    activity = networks.segmentation.activity(samples)
    speech = spans.merge(_spans_of(activity.speech >= SPEECH_FROM), gap=_SHORTEST_PAUSE_S)
    overlaps = spans.intersect(_spans_of(activity.overlap >= OVERLAP_FROM), speech)
    windows = [_Windows(stretch) for stretch in _stretches(speech, activity.changes)]
    turns: list[VoiceTurn] = []
    if windows:
        vectors = _vectors(samples, windows, networks.encoder)
        turns = _turns(windows, vectors, _voices(windows, vectors, expected))
    return Diarization(
        version=VERSION,
        turns=tuple(turns),
        overlaps=tuple(Interval(start_s=start_s, end_s=end_s) for start_s, end_s in overlaps),
        speech_s=round(spans.total(speech), 3),
    )


@dataclass(frozen=True, slots=True)
class _Windows:
    """A stretch of speech in which no other voice begins, and where the windows in it begin: one if it is short."""

    stretch: Span

    @property
    def is_short(self) -> bool:
        """Whether it is shorter than one window, which then has it several times over."""
        return self.stretch[1] - self.stretch[0] < WINDOW_S

    @property
    def starts(self) -> list[float]:
        """The starts of its windows in seconds, at most a step apart; the last ends with the stretch."""
        start_s, end_s = self.stretch
        if self.is_short:
            return [start_s]
        count = int(np.ceil((end_s - start_s - WINDOW_S) / WINDOW_STEP_S)) + 1
        return [float(at) for at in np.linspace(start_s, end_s - WINDOW_S, count)]


def _spans_of(active: npt.NDArray[np.bool_]) -> list[Span]:
    """The stretches of frames that are set, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
    seconds = np.round(edges * FRAME_STEP_S, 3).reshape(-1, 2)
    return [(float(start_s), float(end_s)) for start_s, end_s in seconds]


def _stretches(speech: list[Span], changes: npt.NDArray[np.bool_]) -> list[Span]:
    """The speech, cut where another voice begins; what is too short to say anything is left out."""
    cuts = [float(at) for at in np.round(np.flatnonzero(changes) * FRAME_STEP_S, 3)]
    pieces = []
    for start_s, end_s in speech:
        edges = [start_s, *(at for at in cuts if start_s < at < end_s), end_s]
        pieces += [span for span in pairwise(edges) if span[1] - span[0] >= _SHORTEST_SPEECH_S]
    return pieces


def _vectors(samples: Array, windows: list[_Windows], encoder: SpeakerEncoder) -> list[Array]:
    """The vectors of each stretch, a row for each of its windows."""
    features = fbank(np.concatenate([samples, np.zeros(2 * RATE, np.float32)]))
    frames = [_frames(each, len(features)) for each in windows]
    vectors = encoder.encode(features, np.concatenate(frames))
    return np.split(vectors, np.cumsum([len(each) for each in frames])[:-1])


def _frames(windows: _Windows, count: int) -> npt.NDArray[np.int64]:
    """Which frames of all the features each window of a stretch has, shape (n, FRAMES)."""
    firsts = np.round(np.array(windows.starts) * RATE / HOP).astype(np.int64)
    length = max(1, round((windows.stretch[1] - windows.stretch[0]) * RATE / HOP)) if windows.is_short else FRAMES
    return np.asarray(np.minimum(firsts[:, None] + np.arange(FRAMES) % length, count - 1))


def _voices(windows: list[_Windows], vectors: list[Array], expected: int) -> Array:
    """The direction of each voice, by the windows of whole stretches where there are any, the largest voice first."""
    long = [rows for each, rows in zip(windows, vectors, strict=True) if not each.is_short]
    chosen = np.concatenate(long or vectors)
    return centres(chosen, _labels(chosen, expected))


def _labels(vectors: Array, expected: int) -> Labels:
    """The cluster of each window, numbered from 0. One person in two clusters costs a key, two in one a voice."""
    for farthest in FARTHEST:
        labels = _without_odd_windows(vectors, cluster(vectors, farthest=farthest))
        if labels.max(initial=0) + 1 >= expected:
            break
    return labels


def _without_odd_windows(vectors: Array, labels: Labels) -> Labels:
    """The same clusters, where the windows of one that has too little speech go to the nearest that has enough."""
    fewest = SHORTEST_CLUSTER_S / WINDOW_STEP_S
    kept = int((np.bincount(labels) >= fewest).sum()) or 1  # they are numbered by size
    odd = labels >= kept
    if odd.any():
        labels = labels.copy()
        labels[odd] = np.argmax(vectors[odd] @ centres(vectors[~odd], labels[~odd]).T, axis=1)
    return labels


def _turns(windows: list[_Windows], vectors: list[Array], voices: Array) -> list[VoiceTurn]:
    """The turns: of a whole stretch each slot is of the voice that the windows over it are most like.

    A short stretch is a turn only where it is clear whose; else it is of nobody, and so goes with whoever is taken out.
    """
    turns: list[VoiceTurn] = []
    for each, rows in zip(windows, vectors, strict=True):
        likeness = rows @ voices.T
        if not each.is_short:
            turns += _slots(each, likeness)
        elif _is_clear(likeness[0]):
            start_s, end_s = each.stretch
            turns.append(VoiceTurn(start_s=start_s, end_s=end_s, cluster=int(np.argmax(likeness[0])) + 1))
    return _joined(turns)


def _is_clear(likeness: Array) -> bool:
    best, *others = sorted(likeness.tolist(), reverse=True)
    return best >= SHORT_LIKENESS and all(best - other >= SHORT_MARGIN for other in others)


def _slots(windows: _Windows, likeness: Array) -> list[VoiceTurn]:
    start_s, end_s = windows.stretch
    count = int(np.ceil((end_s - start_s) / _SLOT_S))
    middles = start_s + (np.arange(count) + 0.5) * _SLOT_S
    # A window says most about its middle.
    nearness = np.maximum(0.0, 1.0 - np.abs(middles[:, None] - np.array(windows.starts) - WINDOW_S / 2) / WINDOW_S)
    voice = np.argmax(nearness @ likeness, axis=1)
    edges = [0, *(np.flatnonzero(np.diff(voice)) + 1).tolist(), count]
    return [
        VoiceTurn(
            start_s=round(start_s + first * _SLOT_S, 3),
            end_s=min(end_s, round(start_s + last * _SLOT_S, 3)),
            cluster=int(voice[first]) + 1,
        )
        for first, last in pairwise(edges)
    ]


def _joined(turns: list[VoiceTurn]) -> list[VoiceTurn]:
    """The turns with those of one voice that follow each other without a pause as one."""
    joined: list[VoiceTurn] = []
    for turn in turns:
        if joined and joined[-1].cluster == turn.cluster and turn.start_s - joined[-1].end_s < _SLOT_S / 2:
            joined[-1] = replace(joined[-1], end_s=turn.end_s)
        else:
            joined.append(turn)
    return joined
