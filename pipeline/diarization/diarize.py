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
OVERLAP_FROM = 0.1
"""The chance from which two voices count as heard at once.

Far lower than even: an overlap that is missed may be the voice of somebody who is taken out. In mixes of read speech
none of a true overlap is missed from there on, and 2 % more of what one voice says goes than at 0.2.
"""
SHORTEST_CLUSTER_S = 2.0
"""A cluster of less speech is one odd window, not a voice: its windows go to the voice that they are nearest to."""
FARTHEST = (0.6, 0.5, 0.4)
"""How far apart two clusters may be to be one voice, on average: the first that gives as many as are expected.

Windows of one voice lie 0.15 to 0.34 apart on average in read speech and in the sample voices, those of two people 0.64
to 1.06; of one synthesiser at two pitches, 0.5.
"""
_NOBODY = -1
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
    pieces = _pieces(speech, activity.changes)
    turns: list[VoiceTurn] = []
    if pieces:
        features = fbank(np.concatenate([samples, np.zeros(2 * RATE, np.float32)]))
        starts = _window_starts(speech, len(samples) / RATE)
        across = networks.encoder.encode(features, _frames(starts, len(features)))
        voices = _voices(across, _is_pure(starts, activity.changes), expected)
        short = [piece for piece in pieces if piece[1] - piece[0] < WINDOW_S]
        alone = [networks.encoder.encode(features, _repeated(piece, len(features)))[0] @ voices.T for piece in short]
        turns = _turns(pieces, starts, across @ voices.T, dict(zip(short, alone, strict=True)))
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


def _pieces(speech: list[Span], changes: npt.NDArray[np.bool_]) -> list[Span]:
    """The speech, cut where another voice begins; what is too short to say anything is left out."""
    cuts = [float(at) for at in np.round(np.flatnonzero(changes) * FRAME_STEP_S, 3)]
    pieces = []
    for start_s, end_s in speech:
        edges = [start_s, *(at for at in cuts if start_s < at < end_s), end_s]
        pieces += [span for span in pairwise(edges) if span[1] - span[0] >= _SHORTEST_SPEECH_S]
    return pieces


def _window_starts(speech: list[Span], duration_s: float) -> npt.NDArray[np.float64]:
    """Where the windows begin: one every step of each stretch of speech, and one around a shorter stretch."""
    starts: list[float] = []
    for start_s, end_s in speech:
        length_s = end_s - start_s
        if length_s <= WINDOW_S:
            starts.append(max(0.0, min((start_s + end_s - WINDOW_S) / 2, duration_s - WINDOW_S)))
        else:
            count = int(np.ceil((length_s - WINDOW_S) / WINDOW_STEP_S)) + 1
            starts += np.linspace(start_s, end_s - WINDOW_S, count).tolist()
    return np.array(starts)


def _frames(starts: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """Which frames of all the features each window has, shape (n, FRAMES)."""
    firsts = np.round(starts * RATE / HOP).astype(np.int64)
    return np.asarray(np.minimum(firsts[:, None] + np.arange(FRAMES), count - 1))


def _repeated(piece: Span, count: int) -> npt.NDArray[np.int64]:
    """The frames of one window that has a short piece of speech several times over, and nothing else."""
    first, length = round(piece[0] * RATE / HOP), max(1, round((piece[1] - piece[0]) * RATE / HOP))
    return np.minimum(first + np.arange(FRAMES) % length, count - 1)[None]


def _is_pure(starts: npt.NDArray[np.float64], changes: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether no other voice begins within a window."""
    cuts = np.flatnonzero(changes) * FRAME_STEP_S
    return np.asarray(np.searchsorted(cuts, starts + WINDOW_S) == np.searchsorted(cuts, starts, side="right"))


def _voices(vectors: Array, pure: npt.NDArray[np.bool_], expected: int) -> Array:
    """The direction of each voice, by the windows of one voice alone where there are any, the largest voice first."""
    chosen = vectors[pure] if pure.any() else vectors
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


def _turns(
    pieces: list[Span], starts: npt.NDArray[np.float64], across: Array, alone: dict[Span, Array]
) -> list[VoiceTurn]:
    """The turns: each slot of a piece is of the voice that the windows over it are most like.

    What a short piece is like by itself must say the same; else it is of nobody, and goes with whoever is taken out.
    """
    turns: list[VoiceTurn] = []
    for piece in pieces:
        voice = _slots(piece, starts, across)
        if piece in alone:
            voice = np.where(voice == np.argmax(alone[piece]), voice, _NOBODY)
        edges = [0, *(np.flatnonzero(np.diff(voice)) + 1).tolist(), len(voice)]
        turns += [
            VoiceTurn(
                start_s=round(piece[0] + first * _SLOT_S, 3),
                end_s=min(piece[1], round(piece[0] + last * _SLOT_S, 3)),
                cluster=int(voice[first]) + 1,
            )
            for first, last in pairwise(edges)
            if voice[first] != _NOBODY
        ]
    return _joined(turns)


def _slots(piece: Span, starts: npt.NDArray[np.float64], likeness: Array) -> npt.NDArray[np.int64]:
    """The voice of each slot of a piece, counted from 0."""
    near = slice(np.searchsorted(starts, piece[0] - WINDOW_S), np.searchsorted(starts, piece[1]))
    middles = piece[0] + (np.arange(int(np.ceil((piece[1] - piece[0]) / _SLOT_S))) + 0.5) * _SLOT_S
    # A window says most about its middle, and nothing about what lies outside of it.
    apart = np.abs(middles[:, None] - starts[near] - WINDOW_S / 2)
    weights = np.where(apart <= WINDOW_S / 2, 1.0 - apart / WINDOW_S, 0.0)
    return np.asarray(np.argmax(weights @ likeness[near], axis=1))


def _joined(turns: list[VoiceTurn]) -> list[VoiceTurn]:
    """The turns with those of one voice that follow each other without a pause as one."""
    joined: list[VoiceTurn] = []
    for turn in turns:
        if joined and joined[-1].cluster == turn.cluster and turn.start_s - joined[-1].end_s < _SLOT_S / 2:
            joined[-1] = replace(joined[-1], end_s=turn.end_s)
        else:
            joined.append(turn)
    return joined
