"""Voices are told apart: clusters of vectors, features as Kaldi's, and the whole on a sample session."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest

from pipeline import diarization, models, spans
from pipeline.diarization.clustering import MOST, centres, cluster
from pipeline.diarization.fbank import BANDS, RATE, fbank
from pipeline.diarization.onnx_graph import Graph
from pipeline.diarization.onnx_session import OnnxNetwork
from tests.speech.conftest import SAMPLES, sound, truth

MIXED = "2026-11-18-d-refused-mixed"
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
