"""What Protocol Buffers are made of, as far as the models that are read or written here need it."""

from __future__ import annotations


def varint(value: int) -> bytes:
    """A number of at least 0 in groups of seven bits, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
