"""What an act closes: the purposes that anybody's consent allows less of afterwards, at any time of the session."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.consent.evaluation.evaluate import Evaluation
from pipeline.records import Cell, Purpose


def closed_purposes(before: Evaluation, after: Evaluation) -> tuple[Purpose, ...]:
    """The purposes for which somebody is more restricted after than before, in the order of the vocabulary."""
    return tuple(purpose for purpose in Purpose if _is_closed(_about(before, purpose), _about(after, purpose)))


def _about(evaluation: Evaluation, purpose: Purpose) -> dict[str, list[Cell]]:
    cells: dict[str, list[Cell]] = {}
    for cell in evaluation.cells:
        if cell.purpose is purpose:
            cells.setdefault(cell.participant_id, []).append(cell)
    return cells


def _is_closed(before: dict[str, list[Cell]], after: dict[str, list[Cell]]) -> bool:
    return any(_more_restricted(before.get(who, ()), cells) for who, cells in after.items())


def _more_restricted(before: Sequence[Cell], after: Sequence[Cell]) -> bool:
    """Whether there is a moment at which a participant's outcome is more restrictive after than before."""
    borders = sorted({at for cell in (*before, *after) for at in (cell.interval.start_s, cell.interval.end_s)})
    moments = [(start_s + end_s) / 2 for start_s, end_s in pairwise(borders)] or borders
    return any(_at(after, at_s) > _at(before, at_s) for at_s in moments)


def _at(cells: Sequence[Cell], at_s: float) -> int:
    """How restrictive the outcome at a moment is; 0 where they were not in the call."""
    there = (cell for cell in cells if cell.interval.start_s <= at_s <= cell.interval.end_s)
    return max((cell.outcome.restrictiveness for cell in there), default=0)
