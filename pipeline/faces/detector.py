"""CenterFace: where in a picture there are faces.

Xu and others, "CenterFace: Joint Face Detection and Alignment Using Face as Point" (2019). For every fourth pixel it
gives the chance that a face's middle is there, its size, and how far off the middle is. It tells nobody from another.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.faces.onnx_shape import with_any_size
from pipeline.models.onnx_network import Array, OnnxNetwork
from pipeline.records import FaceBox, Region

FILE = "centerface.onnx"
STRIDE, MULTIPLE = 4, 32
LARGEST_SIDE = 1280
"""Larger pictures are halved, or made a third and so on, until they have no longer side."""
SURE_FROM = 0.2
"""The chance from which it is a face: low, as a face that is missed is seen. It found none in the sample slides."""
SAME_FROM = 0.3
"""Two boxes that share as much of what they cover together are one face, and the surer one of them stays."""

Picture = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float64]


class FaceDetector:
    """The network, loaded once."""

    def __init__(self, folder: Path) -> None:
        self._network = OnnxNetwork(with_any_size((folder / FILE).read_bytes()))

    def boxes(self, picture: Picture) -> tuple[FaceBox, ...]:
        """The faces in a picture of shape (height, width, 3) in red, green and blue, the surest first."""
        small = _smaller(picture)
        height, width = small.shape[:2]
        full = np.pad(small, ((0, -height % MULTIPLE), (0, -width % MULTIPLE), (0, 0)))
        outputs = self._network.run_all(full.transpose(2, 0, 1)[None].astype(np.float32))
        boxes = decoded(*outputs[:3])
        shares = (boxes[:, :4] / [width, height, width, height]).clip(0.0, 1.0).round(4)
        return tuple(
            FaceBox(region=Region(left=left, top=top, right=right, bottom=bottom), score=round(score, 3))
            for (left, top, right, bottom), score in zip(shares.tolist(), boxes[:, 4].tolist(), strict=True)
            if left < right and top < bottom
        )


def decoded(chances: Array, sizes: Array, offsets: Array) -> Boxes:
    """The boxes in pixels of the network's input, the surest first, each face once; shape (n, 5).

    ``chances`` are of shape (1, 1, rows, columns), ``sizes`` (as logarithms) and ``offsets`` of (1, 2, rows, columns).
    """
    rows, columns = np.nonzero(chances[0, 0] > SURE_FROM)
    high, wide = np.exp(sizes[0, :, rows, columns].astype(np.float64)).T * STRIDE
    down, right = offsets[0, :, rows, columns].astype(np.float64).T
    left = (columns + right + 0.5) * STRIDE - wide / 2
    top = (rows + down + 0.5) * STRIDE - high / 2
    boxes = np.stack([left, top, left + wide, top + high, chances[0, 0, rows, columns]], axis=1)
    return _each_once(boxes[np.argsort(-boxes[:, 4], kind="stable")])


def _each_once(boxes: Boxes) -> Boxes:
    kept: list[int] = []
    for number, box in enumerate(boxes):
        if all(overlap(box, boxes[other]) < SAME_FROM for other in kept):
            kept.append(number)
    return boxes[kept]


def overlap(first: Boxes, second: Boxes) -> float:
    """What two boxes share of what they cover together, 0 to 1."""
    wide = max(0.0, min(first[2], second[2]) - max(first[0], second[0]))
    high = max(0.0, min(first[3], second[3]) - max(first[1], second[1]))
    areas = (first[2] - first[0]) * (first[3] - first[1]) + (second[2] - second[0]) * (second[3] - second[1])
    return float(wide * high / max(areas - wide * high, 1e-12))


def _smaller(picture: Picture) -> Picture:
    """The mean of each square of pixels, of as few as bring the longer side down to what is looked at."""
    factor = -(-max(picture.shape[:2]) // LARGEST_SIDE)
    if factor == 1:
        return picture
    height, width = (size // factor * factor for size in picture.shape[:2])
    squares = picture[:height, :width].reshape(height // factor, factor, width // factor, factor, 3)
    return np.asarray(squares.mean(axis=(1, 3)), np.uint8)
