"""A network as an ONNX model, written node by node: just what two of them need, so that no converter is needed.

The format is Protocol Buffers; the numbers of fields are those of ``onnx.proto3`` (ONNX 1.x, IR version 8).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.models.protobuf import varint

_IR_VERSION, _OPSET = 8, 17
_FLOAT, _INT64 = 1, 7
_OF_TYPE = {np.dtype(np.float32): _FLOAT, np.dtype(np.int64): _INT64}

Attribute = int | float | str | Sequence[int]


class Graph:
    """A graph under construction; ``add`` gives the name of a node's output, which is the input of others."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """An array that is part of the model; gives its name."""
        array, name = np.ascontiguousarray(values, dtype), f"c{len(self._constants)}"
        dims = b"".join(_number(1, size) for size in array.shape)
        tensor = dims + _number(2, _OF_TYPE[array.dtype]) + _text(8, name) + _bytes(9, array.tobytes())
        self._constants.append(_bytes(5, tensor))
        return name

    def add(self, op: str, *inputs: str, **attributes: Attribute) -> str:
        """A node of an operator of ONNX with one output; gives the output's name. An absent input is empty."""
        output = f"n{len(self._nodes)}"
        node = b"".join(_text(1, each) for each in inputs) + _text(2, output) + _text(4, op)
        node += b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes.items())
        self._nodes.append(_bytes(1, node))
        return output

    def model(self, *, inputs: str, shape: Iterable[int | str], output: str) -> bytes:
        """The whole model with one input of float32 of this shape, where a word stands for any size, and one output."""
        input_value = _bytes(11, _value(inputs, shape))
        output_value = _bytes(12, _text(1, output) + _bytes(2, _bytes(1, _number(1, _FLOAT))))
        graph = b"".join((*self._nodes, _text(2, "graph"), *self._constants, input_value, output_value))
        return _number(1, _IR_VERSION) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, _OPSET))


def _value(name: str, shape: Iterable[int | str]) -> bytes:
    dims = b"".join(_bytes(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _number(20, 3)
    return _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7)


def _number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value % (1 << 64))


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content
