"""One network in memory, run by onnxruntime on one thread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


class OnnxNetwork:
    """An ONNX model with one input."""

    def __init__(self, model: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: Array) -> Array:
        """The first output for one batch, its first axis that of the batch."""
        return self.run_all(batch)[0]

    def run_all(self, batch: Array) -> list[Array]:
        """Every output for one batch, in the model's order."""
        return [
            np.asarray(each) for each in self._session.run(None, {self._input: np.ascontiguousarray(batch, np.float32)})
        ]
