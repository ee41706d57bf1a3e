"""Where a piece of a turn's text is in time."""

from __future__ import annotations

from pipeline.records import Turn


def span_of(turn: Turn, start_char: int, end_char: int) -> tuple[float, float]:
    """The seconds of a piece of a turn, as if all its characters took as long."""
    share_s = (turn.end_s - turn.start_s) / max(1, len(turn.text))
    return round(turn.start_s + start_char * share_s, 3), round(turn.start_s + end_char * share_s, 3)
