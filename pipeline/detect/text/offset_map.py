"""Pieces of text (words, captions) joined to one text, and the way back from its characters to the pieces."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class PieceSpan(NamedTuple):
    """The characters ``[start_char, end_char)`` of piece ``piece``."""

    piece: int
    start_char: int
    end_char: int


class OffsetMap:
    """Pieces joined by single spaces, or by another ``border``."""

    def __init__(self, pieces: Sequence[str], border: str = " ") -> None:
        self.text = border.join(pieces)
        self.starts: list[int] = []
        self._ends: list[int] = []
        place = 0
        for piece in pieces:
            self.starts.append(place)
            self._ends.append(place + len(piece))
            place += len(piece) + len(border)

    def parts(self, start_char: int, end_char: int) -> list[PieceSpan]:
        """The pieces that ``[start_char, end_char)`` of the text touches, with the characters touched in each."""
        parts = []
        for piece in range(max(0, bisect_right(self.starts, start_char) - 1), len(self.starts)):
            begin, end = self.starts[piece], self._ends[piece]
            if begin >= end_char:
                break
            if min(end, end_char) > max(begin, start_char):
                parts.append(PieceSpan(piece, max(begin, start_char) - begin, min(end, end_char) - begin))
        return parts
