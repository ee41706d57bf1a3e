"""The setup header of Vorbis, walked to its end: codebooks, floors, residues, mappings, modes, and nothing behind.

After the Vorbis I specification, sections 3.2.1 (codebooks), 4.2.4 (setup), 6.2.1 and 7.2.2 (floors), 8.6.1 (residues).
"""

from __future__ import annotations

_SYNC = 0x564342


class _Bits:
    """The bits of a packet, the lowest of each byte first; ``IndexError`` behind its end."""

    def __init__(self, data: bytes) -> None:
        self._value, self._size, self._at = int.from_bytes(data, "little"), 8 * len(data), 0

    def take(self, count: int) -> int:
        """The number in the next ``count`` bits."""
        if self._at + count > self._size:
            raise IndexError("a header ends too soon")
        self._at += count
        return self._value >> self._at - count & (1 << count) - 1

    @property
    def left(self) -> int:
        """How many bits are left."""
        return self._size - self._at


def is_bare_setup(data: bytes, *, channels: int) -> bool:
    """Whether a setup header is whole and ends with its framing bit, but for zeros up to a whole byte."""
    bits = _Bits(data)
    try:
        for _ in range(bits.take(8) + 1):
            _codebook(bits)
        for _ in range(bits.take(6) + 1):
            bits.take(16)
        for _ in range(bits.take(6) + 1):
            _floor(bits)
        for _ in range(bits.take(6) + 1):
            _residue(bits)
        for _ in range(bits.take(6) + 1):
            _mapping(bits, channels)
        for _ in range(bits.take(6) + 1):
            bits.take(1 + 16 + 16 + 8)
        return bits.take(1) == 1 and bits.left < 8 and bits.take(bits.left) == 0
    except IndexError:
        return False


def _codebook(bits: _Bits) -> None:
    if bits.take(24) != _SYNC:
        raise IndexError("no codebook")
    dimensions, entries = bits.take(16), bits.take(24)
    if bits.take(1):
        _ordered(bits, entries)
    else:
        sparse = bits.take(1)
        for _ in range(entries):
            if not sparse or bits.take(1):
                bits.take(5)
    lookup = bits.take(4)
    if lookup:
        bits.take(32 + 32)
        width = bits.take(4) + 1
        bits.take(1)
        values = _quantised(entries, dimensions) if lookup == 1 else entries * dimensions
        bits.take(width * values)


def _ordered(bits: _Bits, entries: int) -> None:
    bits.take(5)
    at = 0
    while at < entries:
        at += bits.take((entries - at).bit_length())


def _quantised(entries: int, dimensions: int) -> int:
    """The greatest number whose power of ``dimensions`` is not more than ``entries`` (section 9.2.3)."""
    if not dimensions:
        raise IndexError("a codebook without dimensions")
    value = int(entries ** (1 / dimensions)) + 1
    while value**dimensions > entries:
        value -= 1
    return value


def _floor(bits: _Bits) -> None:
    if bits.take(16) == 0:
        bits.take(8 + 16 + 16 + 6 + 8)
        bits.take(8 * (bits.take(4) + 1))
        return
    classes_of = [bits.take(4) for _ in range(bits.take(5))]
    sizes = []
    for _ in range(max(classes_of, default=-1) + 1):
        sizes.append(bits.take(3) + 1)
        subclasses = bits.take(2)
        bits.take(8 if subclasses else 0)
        bits.take(8 << subclasses)
    bits.take(2)
    width = bits.take(4)
    bits.take(width * sum(sizes[number] for number in classes_of))


def _residue(bits: _Bits) -> None:
    bits.take(16 + 24 + 24 + 24)
    classes = bits.take(6) + 1
    bits.take(8)
    cascades = []
    for _ in range(classes):
        low = bits.take(3)
        cascades.append((bits.take(5) << 3 | low) if bits.take(1) else low)
    bits.take(8 * sum(cascade.bit_count() for cascade in cascades))


def _mapping(bits: _Bits, channels: int) -> None:
    bits.take(16)
    submaps = bits.take(4) + 1 if bits.take(1) else 1
    if bits.take(1):
        width = (channels - 1).bit_length()
        for _ in range(bits.take(8) + 1):
            bits.take(2 * width)
    bits.take(2)
    if submaps > 1:
        bits.take(4 * channels)
    bits.take(submaps * (8 + 8 + 8))
