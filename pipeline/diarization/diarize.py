"""Who speaks when in mixed sound: stretches of one voice, windows in them, their vectors, clusters of them, turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline import models, spans
from pipeline.diarization.checkpoint import Array
from pipeline.diarization.clustering import Labels, centres, cluster
from pipeline.diarization.fbank import RATE, fbank
from pipeline.diarization.segmentation import FRAME_STEP_S, Activity, Segmentation
from pipeline.diarization.speaker_encoder import SpeakerEncoder
from pipeline.diarization.windows import (
    WINDOW_STEP_S,
    Likeness,
    Span,
    frames_of,
    is_pure,
    likeness,
    window_starts,
    with_neighbours,
)
from pipeline.records import Diarization, Interval, VoiceTurn

VERSION = "3"
MODEL = "voices"
"""The entry of models.toml that holds both networks."""
SPEECH_FROM = 0.5
OVERLAP_FROM = 0.07
"""The chance from which two voices count as heard at once.

Far lower than even: an overlap that is missed may be the voice of somebody who is taken out. Of four real readers in a
room 0.18 % stays with it and with ``DOUBTFUL_WITHIN`` in dense mixes, and 0.24 % in others; with 0.1 and 0.2 0.21 and
0.30 %. Others lose 1.5 % more.
"""
DOUBTFUL_WITHIN = 0.3
"""How much less like another voice than like the nearest a moment may be, as cosines, to be doubtful.

With 0.2 a half to two thirds less of a person stays in hard mixes than with none, and others lose 1 to 5 % more; with
0.3 a little less stays, for another 0.5 % that others lose.
"""
FAINT_OVERLAP_FROM, FAINT_WITHIN = 0.05, 0.6
"""The chance of two voices from which a moment is doubtful even where it is less like another voice than that.

Short words under another's voice are what stays else: with it 0.25 % at most of hard mixes in a room, without 0.36; of
mixes with an overlap in every second turn 0.43 and 0.98. Others lose up to 8 % more.
"""
FAR_APART = 0.5
"""How much less like another voice than like its own a window is of voices that are far apart, as of most people.

Of voices that are nearer, as of one synthesiser at two pitches (0.3), what is within is as much less: else most of what
the one says would be doubtful for the other.
"""
UNLIKE_ITSELF, UNLIKE_WITHIN = 0.15, 0.35
"""How much less like its own voice than usual a moment must be to be doubtful up to that much less like another voice.

Half a second between two of somebody else's words makes a window unlike him before it makes it like her. In mixes of
six people with an overlap in every second turn 0.23 % stays with it and 0.37 without; others lose up to 1 % more.
"""
SHORTEST_CLUSTER_S = 2.0
"""A cluster of less speech is one odd window, not a voice: its windows go to the voice that they are nearest to."""
FARTHEST = (0.6, 0.5, 0.45, 0.4)
"""How far apart two clusters may be to be one voice, on average: the first that gives as many as are expected.

Means of three windows of one voice lie 0.2 to 0.4 apart on average in read speech and in the sample voices, those of
two people 0.6 and more; of one synthesiser at two pitches, 0.46. With 0.7 a voice is in two clusters less often, in
mixes in a room, but two people may be in one: that costs a voice, and the other a key.
"""
_SLOT_S = 0.1
_SHORTEST_PAUSE_S = 0.3
_SHORTEST_SPEECH_S = 0.1


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
    doubtful: list[VoiceTurn] = []
    if pieces:
        alike = _likeness(samples, speech, activity.changes, networks.encoder, expected)
        for piece in pieces:
            slots = _Slots(piece, alike, activity)
            turns += slots.turns()
            doubtful += slots.doubtful()
    return Diarization(
        version=VERSION,
        turns=tuple(_joined(turns)),
        overlaps=tuple(Interval(start_s=start_s, end_s=end_s) for start_s, end_s in overlaps),
        speech_s=round(spans.total(speech), 3),
        doubtful=tuple(doubtful),
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


def _likeness(
    samples: Array, speech: list[Span], changes: npt.NDArray[np.bool_], encoder: SpeakerEncoder, expected: int
) -> Likeness:
    """The windows of all speech against the voices, which are the clusters of them, the largest voice first.

    Voices are by the windows of one voice alone where there are any.
    """
    features = fbank(np.concatenate([samples, np.zeros(2 * RATE, np.float32)]))
    starts = window_starts(speech, len(samples) / RATE)
    vectors = encoder.encode(features, frames_of(starts, len(features)))
    broad = with_neighbours(starts, vectors)
    pure = is_pure(starts, np.flatnonzero(changes) * FRAME_STEP_S)
    chosen = broad[pure] if pure.any() else broad
    voices = centres(chosen, _labels(chosen, expected))
    return likeness(starts, vectors, voices)


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


class _Slots:
    """A piece of speech in slots of a tenth of a second: whose voice each is, and whose it may be as well."""

    def __init__(self, piece: Span, alike: Likeness, activity: Activity) -> None:
        self._piece = piece
        first_s = piece[0] + np.arange(int(np.ceil((piece[1] - piece[0]) / _SLOT_S)), dtype=np.float64) * _SLOT_S
        broad, narrow = alike.at(first_s + _SLOT_S / 2)
        self._voice = np.argmax(broad, axis=1)
        scale = _scale(alike)
        maybe = _nearly(broad, DOUBTFUL_WITHIN * scale) | _nearly(narrow, DOUBTFUL_WITHIN * scale)
        faint = _most(activity.overlap, first_s, first_s + _SLOT_S) >= FAINT_OVERLAP_FROM
        maybe |= faint[:, None] & _nearly(narrow, FAINT_WITHIN * scale)
        nearest = np.argmax(narrow, axis=1)
        unlike = narrow.max(axis=1) < alike.usual[nearest, nearest] - UNLIKE_ITSELF
        maybe |= _widened(unlike)[:, None] & _nearly(narrow, UNLIKE_WITHIN * scale)
        maybe[np.arange(len(maybe)), self._voice] = False
        self._maybe = maybe

    def turns(self) -> Iterator[VoiceTurn]:
        """A turn for each voice in a row, in order of time."""
        edges = [0, *(np.flatnonzero(np.diff(self._voice)) + 1).tolist(), len(self._voice)]
        for first, last in pairwise(edges):
            yield self._turn(first, last, int(self._voice[first]))

    def doubtful(self) -> Iterator[VoiceTurn]:
        """The stretches in which another voice may be heard, one for each such voice, by voice and time."""
        for voice, maybe in enumerate(self._maybe.T):
            edges = np.flatnonzero(np.diff(np.concatenate([[False], maybe, [False]]).astype(np.int8)))
            for first, last in edges.reshape(-1, 2).tolist():
                yield self._turn(first, last, voice)

    def _turn(self, first: int, last: int, voice: int) -> VoiceTurn:
        start_s, end_s = (round(self._piece[0] + slot * _SLOT_S, 3) for slot in (first, last))
        return VoiceTurn(start_s=start_s, end_s=min(self._piece[1], end_s), cluster=voice + 1)


def _scale(alike: Likeness) -> Array:
    """How far apart each two voices are by the windows of the first, from 0 to 1, shape (voices, voices)."""
    own = np.diagonal(alike.usual)[:, None]
    return np.asarray(np.clip((own - alike.usual) / FAR_APART, 0.0, 1.0), np.float32)


def _nearly(cosines: Array, within: Array) -> npt.NDArray[np.bool_]:
    """Which voices each moment is nearly as much like as like the nearest; ``within`` by the nearest and the other."""
    nearest = np.argmax(cosines, axis=1)
    return np.asarray(cosines >= cosines.max(axis=1, keepdims=True) - within[nearest])


def _widened(slots: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Slots that are set, and two on both sides: a window that is unlike itself does not tell which half of it is."""
    return np.asarray(np.convolve(slots, np.ones(5), "full")[2 : 2 + len(slots)] > 0)


def _most(chances: Array, starts: npt.NDArray[np.float64], ends: npt.NDArray[np.float64]) -> Array:
    """The highest chance of any frame in each stretch."""
    firsts, lasts = (np.clip(edge / FRAME_STEP_S, 0, len(chances) - 1).astype(np.int64) for edge in (starts, ends))
    return np.asarray([chances[first : last + 1].max() for first, last in zip(firsts, lasts, strict=True)], np.float32)


def _joined(turns: Sequence[VoiceTurn]) -> list[VoiceTurn]:
    """The turns with those of one voice that follow each other without a pause as one."""
    joined: list[VoiceTurn] = []
    for turn in turns:
        if joined and joined[-1].cluster == turn.cluster and turn.start_s - joined[-1].end_s < _SLOT_S / 2:
            joined[-1] = replace(joined[-1], end_s=turn.end_s)
        else:
            joined.append(turn)
    return joined
