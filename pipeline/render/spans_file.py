"""Reads the JSON files that people write for ``redact`` and ``prove``; every mistake is named with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageProblem
from pipeline.proof import FilePlan
from pipeline.records import RedactionBox, RedactionInterval, Region

SPAN_KEYS = {"start_s", "end_s", "reason", "track", "box"}
WHOLE = "all"
PLAN_KEYS = {"windows", "terms", "fill"}
WINDOW_KEYS = {"start_s", "end_s"}
END_TOLERANCE_S = 0.1
ENDLESS_S = 1e9


@dataclass(frozen=True, slots=True)
class _Box:
    """What of the picture a span covers: a region, or with None all of it."""

    region: Region | None


def read_spans(
    path: Path, *, duration_s: float, picture_s: float = 0.0
) -> tuple[tuple[RedactionInterval, ...], tuple[RedactionBox, ...]]:
    """The spans of ``SPANS.json``: of sound, and with a ``box`` those of the picture, which may last longer.

    ``UsageProblem`` for none, unknown keys, no numbers, or times outside the file.
    """
    spans = _json(path)
    if not isinstance(spans, list) or not spans:
        raise UsageProblem("the spans file holds no spans", action='write [{"start_s": 1.0, "end_s": 2.0}]')
    windows = tuple(_window(span, f"span {number}", SPAN_KEYS) for number, span in enumerate(spans, 1))
    boxes = tuple(_box(span, f"span {number}") for number, span in enumerate(spans, 1))
    for number, (window, box) in enumerate(zip(windows, boxes, strict=True), 1):
        lasts_s = duration_s if box is None else max(duration_s, picture_s)
        if window.end_s > lasts_s + END_TOLERANCE_S:
            raise UsageProblem(
                f"span {number} ends after the file, which lasts {lasts_s:.3f} s", action="correct its end_s"
            )
    sound = tuple(window for window, box in zip(windows, boxes, strict=True) if box is None)
    covers = (
        RedactionBox(start_s=window.start_s, end_s=window.end_s, region=box.region, reason=" ".join(window.reasons))
        for window, box in zip(windows, boxes, strict=True)
        if box is not None
    )
    return sound, tuple(covers)


def read_plan(path: Path) -> FilePlan:
    """The plan of ``PLAN.json``; ``UsageProblem`` where it is not as documented."""
    plan = _json(path)
    if not isinstance(plan, dict):
        raise UsageProblem("the plan file is no JSON object", action='write {"windows": [], "terms": []}')
    _only(plan, "the plan", PLAN_KEYS)
    windows, terms, fill = plan.get("windows", []), plan.get("terms", []), plan.get("fill", "silence")
    if not isinstance(windows, list) or not isinstance(terms, list) or not all(isinstance(term, str) for term in terms):
        raise UsageProblem("windows and terms of the plan are no lists", action="see docs/rendering.md")
    if not windows and not terms:
        raise UsageProblem("the plan names nothing to prove", action="give windows, terms or both")
    if fill not in ("silence", "tone"):
        raise UsageProblem("the plan's fill is neither silence nor tone", action="see docs/rendering.md")
    return FilePlan(
        windows=tuple(_window(window, f"window {number}", WINDOW_KEYS) for number, window in enumerate(windows, 1)),
        terms=tuple(terms),
        fill=fill,
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"), object_pairs_hook=_each_key_once)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageProblem("the spans or plan file is not readable JSON", action="correct it") from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise UsageProblem("the spans or plan file gives a key twice in one object", action="correct it")
    return values


def _window(span: object, place: str, keys: set[str]) -> RedactionInterval:
    if not isinstance(span, dict):
        raise UsageProblem(f"{place} is no object", action="give start_s and end_s")
    _only(span, place, keys)
    start_s, end_s = _number(span, "start_s", place), _number(span, "end_s", place)
    if start_s < 0:
        raise UsageProblem(f"{place} starts before 0", action="correct its start_s")
    if end_s <= start_s:
        raise UsageProblem(f"{place} ends before it starts, or is empty", action="correct its end_s")
    reason = span.get("reason", "")
    if not isinstance(reason, str) or not isinstance(span.get("track", ""), str | int):
        raise UsageProblem(f"{place} has a reason or track that is no text", action="correct it")
    return RedactionInterval(start_s=start_s, end_s=end_s, reasons=(reason,) if reason else ())


def _box(span: Mapping[str, object], place: str) -> _Box | None:
    box = span.get("box")
    if box is None:
        return None
    if box == WHOLE:
        return _Box(region=None)
    if not isinstance(box, list) or len(box) != 4:
        raise UsageProblem(f"{place} has an invalid box", action='give [left, top, right, bottom] or "all"')
    left, top, right, bottom = (_number({"box": share}, "box", place) for share in box)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise UsageProblem(f"{place} has a box outside the picture", action="give shares of it from 0 to 1")
    return _Box(region=Region(left=left, top=top, right=right, bottom=bottom))


def _only(value: Mapping[str, object], place: str, keys: set[str]) -> None:
    for key in value:
        if key not in keys:
            raise UsageProblem(f"{place} has the unknown key {key!r}", action=f"use {', '.join(sorted(keys))}")


def _number(span: Mapping[str, object], key: str, place: str) -> float:
    value = span.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < ENDLESS_S:
        raise UsageProblem(f"{place}: {key} is missing or is no number", action="give seconds")
    return float(value)
