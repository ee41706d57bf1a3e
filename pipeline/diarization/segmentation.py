"""pyannote's segmentation-3.0: at each moment whether somebody speaks, and whether two speak at once.

Bredin, "pyannote.audio 2.1 speaker diarization pipeline" (2023), and Plaquet and Bredin, "Powerset multi-class cross
entropy loss for neural speaker diarization" (2023). The network hears 10 s and tells up to three voices apart within
them; which of them is which is left to the speaker encoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.diarization.checkpoint import Array, read_checkpoint
from pipeline.diarization.onnx_graph import Graph
from pipeline.models.onnx_network import OnnxNetwork

FILE = "segmentation-3.0.bin"
RATE = 16000
WINDOW_S = 10.0
FRAME_STEP_S = 270 / RATE
"""The frames of the network are 270 samples apart; the first is centred on ``FRAME_CENTRE_S``."""
FRAME_CENTRE_S = 991 / 2 / RATE
_WINDOW = round(WINDOW_S * RATE)
_STEP_S = 5.0
_LAYERS, _HIDDEN = 4, 128
_OVERLAPS = 4
"""The first of the classes in which two voices are heard; before it nobody, and each of three voices alone."""
_BATCH = 8
_INPUT = "sound"
_LOWEST_HZ = 50.0


@dataclass(frozen=True, slots=True)
class Activity:
    """Chances, 0 to 1, for each frame of ``FRAME_STEP_S``: that somebody speaks, and that two speak at once.

    ``changes`` is set where another voice, or another number of them, is heard than in the frame before.
    """

    speech: Array
    overlap: Array
    changes: npt.NDArray[np.bool_]


class Segmentation:
    """The network, loaded once."""

    def __init__(self, folder: Path) -> None:
        self._network = OnnxNetwork(_model(read_checkpoint(folder / FILE, lambda whole: whole["state_dict"])))

    def activity(self, samples: Array) -> Activity:
        """What is heard in mono samples at ``RATE``. Windows overlap: speech is the mean, overlaps the most."""
        frames = int(len(samples) / RATE / FRAME_STEP_S) + 1
        speech, counted, overlap = np.zeros(frames), np.zeros(frames), np.zeros(frames)
        changes = np.zeros(frames, bool)
        starts = np.arange(0, max(1, len(samples) - _WINDOW + round(_STEP_S * RATE)), round(_STEP_S * RATE))
        for at in range(0, len(starts), _BATCH):
            batch = starts[at : at + _BATCH]
            windows = np.zeros((len(batch), 1, _WINDOW), np.float32)
            for row, start in zip(windows, batch, strict=True):
                part = samples[start : start + _WINDOW]
                row[0, : len(part)] = part
            for start, classes in zip(batch, self._network.run(windows), strict=True):
                first = round((start / RATE + FRAME_CENTRE_S) / FRAME_STEP_S)
                count = max(0, min(len(classes), frames - first))
                span = slice(first, first + count)
                speech[span] += 1.0 - classes[:count, 0]
                counted[span] += 1
                overlap[span] = np.maximum(overlap[span], classes[:count, _OVERLAPS:].sum(axis=1))
                changes[span] |= _changes(classes)[:count]
        return Activity((speech / np.maximum(1, counted)).astype(np.float32), overlap.astype(np.float32), changes)


def _changes(classes: Array) -> npt.NDArray[np.bool_]:
    """Where the likeliest class of a window changes, speech on both sides; a class is another in the next window."""
    likeliest = np.argmax(classes, axis=1)
    changed = (likeliest[1:] != likeliest[:-1]) & (likeliest[1:] > 0) & (likeliest[:-1] > 0)
    return np.concatenate([[False], changed])


def _model(weights: Mapping[str, Array]) -> bytes:
    graph = Graph()
    signal = _instance_norm(graph, weights, _INPUT, "sincnet.wav_norm1d")
    signal = graph.add("Conv", signal, graph.constant(_filters(weights)), strides=[10])
    signal = _pooled(graph, weights, graph.add("Abs", signal), 0)
    for number in (1, 2):
        name = f"sincnet.conv1d.{number}"
        constants = (graph.constant(weights[f"{name}.weight"]), graph.constant(weights[f"{name}.bias"]))
        signal = _pooled(graph, weights, graph.add("Conv", signal, *constants), number)
    signal = graph.add("Transpose", signal, perm=[2, 0, 1])
    for layer in range(_LAYERS):
        signal = _lstm(graph, weights, signal, layer)
    signal = graph.add("Transpose", signal, perm=[1, 0, 2])
    for number in (0, 1):
        signal = graph.add("LeakyRelu", _linear(graph, weights, signal, f"linear.{number}"), alpha=0.01)
    output = graph.add("Softmax", _linear(graph, weights, signal, "classifier"), axis=2)
    return graph.model(inputs=_INPUT, shape=("batch", 1, _WINDOW), output=output)


def _instance_norm(graph: Graph, weights: Mapping[str, Array], signal: str, name: str) -> str:
    constants = (graph.constant(weights[f"{name}.weight"]), graph.constant(weights[f"{name}.bias"]))
    return graph.add("InstanceNormalization", signal, *constants, epsilon=1e-5)


def _pooled(graph: Graph, weights: Mapping[str, Array], signal: str, number: int) -> str:
    signal = graph.add("MaxPool", signal, kernel_shape=[3], strides=[3])
    return graph.add("LeakyRelu", _instance_norm(graph, weights, signal, f"sincnet.norm1d.{number}"), alpha=0.01)


def _filters(weights: Mapping[str, Array]) -> Array:
    """The band-pass filters of SincNet, shape (80, 1, 251): 40 even and 40 odd ones, as asteroid's ``ParamSincFB``."""
    name = "sincnet.conv1d.0.filterbank"
    low = _LOWEST_HZ + np.abs(weights[f"{name}.low_hz_"].astype(np.float64))
    high = np.clip(low + _LOWEST_HZ + np.abs(weights[f"{name}.band_hz_"]), _LOWEST_HZ, RATE / 2)
    at, window, band = weights[f"{name}.n_"].astype(np.float64), weights[f"{name}.window_"], high - low
    even = (np.sin(high @ at) - np.sin(low @ at)) / (at / 2) * window
    odd = (np.cos(low @ at) - np.cos(high @ at)) / (at / 2) * window
    filters = np.vstack(
        [np.hstack([even, 2 * band, even[:, ::-1]]), np.hstack([odd, np.zeros_like(band), -odd[:, ::-1]])]
    )
    return np.asarray(filters / (2 * np.vstack([band, band])), np.float32)[:, None, :]


def _lstm(graph: Graph, weights: Mapping[str, Array], signal: str, layer: int) -> str:
    """A layer of memory cells in both directions; ONNX has their gates in another order than PyTorch."""

    def stacked(name: str) -> Array:
        return np.stack([_regated(weights[f"lstm.{name}_l{layer}{way}"]) for way in ("", "_reverse")])

    bias = np.concatenate([stacked("bias_ih"), stacked("bias_hh")], axis=1)
    constants = map(graph.constant, (stacked("weight_ih"), stacked("weight_hh"), bias))
    hidden = graph.add("LSTM", signal, *constants, direction="bidirectional", hidden_size=_HIDDEN)
    hidden = graph.add("Transpose", hidden, perm=[0, 2, 1, 3])
    return graph.add("Reshape", hidden, graph.constant([0, 0, 2 * _HIDDEN], np.int64))


def _regated(values: Array) -> Array:
    entry, forget, cell, out = np.split(values, 4)
    return np.concatenate([entry, out, forget, cell])


def _linear(graph: Graph, weights: Mapping[str, Array], signal: str, name: str) -> str:
    product = graph.add("MatMul", signal, graph.constant(weights[f"{name}.weight"].T))
    return graph.add("Add", product, graph.constant(weights[f"{name}.bias"]))
