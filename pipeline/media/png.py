"""One frame as a PNG file, for a person to look at."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from pipeline.media.frames import Frame

_HEAD = b"\x89PNG\r\n\x1a\n"
_RGB = 2
# What red, green and blue are made of: brightness, and both colours (ITU-R BT.601, values from 16 to 235).
_MIXED = np.array(((1.164, 0.0, 1.596), (1.164, -0.392, -0.813), (1.164, 2.017, 0.0)))
_ZERO = np.array((16.0, 128.0, 128.0))


def png(frame: Frame) -> bytes:
    """The frame, which has colours, as a PNG file with nothing in it but the picture."""
    bright, *colours = frame.planes
    planes = [bright, *(plane.repeat(2, axis=0).repeat(2, axis=1) for plane in colours)]
    image = np.clip(np.rint((np.stack(planes, axis=2) - _ZERO) @ _MIXED.T), 0, 255).astype(np.uint8)
    rows = np.zeros((frame.height, 1 + 3 * frame.width), np.uint8)
    rows[:, 1:] = image.reshape(frame.height, -1)
    shape = struct.pack(">IIBBBBB", frame.width, frame.height, 8, _RGB, 0, 0, 0)
    return _HEAD + _chunk(b"IHDR", shape) + _chunk(b"IDAT", zlib.compress(rows.tobytes())) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
