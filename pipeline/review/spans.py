"""Arithmetic of windows: pad, clip, round and merge, four pure functions over spans in seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from pipeline.records import RedactionInterval

SAME_STEPS = 1e-6


def pad(window: RedactionInterval, *, pad_s: float, time_uncertainty_s: float) -> RedactionInterval:
    """The window wider by the padding and the doubt on both sides; its start may become negative."""
    wider_s = max(0.0, pad_s) + max(0.0, time_uncertainty_s)
    return replace(window, start_s=window.start_s - wider_s, end_s=window.end_s + wider_s)


def clip(window: RedactionInterval, *, duration_s: float) -> RedactionInterval | None:
    """The part of the window within ``[0, duration_s)``, or None when there is none."""
    start_s, end_s = max(0.0, window.start_s), min(duration_s, window.end_s)
    return replace(window, start_s=start_s, end_s=end_s) if end_s > start_s else None


def rounded(window: RedactionInterval, *, grid_s: float, duration_s: float) -> RedactionInterval:
    """The window with a length that is a multiple of the grid, so that it tells less of what was said in it.

    It grows to the lines of the grid on both sides, so that a wider window never covers less; at the session's end its
    start grows instead, and one that finds no room is the whole session.
    """
    start_s = math.floor(window.start_s / grid_s + SAME_STEPS) * grid_s
    end_s = min(duration_s, math.ceil(window.end_s / grid_s - SAME_STEPS) * grid_s)
    steps = max(1, math.ceil((end_s - start_s) / grid_s - SAME_STEPS))
    start_s = max(0.0, min(start_s, end_s - steps * grid_s))
    if start_s >= window.start_s - SAME_STEPS * grid_s and end_s <= window.end_s + SAME_STEPS * grid_s:
        return window
    reason = f"length rounded up to {grid_s:g} s"
    return replace(window, start_s=start_s, end_s=end_s, reasons=tuple(dict.fromkeys((*window.reasons, reason))))


def merge(windows: Iterable[RedactionInterval], *, join_s: float) -> tuple[RedactionInterval, ...]:
    """The windows in order, those of one track nearer than ``join_s`` as one; nothing covered becomes uncovered."""
    merged: list[RedactionInterval] = []
    last: dict[str | None, int] = {}
    for window in sorted(windows, key=lambda window: (window.start_s, window.end_s)):
        index = last.get(window.track_id)
        if index is not None and window.start_s <= merged[index].end_s + join_s:
            merged[index] = _joined(merged[index], window)
        else:
            last[window.track_id] = len(merged)
            merged.append(window)
    return tuple(sorted(merged, key=lambda window: (window.start_s, window.end_s, window.track_id or "")))


def _joined(first: RedactionInterval, second: RedactionInterval) -> RedactionInterval:
    return RedactionInterval(
        start_s=min(first.start_s, second.start_s),
        end_s=max(first.end_s, second.end_s),
        track_id=first.track_id,
        reasons=tuple(dict.fromkeys((*first.reasons, *second.reasons))),
        proposal_ids=tuple(dict.fromkeys((*first.proposal_ids, *second.proposal_ids))),
    )
