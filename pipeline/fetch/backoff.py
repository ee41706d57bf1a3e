"""How long a command waits for platforms that are busy or away: longer after each try, and bounded in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import OffrecordError

ATTEMPTS = 6
"""How often one request is tried: with doubled waits of half a second, 15 s without another word of the server."""
_FIRST_S, _LONGEST_S = 0.5, 60.0
_IN_ALL_S = 15 * 60.0
"""What one command waits in all: a limit by the minute passes in it, one by the day is left to the next night."""


@dataclass
class Backoff:
    """The waiting time of one command, used up by all of its requests."""

    left_s: float = _IN_ALL_S
    sleep: Callable[[float], None] = time.sleep

    def wait(self, attempt: int, asked_s: float | None, problem: OffrecordError) -> None:
        """Waits before the next try, as long as the server asks, else longer each time.

        Raises ``problem`` after the last try, or where the time would not be enough.
        """
        wait_s = min(_LONGEST_S, _FIRST_S * 2**attempt) if asked_s is None else asked_s
        if attempt + 1 >= ATTEMPTS or wait_s > self.left_s:
            raise problem
        self.left_s -= wait_s
        self.sleep(wait_s)
