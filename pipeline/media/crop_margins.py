"""How much of a compressed picture its own header cuts away: no player shows it, yet a copy would carry it."""

from __future__ import annotations

from pipeline.media.nal_units import H264, Codec

H264_SPS, HEVC_SPS = 7, 33
# Codecs work in whole blocks: a margin smaller than one is no part of what was recorded.
H264_BLOCK, HEVC_BLOCK = 16, 64
_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_GUARD = b"\x00\x00\x03"


class _Bits:
    """The bits of one unit, without the bytes that only keep start codes out of it; ``IndexError`` behind its end."""

    def __init__(self, unit: bytes) -> None:
        bare = unit.replace(_GUARD, b"\x00\x00")
        self._bits = "".join(f"{byte:08b}" for byte in bare)
        self._at = 0

    def take(self, count: int) -> int:
        """The number in the next ``count`` bits."""
        if self._at + count > len(self._bits):
            raise IndexError("a header ends too soon")
        self._at += count
        return int(self._bits[self._at - count : self._at] or "0", 2)

    def number(self) -> int:
        """The next number as both codecs write them (Exp-Golomb, unsigned)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def numbers(self, count: int) -> list[int]:
        """So many numbers."""
        return [self.number() for _ in range(count)]

    def signed(self) -> int:
        """The next number, which may be negative."""
        number = self.number()
        return (number + 1) // 2 if number % 2 else -number // 2


def cuts_away(unit: bytes, codec: Codec) -> bool:
    """Whether this unit is a header that hides a block or more of the picture, or one that cannot be read."""
    if codec.type_of(unit) != (H264_SPS if codec is H264 else HEVC_SPS):
        return False
    try:
        return _h264(_Bits(unit[1:])) if codec is H264 else _hevc(_Bits(unit[2:]))
    except IndexError:
        return True


def _h264(bits: _Bits) -> bool:
    profile, _, _ = bits.take(8), bits.take(16), bits.number()
    colour = 1
    if profile in _HIGH_PROFILES:
        colour = bits.number()
        bits.take(1 if colour == 3 else 0)
        bits.numbers(2)
        bits.take(1)
        if bits.take(1):
            _skip_scaling(bits, 12 if colour == 3 else 8)
    bits.number()
    order = bits.number()
    if order == 0:
        bits.number()
    elif order == 1:
        bits.take(1)
        bits.numbers(2)
        bits.numbers(bits.number())
    bits.number()
    bits.take(1)
    bits.numbers(2)
    fields = 1 - bits.take(1)
    bits.take(1 + fields)
    wide, high = _steps(colour)
    return _margin(bits, wide, high * (1 + fields), H264_BLOCK, H264_BLOCK * (1 + fields))


def _skip_scaling(bits: _Bits, lists: int) -> None:
    for number in range(lists):
        last = following = 8 if bits.take(1) else 0
        for _ in range(16 if number < 6 else 64):
            if following:
                following = (last + bits.signed()) % 256
                last = following or last


def _hevc(bits: _Bits) -> bool:
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 96)
    flags = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for profile, level in flags:
        bits.take(88 * profile + 8 * level)
    bits.number()
    colour = bits.number()
    bits.take(1 if colour == 3 else 0)
    bits.numbers(2)
    return _margin(bits, *_steps(colour), HEVC_BLOCK, HEVC_BLOCK)


def _margin(bits: _Bits, wide: int, high: int, most_wide: int, most_high: int) -> bool:
    """Whether the margins that follow, in steps of so many pixels, are as wide or as high as a block."""
    if not bits.take(1):
        return False
    left, right, top, bottom = bits.numbers(4)
    return (left + right) * wide >= most_wide or (top + bottom) * high >= most_high


def _steps(colour: int) -> tuple[int, int]:
    """The pixels of a step across and down, by the format of the colours."""
    return (2 if colour in (1, 2) else 1), (2 if colour == 1 else 1)
