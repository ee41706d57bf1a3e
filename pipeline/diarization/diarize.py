"""Who speaks when in one stretch of mixed sound: speech, windows, their vectors, clusters of them, turns."""

from __future__ import annotations

from dataclasses import dataclass
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
    speech = _spans_of(activity.speech >= SPEECH_FROM)
    speech = [span for span in spans.merge(speech, gap=_SHORTEST_PAUSE_S) if span[1] - span[0] >= _SHORTEST_SPEECH_S]
    overlaps = spans.intersect(_spans_of(activity.overlap >= OVERLAP_FROM), speech)
    starts = _window_starts(speech, len(samples) / RATE)
    turns: list[VoiceTurn] = []
    if len(starts):
        features = fbank(np.concatenate([samples, np.zeros(round(WINDOW_S * RATE) + RATE, np.float32)]))
        vectors = networks.encoder.encode(features, np.round(starts * RATE / HOP).astype(np.int64))
        labels = _labels(vectors, expected)
        turns = _turns(speech, starts, vectors @ centres(vectors, labels).T)
    return Diarization(
        version=VERSION,
        turns=tuple(turns),
        overlaps=tuple(Interval(start_s=start_s, end_s=end_s) for start_s, end_s in overlaps),
        speech_s=round(spans.total(speech), 3),
    )


def _spans_of(active: npt.NDArray[np.bool_]) -> list[Span]:
    """The stretches of frames that are set, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
    seconds = np.round(edges * FRAME_STEP_S, 3).reshape(-1, 2)
    return [(float(start_s), float(end_s)) for start_s, end_s in seconds]


def _window_starts(speech: list[Span], duration_s: float) -> npt.NDArray[np.float64]:
    """Where the windows begin: one every step of each stretch of speech, and one around a shorter stretch."""
    starts: list[float] = []
    for start_s, end_s in speech:
        length_s = end_s - start_s
        if length_s <= WINDOW_S:
            starts.append(max(0.0, min((start_s + end_s - WINDOW_S) / 2, duration_s - WINDOW_S)))
            continue
        count = int(np.ceil((length_s - WINDOW_S) / WINDOW_STEP_S)) + 1
        starts += np.linspace(start_s, end_s - WINDOW_S, count).tolist()
    return np.array(starts)


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


def _turns(speech: list[Span], starts: npt.NDArray[np.float64], likeness: Array) -> list[VoiceTurn]:
    """The turns within the speech: each slot of time is of the voice that the windows over it are most like."""
    slots = int(np.ceil(max(end_s for _, end_s in speech) / _SLOT_S)) + 1
    scores = np.zeros((slots, likeness.shape[1]))
    centre = (np.arange(slots) + 0.5) * _SLOT_S
    for start_s, alike in zip(starts, likeness, strict=True):
        first, last = int(start_s / _SLOT_S), int(np.ceil((start_s + WINDOW_S) / _SLOT_S))
        # A window says most about its middle.
        weight = 1.0 - np.abs(centre[first:last] - start_s - WINDOW_S / 2) / WINDOW_S
        scores[first:last] += weight[:, None] * alike
    voice = np.argmax(scores, axis=1)
    turns: list[VoiceTurn] = []
    for start_s, end_s in speech:
        first, last = int(start_s / _SLOT_S), max(int(np.ceil(end_s / _SLOT_S)), int(start_s / _SLOT_S) + 1)
        edges = [first, *(at for at in range(first + 1, last) if voice[at] != voice[at - 1]), last]
        for begin, until in pairwise(edges):
            turns.append(
                VoiceTurn(
                    start_s=max(start_s, round(begin * _SLOT_S, 3)),
                    end_s=min(end_s, round(until * _SLOT_S, 3)),
                    cluster=int(voice[begin]) + 1,
                )
            )
    return turns
