"""Reads whom a table of polls names: whoever answered was there. The answers themselves are not taken in."""

from __future__ import annotations

from pipeline.ingest.attendance.model import lines

_NAMES = ("user name", "name")
_SUBMITTED = ("submitted", "completion time")
"""The column of the time of an answer, in Zoom's tables and in those of Microsoft Forms, which polls of Teams are."""


def respondents(text: str) -> tuple[str, ...] | None:
    """The names of those who answered, in order; None where the table is none of polls."""
    names: list[str] = []
    column, is_poll = None, False
    for cells in lines(text):
        lowered = [cell.casefold() for cell in cells]
        if any(cell.startswith(_SUBMITTED) for cell in lowered) and any(name in lowered for name in _NAMES):
            column, is_poll = next(lowered.index(name) for name in _NAMES if name in lowered), True
        elif column is not None and len(cells) > column and cells[column]:
            names.append(cells[column])
    return tuple(dict.fromkeys(names)) if is_poll else None
