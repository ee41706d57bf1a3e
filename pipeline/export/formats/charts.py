"""Charts as inline SVG: bars only, drawn in text sizes, readable in black and white and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

_WIDTH = 720
_ROW, _GAP, _LABEL = 22, 6, 250
_PLOT, _FOOT, _WIDEST = 150, 34, 90
_NOTHING = Markup('<p class="note">None.</p>')


class Bar(NamedTuple):
    """One bar: its label, its length in the chart's unit, and what stands beside it."""

    label: str
    value: float
    note: str = ""


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars, one a row, for names; without rows a word instead of a chart."""
    if not rows:
        return _NOTHING
    most = max((row.value for row in rows), default=0.0) or 1.0
    height = len(rows) * (_ROW + _GAP) + _GAP
    room = _WIDTH - _LABEL - 130
    parts = []
    for number, row in enumerate(rows):
        top = _GAP + number * (_ROW + _GAP)
        length = max(2.0, room * row.value / most)
        parts.append(
            Markup(
                '<text x="{x}" y="{y}" text-anchor="end">{label}</text>'
                '<rect x="{left}" y="{top}" width="{length:.1f}" height="{row}"/>'
                '<text x="{end:.1f}" y="{y}">{note}</text>'
            ).format(
                x=_LABEL - 8,
                y=top + 16,
                label=_short(row.label, 36),
                left=_LABEL,
                top=top,
                length=length,
                row=_ROW,
                end=_LABEL + length + 6,
                note=row.note or f"{row.value:g}",
            )
        )
    return _svg(title, height, parts)


def columns(title: str, rows: Sequence[Bar]) -> Markup:
    """Vertical bars in order of time; a bar of nothing is drawn as an empty place with its note.

    Without rows it is a word instead of a chart.
    """
    if not rows:
        return _NOTHING
    most = max((row.value for row in rows), default=0.0) or 1.0
    step = min(_WIDEST, (_WIDTH - 20) / max(1, len(rows)))
    parts = []
    for number, row in enumerate(rows):
        left, height = 10 + number * step, _PLOT * row.value / most
        parts.append(
            Markup(
                '<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
                '<text x="{middle:.1f}" y="{over:.1f}" text-anchor="middle">{value}</text>'
                '<text x="{middle:.1f}" y="{under}" text-anchor="middle">{label}</text>'
                '<text x="{middle:.1f}" y="{below}" text-anchor="middle" class="note">{note}</text>'
            ).format(
                left=left + step * 0.15,
                top=20 + _PLOT - height,
                width=step * 0.7,
                height=height,
                middle=left + step / 2,
                over=16 + _PLOT - height,
                value=f"{row.value:g}" if row.value else "",
                under=20 + _PLOT + 14,
                label=row.label,
                below=20 + _PLOT + 28,
                note=row.note,
            )
        )
    return _svg(title, 20 + _PLOT + _FOOT, parts)


def _svg(title: str, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg role="img" viewBox="0 0 {width} {height:.0f}" aria-label="{title}"><title>{title}</title>{parts}</svg>'
    ).format(width=_WIDTH, height=height, title=title, parts=Markup("").join(parts))


def _short(text: str, most: int) -> Markup:
    return escape(text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0]}…")
