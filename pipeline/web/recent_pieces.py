"""The last pieces of a picture that somebody watches, in memory: a player asks for the parts of one piece by turns."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

_KEPT = 4
"""Pieces: what two people watch of a session, and what comes next; some 6 MB at most."""


class RecentPieces:
    """Pieces by their seconds; one is made at a time, so that a film takes one processor core at most."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[tuple[float, float], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, span_s: tuple[float, float], make: Callable[[], bytes]) -> bytes:
        """The piece of these seconds, made where it is not here; raises what ``make`` raises."""
        with self._lock:
            if span_s not in self._pieces:
                self._pieces[span_s] = make()
                while len(self._pieces) > _KEPT:
                    self._pieces.popitem(last=False)
            self._pieces.move_to_end(span_s)
            return self._pieces[span_s]
