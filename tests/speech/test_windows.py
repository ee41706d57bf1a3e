"""The windows that Whisper hears at once."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_types import RATE, AudioChunk, Span
from pipeline.speech.chunking import clips
from pipeline.speech.engines.windows import MARGIN_S, WINDOW_S, Window, pack

lengths = st.lists(st.tuples(st.integers(16, 900), st.integers(6, 7000)), max_size=12)


def chunk_of(lengths: list[tuple[int, int]]) -> AudioChunk:
    """A chunk with pauses and speech of these hundredths of a second, from second 100 of its track on."""
    speech, at = [], 10000
    for pause, talk in lengths:
        speech.append(Span((at + pause) / 100, (at + pause + talk) / 100))
        at += pause + talk
    samples = np.zeros((at - 10000 + 100) * RATE // 100, np.float32)
    whole = Span(100.0, 100.0 + len(samples) / RATE)
    return AudioChunk(samples, 100.0, tuple(speech), clips(speech, whole))


@given(lengths)
def test_windows_hold_all_the_speech_once_and_are_never_too_long(lengths: list[tuple[int, int]]) -> None:
    chunk = chunk_of(lengths)
    windows = pack(chunk)
    parts = [part for window in windows for part in window.parts]
    assert all(window.length_s <= WINDOW_S + 1e-6 for window in windows)
    assert all(before.end_s <= after.start_s + 1e-9 for before, after in itertools.pairwise(parts))
    assert all(chunk.span.start_s <= part.start_s < part.end_s <= chunk.span.end_s + 1e-9 for part in parts)
    for span in chunk.speech:
        assert sum(span.overlap_s(part) for part in parts) == pytest.approx(span.length_s)
    silence_s = sum(part.length_s for part in parts) - sum(span.length_s for span in chunk.speech)
    assert silence_s <= 2 * MARGIN_S * len(chunk.speech) + 1e-6


@given(lengths, st.floats(-5.0, 40.0), st.floats(0.0, 5.0))
def test_a_word_is_put_in_one_part_and_never_outside_it(
    lengths: list[tuple[int, int]], start_s: float, length_s: float
) -> None:
    for window in pack(chunk_of(lengths)):
        part, span = window.locate(Span(start_s, start_s + length_s))
        assert part in window.parts
        assert part.start_s <= span.start_s <= span.end_s <= part.end_s


def test_short_turns_share_a_window_and_a_long_talk_is_cut_where_it_pauses() -> None:
    turns = chunk_of([(500, 300)] * 6)
    assert len(pack(turns)) == 1
    talk = chunk_of([(50, 1500), (20, 500), (90, 700), (20, 1200)])
    assert pack(talk)[0].parts[-1].end_s == pytest.approx(talk.speech[1].end_s + MARGIN_S)


def test_the_time_of_a_word_is_that_of_the_part_it_lies_in() -> None:
    window = Window((Span(10.0, 12.0), Span(50.0, 53.0)))
    assert window.locate(Span(0.5, 1.0)) == (Span(10.0, 12.0), Span(10.5, 11.0))
    assert window.locate(Span(1.9, 2.5)) == (Span(50.0, 53.0), Span(50.0, 50.5))
    assert window.locate(Span(7.0, 7.0)) == (Span(50.0, 53.0), Span(53.0, 53.0))


def test_where_nobody_speaks_there_is_no_window() -> None:
    assert pack(chunk_of([])) == []
