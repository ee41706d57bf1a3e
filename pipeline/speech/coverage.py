"""Arithmetic of spans: what speech no word covers."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.spans import merge, subtract, times
from pipeline.speech.audio_types import Span

SLIVER_S = 0.3


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same seconds as spans that are in order, not empty and do not touch."""
    return [Span(*pair) for pair in merge(times(spans))]


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The seconds of ``spans`` that are in none of ``taken``, merged."""
    return [Span(*pair) for pair in subtract(times(spans), times(taken))]


def unheard(
    speech: Iterable[Span], words: Iterable[Span], *, tolerance_s: float = 0.1, sliver_s: float = SLIVER_S
) -> list[Span]:
    """Speech that no word covers; a word covers ``tolerance_s`` more on both sides, and slivers are left out."""
    wide = (Span(word.start_s - tolerance_s, word.end_s + tolerance_s) for word in words)
    return [gap for gap in without(speech, wide) if gap.length_s >= sliver_s]
