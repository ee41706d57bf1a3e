"""An ONNX model that was exported for pictures of one size, changed to take any: only its inputs' and outputs' shapes.

The format is Protocol Buffers; the numbers of fields are those of ``onnx.proto3``. Nothing else of the file changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.models.protobuf import varint

_GRAPH, _NAME, _TYPE, _TENSOR_TYPE, _ELEMENT_TYPE = 7, 1, 2, 1, 1
_INPUT, _OUTPUT, _VALUE = 11, 12, 13
_BYTES, _VARINT, _WORD, _LONG = 2, 0, 5, 1


def with_any_size(model: bytes) -> bytes:
    """The model without the shapes that its inputs, outputs and values in between are said to have.

    Raises ``ValueError`` where it is no ONNX model.
    """
    return _joined((field, kind, _freed(raw) if field == _GRAPH else raw) for field, kind, raw in _fields(model))


def _freed(graph: bytes) -> bytes:
    fields = _fields(graph)
    return _joined(
        (field, kind, _shapeless(raw) if field in (_INPUT, _OUTPUT) else raw)
        for field, kind, raw in fields
        if field != _VALUE
    )


def _shapeless(value: bytes) -> bytes:
    """A value's name and the type of its elements, without its shape."""
    parts = {field: raw for field, _, raw in _fields(value)}
    tensor = dict[int, bytes]((field, raw) for field, _, raw in _fields(parts[_TYPE]))[_TENSOR_TYPE]
    kind = _joined(each for each in _fields(tensor) if each[0] == _ELEMENT_TYPE)
    return _joined([(_NAME, _BYTES, parts[_NAME]), (_TYPE, _BYTES, _joined([(_TENSOR_TYPE, _BYTES, kind)]))])


def _fields(message: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each field of a message: its number, how it is stored, and its content."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        field, kind = key >> 3, key & 7
        begin = at
        if kind == _BYTES:
            length, begin = _number(message, at)
            at = begin + length
        elif kind == _VARINT:
            _, at = _number(message, at)
        elif kind in (_WORD, _LONG):
            at += 4 if kind == _WORD else 8
        else:
            raise ValueError("no ONNX model")
        if at > len(message):
            raise ValueError("no ONNX model")
        yield field, kind, message[begin:at]


def _joined(fields: Iterator[tuple[int, int, bytes]] | list[tuple[int, int, bytes]]) -> bytes:
    parts = []
    for field, kind, raw in fields:
        parts += [varint(field << 3 | kind), varint(len(raw)) if kind == _BYTES else b"", raw]
    return b"".join(parts)


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("no ONNX model")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
