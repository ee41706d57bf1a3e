"""The arithmetic of speech that no word covers."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_types import Span
from pipeline.speech.coverage import merged, unheard, without

# Whole hundredths, so that sums are exact enough to compare with a count of cells.
ticks = st.integers(0, 600)
spans = st.lists(st.tuples(ticks, ticks).map(lambda pair: Span(min(pair) / 100, max(pair) / 100)), max_size=12)


def cells(of: list[Span]) -> np.ndarray:
    line = np.zeros(600, bool)
    for span in of:
        line[round(span.start_s * 100) : round(span.end_s * 100)] = True
    return line


@given(spans)
def test_merging_keeps_every_second_once(some: list[Span]) -> None:
    out = merged(some)
    assert (cells(out) == cells(some)).all()
    assert all(before.end_s < after.start_s for before, after in itertools.pairwise(out))


@given(spans, spans)
def test_what_is_left_is_what_was_there_and_not_taken(some: list[Span], taken: list[Span]) -> None:
    left = without(some, taken)
    assert (cells(left) == (cells(some) & ~cells(taken))).all()
    assert left == merged(left)


@given(spans, spans, st.floats(0.0, 0.3))
def test_every_gap_is_speech_and_no_gap_is_hidden(speech: list[Span], words: list[Span], tolerance_s: float) -> None:
    gaps = unheard(speech, words, tolerance_s=tolerance_s)
    wide = [Span(word.start_s - tolerance_s, word.end_s + tolerance_s) for word in words]
    assert all(gap.length_s >= 0.3 for gap in gaps)
    assert all(gap.overlap_s(word) == 0 for gap in gaps for word in wide)
    hidden = sum(gap.length_s for gap in without(speech, wide)) - sum(gap.length_s for gap in gaps)
    assert hidden <= 0.3 * len(without(speech, wide)) + 1e-9


def test_speech_without_any_word_is_all_unheard() -> None:
    assert unheard([Span(1.0, 3.0)], []) == [Span(1.0, 3.0)]
