"""One network in memory, run by onnxruntime on one thread."""

from __future__ import annotations

import numpy as np

from pipeline.diarization.checkpoint import Array


class OnnxNetwork:
    """An ONNX model with one input and one output."""

    def __init__(self, model: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: Array) -> Array:
        """The output for one batch, its first axis that of the batch."""
        return np.asarray(self._session.run(None, {self._input: np.ascontiguousarray(batch, np.float32)})[0])
