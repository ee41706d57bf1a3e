"""CAM++: a vector for less than a second of speech, near for one voice and far for two.

Wang and others, "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking" (2023); the
network as 3D-Speaker has it, weights ``speech_campplus_sv_zh_en_16k-common_advanced``. Vectors are never written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.diarization.checkpoint import Array, read_checkpoint
from pipeline.diarization.fbank import BANDS
from pipeline.diarization.onnx_graph import Graph
from pipeline.models.onnx_network import OnnxNetwork

FILE = "campplus_cn_en_common.pt"
FRAMES = 80
"""How many frames of 10 ms one window has. The mask of the network pools over 200 of them: one pool for a window.

A window of 160 frames hides a turn of half a second between two of somebody else: with it 0.5 to 1.6 % of a person's
speech stayed in hard mixes, with 80 it is 0.03 to 0.25 %, at the same loss of others' speech but for what is doubtful.
"""
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""For each dense block the number of its layers and their dilation."""
_EPSILON = 1e-5
_BATCH = 8
_INPUT = "features"


class SpeakerEncoder:
    """The network, loaded once."""

    def __init__(self, folder: Path) -> None:
        self._network = OnnxNetwork(_model(read_checkpoint(folder / FILE)))

    def encode(self, features: Array, windows: npt.NDArray[np.int64]) -> Array:
        """A vector of length 1 for each window, shape (n, 192).

        ``features`` are of shape (frames, BANDS), ``windows`` say which frames each has, shape (n, FRAMES); each is
        taken without its mean.
        """
        vectors = np.concatenate([self._network.run(batch) for batch in _batches(features, windows)])
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _batches(features: Array, windows: npt.NDArray[np.int64]) -> Iterator[Array]:
    for at in range(0, len(windows), _BATCH):
        batch = features[windows[at : at + _BATCH]]
        yield batch - batch.mean(axis=1, keepdims=True)


def _model(weights: Mapping[str, Array]) -> bytes:
    builder = _Builder(weights)
    graph = builder.graph
    picture = graph.add("Transpose", _INPUT, perm=[0, 2, 1])
    picture = graph.add("Unsqueeze", picture, graph.constant([1], np.int64))
    signal = builder.tdnn(builder.head(picture))
    for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
        for layer in range(1, layers + 1):
            more = builder.dense_layer(signal, f"xvector.block{number}.tdnnd{layer}", dilation)
            signal = graph.add("Concat", signal, more, axis=1)
        name = f"xvector.transit{number}"
        signal = builder.conv(builder.active(signal, f"{name}.nonlinear.batchnorm"), f"{name}.linear")
    output = builder.pooled(builder.active(signal, "xvector.out_nonlinear.batchnorm"))
    return graph.model(inputs=_INPUT, shape=("batch", FRAMES, BANDS), output=output)


class _Builder:
    """The parts of the network, each by the names that its weights have in the checkpoint."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.graph, self._weights = Graph(), weights

    def conv(self, signal: str, name: str, *, strides: tuple[int, ...] = (), pad: int = 0, dilation: int = 1) -> str:
        """A convolution over one or two axes, as many as its weights have."""
        weights, bias = self._weights[f"{name}.weight"], self._weights.get(f"{name}.bias")
        axes, kernel = weights.ndim - 2, weights.shape[2:]
        constants = [self.graph.constant(weights)] + ([] if bias is None else [self.graph.constant(bias)])
        return self.graph.add(
            "Conv",
            signal,
            *constants,
            kernel_shape=list(kernel),
            strides=list(strides or (1,) * axes),
            dilations=[dilation] * axes,
            pads=[pad if size > 1 else 0 for size in kernel] * 2,
        )

    def norm(self, signal: str, name: str) -> str:
        """Batch normalisation with the statistics of training."""
        mean, variance = self._weights[f"{name}.running_mean"], self._weights[f"{name}.running_var"]
        scale = self._weights.get(f"{name}.weight", np.ones_like(mean))
        shift = self._weights.get(f"{name}.bias", np.zeros_like(mean))
        constants = map(self.graph.constant, (scale, shift, mean, variance))
        return self.graph.add("BatchNormalization", signal, *constants, epsilon=_EPSILON)

    def active(self, signal: str, name: str) -> str:
        """Batch normalisation, then nothing below zero."""
        return self.graph.add("Relu", self.norm(signal, name))

    def head(self, picture: str) -> str:
        """The residual front: time stays, the bands become an eighth."""
        picture = self.active(self.conv(picture, "head.conv1", pad=1), "head.bn1")
        for name, stride in (("layer1.0", 2), ("layer1.1", 1), ("layer2.0", 2), ("layer2.1", 1)):
            picture = self._residual(picture, f"head.{name}", stride)
        return self.active(self.conv(picture, "head.conv2", strides=(2, 1), pad=1), "head.bn2")

    def _residual(self, picture: str, name: str, stride: int) -> str:
        inner = self.active(self.conv(picture, f"{name}.conv1", strides=(stride, 1), pad=1), f"{name}.bn1")
        inner = self.norm(self.conv(inner, f"{name}.conv2", pad=1), f"{name}.bn2")
        if stride > 1:
            picture = self.norm(self.conv(picture, f"{name}.shortcut.0", strides=(stride, 1)), f"{name}.shortcut.1")
        return self.graph.add("Relu", self.graph.add("Add", inner, picture))

    def tdnn(self, picture: str) -> str:
        """Channels and bands as one axis, and every second frame."""
        signal = self.graph.add("Reshape", picture, self.graph.constant([0, -1, FRAMES], np.int64))
        signal = self.conv(signal, "xvector.tdnn.linear", strides=(2,), pad=2)
        return self.active(signal, "xvector.tdnn.nonlinear.batchnorm")

    def dense_layer(self, signal: str, name: str, dilation: int) -> str:
        """A layer whose output is masked by what the whole window is like."""
        inner = self.conv(self.active(signal, f"{name}.nonlinear1.batchnorm"), f"{name}.linear1")
        inner = self.active(inner, f"{name}.nonlinear2.batchnorm")
        local = self.conv(inner, f"{name}.cam_layer.linear_local", pad=dilation, dilation=dilation)
        mean = self.graph.add("ReduceMean", inner, axes=[2], keepdims=1)
        # The mean of the whole and the mean of its pool of 100 frames, which a window is shorter than: twice the same.
        context = self.graph.add("Add", mean, mean)
        mask = self.conv(context, f"{name}.cam_layer.linear1")
        mask = self.conv(self.graph.add("Relu", mask), f"{name}.cam_layer.linear2")
        return self.graph.add("Mul", local, self.graph.add("Sigmoid", mask))

    def pooled(self, signal: str) -> str:
        """Mean and standard deviation over time as one vector."""
        frames = FRAMES // 2
        mean = self.graph.add("ReduceMean", signal, axes=[2], keepdims=1)
        centred = self.graph.add("Sub", signal, mean)
        variance = self.graph.add("ReduceMean", self.graph.add("Mul", centred, centred), axes=[2], keepdims=1)
        unbiased = self.graph.add("Mul", variance, self.graph.constant(frames / (frames - 1)))
        both = self.graph.add("Concat", mean, self.graph.add("Sqrt", unbiased), axis=1)
        vector = self.norm(self.conv(both, "xvector.dense.linear"), "xvector.dense.nonlinear.batchnorm")
        return self.graph.add("Squeeze", vector, self.graph.constant([2], np.int64))
