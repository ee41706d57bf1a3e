"""Arithmetic of spans: what speech no word covers."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.speech.audio_types import Span

SLIVER_S = 0.3


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same seconds as spans that are in order, not empty and do not touch."""
    out: list[Span] = []
    for span in sorted(span for span in spans if span.length_s > 0):
        if out and span.start_s <= out[-1].end_s:
            out[-1] = Span(out[-1].start_s, max(out[-1].end_s, span.end_s))
        else:
            out.append(span)
    return out


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The seconds of ``spans`` that are in none of ``taken``, merged."""
    left: list[Span] = []
    holes = merged(taken)
    first = 0
    for span in merged(spans):
        start = span.start_s
        while first < len(holes) and holes[first].end_s <= start:
            first += 1
        for hole in holes[first:]:
            if hole.start_s >= span.end_s:
                break
            if hole.start_s > start:
                left.append(Span(start, hole.start_s))
            start = max(start, hole.end_s)
        if start < span.end_s:
            left.append(Span(start, span.end_s))
    return left


def unheard(
    speech: Iterable[Span], words: Iterable[Span], *, tolerance_s: float = 0.1, sliver_s: float = SLIVER_S
) -> list[Span]:
    """Speech that no word covers; a word covers ``tolerance_s`` more on both sides, and slivers are left out."""
    wide = (Span(word.start_s - tolerance_s, word.end_s + tolerance_s) for word in words)
    return [gap for gap in without(speech, wide) if gap.length_s >= sliver_s]
