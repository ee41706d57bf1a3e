"""Voices are told apart: clusters of vectors, features as Kaldi's, and the whole on a sample session."""

from __future__ import annotations

import math
import tracemalloc
from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest

from pipeline import diarization, models, spans
from pipeline.diarization.clustering import MOST, centres, cluster
from pipeline.diarization.fbank import BANDS, RATE, fbank
from pipeline.diarization.onnx_graph import Graph
from pipeline.diarization.windows import (
    WINDOW_S,
    WINDOW_STEP_S,
    Likeness,
    is_pure,
    likeness,
    window_starts,
    with_neighbours,
)
from pipeline.models.onnx_network import OnnxNetwork
from pipeline.records.speaker_turns import VOICE_DOUBT_S
from tests.speech.conftest import SAMPLES, sound, truth

MIXED = "2026-11-18-d-refused-mixed"
HERS, HIS = "2026-11-18-a-own-tracks/hannah-berg.flac", "2026-11-18-a-own-tracks/tomasz-nowak.flac"
HAS_MODEL = models.folder(models.find(diarization.MODEL)).is_dir()


def voices(*counts: int, spread: float = 0.3) -> npt.NDArray[np.float32]:
    """Vectors of several voices in turn, each around a direction of its own."""
    random = np.random.default_rng(5)
    rows = np.concatenate(
        [np.eye(16)[number] + random.normal(0, spread / 4, (count, 16)) for number, count in enumerate(counts)]
    )
    vectors: npt.NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return vectors


def test_vectors_around_one_direction_are_one_voice_and_the_largest_is_first() -> None:
    labels = cluster(voices(5, 30, 12), farthest=0.5)
    assert labels.tolist() == [2] * 5 + [0] * 30 + [1] * 12
    assert np.allclose(np.argmax(centres(voices(5, 30, 12), labels), axis=1), [1, 2, 0])


def test_how_far_apart_decides_how_many_there_are() -> None:
    assert set(cluster(voices(8, 8), farthest=1.2).tolist()) == {0}
    assert len(set(cluster(voices(8, 8), farthest=0.001).tolist())) == 16
    assert cluster(np.zeros((0, 16), np.float32), farthest=0.5).tolist() == []


def test_more_windows_than_are_linked_go_to_the_nearest_voice() -> None:
    labels = cluster(voices(MOST, 300), farthest=0.5)
    assert Counter(labels.tolist()) == {0: MOST, 1: 300}


def test_windows_cover_all_speech_and_no_more() -> None:
    starts = window_starts([(1.0, 1.3), (2.0, 2.8), (4.0, 6.0)], 6.0)
    assert starts[0] == pytest.approx(1.15 - WINDOW_S / 2) and starts[1] == 2.0
    assert starts[2:].tolist() == pytest.approx([4.0, 4.4, 4.8, 5.2])
    assert window_starts([(0.0, 0.2), (5.9, 6.0)], 6.0).tolist() == [0.0, 6.0 - WINDOW_S]


def test_neighbours_are_one_step_away_and_a_cut_beside_a_window_spoils_it() -> None:
    starts = np.array([0.0, 0.4, 0.8, 3.0])
    vectors = np.eye(4, dtype=np.float32)
    means = with_neighbours(starts, vectors)
    assert np.allclose(means[1], [1 / np.sqrt(3)] * 3 + [0]) and np.allclose(means[3], vectors[3])
    assert np.allclose(np.linalg.norm(means, axis=1), 1.0)
    assert is_pure(starts, np.array([1.9])).tolist() == [True, True, False, True]
    assert is_pure(starts, np.array([3.0 - WINDOW_STEP_S + 0.1])).tolist() == [True, True, True, False]


def test_a_moment_is_like_what_the_windows_around_it_are_like() -> None:
    cosines = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    alike = Likeness(np.array([0.0, 0.4, 0.8]), cosines, cosines, np.eye(2, dtype=np.float32))
    broad, narrow = alike.at(np.array([0.05, 0.4, 1.2, 1.55]))
    assert np.argmax(narrow, axis=1).tolist() == [0, 0, 1, 1] and narrow[1, 0] > 0.99
    assert broad[2, 1] < narrow[2, 1] and np.allclose(broad.sum(axis=1), 1.0)


def test_what_somebody_says_for_long_without_a_pause_takes_no_more_memory_for_each_moment() -> None:
    """Music, or a reader, for twenty minutes: all moments against all windows would take 300 MB an array."""
    starts = np.arange(0, 1200, WINDOW_STEP_S)
    cosines = np.random.default_rng(5).random((len(starts), 2)).astype(np.float32)
    alike = Likeness(starts, cosines, cosines, np.eye(2, dtype=np.float32))
    middles = np.arange(0.05, 1200, 0.1)
    tracemalloc.start()
    broad, narrow = alike.at(middles)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert broad.shape == narrow.shape == (len(middles), 2)
    assert np.allclose(broad[5990:6010], alike.at(middles[5990:6010])[0], atol=1e-5)
    assert peak < 20e6


def test_what_is_usual_of_a_voice_is_the_median_of_its_own_windows() -> None:
    voice, other = np.eye(2, dtype=np.float32)
    turned = np.array([0.8, 0.6], np.float32)
    alike = likeness(
        np.array([0.0, 9.0, 18.0, 27.0]), np.stack([voice, turned, voice, other]), np.eye(3, 2, dtype=np.float32)
    )
    assert np.allclose(alike.usual, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert np.allclose(alike.narrow[1], [0.8, 0.6, 0.0])


def test_a_tone_is_in_its_own_band_in_every_frame() -> None:
    at = np.arange(RATE) / RATE
    features = fbank(np.sin(2 * math.pi * 1000 * at).astype(np.float32))
    mel = 1127 * np.log1p(np.array([20, 1000, 8000]) / 700)
    band = (mel[1] - mel[0]) / (mel[2] - mel[0]) * (BANDS + 1) - 1
    assert features.shape == (98, BANDS)
    assert np.abs(np.argmax(features, axis=1) - band).max() < 1
    assert fbank(np.zeros(399, np.float32)).shape == (0, BANDS)


def test_a_graph_computes_what_it_says() -> None:
    graph = Graph()
    output = graph.add(
        "Add", graph.add("MatMul", "x", graph.constant([[1.0, 2.0], [3.0, 4.0]])), graph.constant([0.5, -1])
    )
    output = graph.add("LeakyRelu", graph.add("Transpose", output, perm=[1, 0]), alpha=0.25)
    network = OnnxNetwork(graph.model(inputs="x", shape=("batch", 2), output=output))
    assert np.allclose(network.run(np.array([[1, 1], [0, -1]], np.float32)), [[4.5, -0.625], [5.0, -1.25]])


@pytest.mark.skipif(not HAS_MODEL, reason="the model of voices is not here: make setup pulls it")
def test_each_voice_of_a_sample_is_one_cluster() -> None:
    end_s = 26.0
    samples = sound(SAMPLES / "sessions" / MIXED / "recording.opus", end_s=end_s)
    told = diarization.diarize(samples, diarization.load_models(), expected=3)
    assert told.clusters == (1, 2, 3)
    said: dict[str, list[tuple[float, float]]] = {}
    for word in truth(MIXED)["words"]:
        if word["end_s"] < end_s:
            said.setdefault(word["participant"], []).append((word["start_s"], word["end_s"]))
    shares = {
        who: [
            spans.total(spans.intersect(words, spans.times(told.of(number)))) / spans.total(words)
            for number in told.clusters
        ]
        for who, words in said.items()
    }
    assert all(max(share) > 0.97 for share in shares.values()), shares
    assert len({int(np.argmax(share)) for share in shares.values()}) == 3
    speech_s = spans.total(word for words in said.values() for word in words)
    assert spans.total(spans.times(told.overlaps)) == 0.0 and 0.95 < told.speech_s / speech_s < 1.1


@pytest.mark.skipif(not HAS_MODEL, reason="the model of voices is not here: make setup pulls it")
def test_a_word_between_two_of_anothers_is_hers_or_doubtful() -> None:
    """Half a second without a pause before or after it, in which a window of 1.6 s hears mostly the other voice."""
    hers, his = (_spoken(sound(SAMPLES / "sessions" / track)) for track in (HERS, HIS))
    part, word = 3 * RATE, RATE // 2
    pieces: list[npt.NDArray[np.float32]] = []
    said: list[tuple[float, float]] = []
    for turn in range(6):
        pieces.append(his[turn * part : (turn + 1) * part])
        start_s = sum(map(len, pieces)) / RATE
        pieces.append(hers[turn * word : (turn + 1) * word])
        said.append((start_s, start_s + word / RATE))
    first_s = sum(map(len, pieces)) / RATE
    samples = np.concatenate([*pieces, hers[6 * word :][: 10 * RATE]])
    told = diarization.diarize(samples, diarization.load_models(), expected=2)
    of = {number: spans.times(told.of(number)) for number in told.clusters}
    her_number = max(of, key=lambda number: spans.total(spans.intersect(of[number], [(first_s, first_s + 10.0)])))
    maybe = spans.times(turn for turn in told.doubtful if turn.cluster == her_number)
    theirs = [*spans.pad(of[her_number], VOICE_DOUBT_S), *maybe, *spans.times(told.overlaps)]
    assert spans.total(spans.subtract(said, theirs)) < 0.1, spans.subtract(said, theirs)


def _spoken(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What is said without the pauses, as loud as any other's."""
    blocks = samples[: len(samples) // 800 * 800].reshape(-1, 800)
    spoken = blocks[np.sqrt(np.mean(blocks**2, axis=1)) > 0.01].ravel()
    return np.asarray(spoken * (0.05 / np.sqrt(np.mean(spoken**2))), np.float32)
