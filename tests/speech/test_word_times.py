"""When Whisper's words were said."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_types import RATE, AudioChunk, HeardWord, Span
from pipeline.speech.engines.border_doubt import CLEAR_DOUBT_S, NOISY_DOUBT_S
from pipeline.speech.engines.windows import Window
from pipeline.speech.engines.word_times import EARLY_S, WHISPER_DOUBT_S, aligned, located
from pipeline.speech.engines.written import Piece
from pipeline.speech.pronunciation.pronounce import Pronouncer
from tests.speech.conftest import Spoken, chunk_of, introduced, sound

WINDOW = Window((Span(100.0, 110.0),))


@pytest.fixture(scope="module")
def chunk(introduction: Path) -> AudioChunk:
    return chunk_of(sound(introduction))


def early(words: list[Spoken], by_s: float = 0.15) -> list[HeardWord]:
    """The words as Whisper would time them: too early, and with a pause in the word that follows it."""
    ends = [words[0].start_s - by_s, *(word.end_s - by_s for word in words)]
    return [
        HeardWord(Span(min(start_s, word.start_s), word.end_s - by_s), word.text, 0.9, WHISPER_DOUBT_S)
        for word, start_s in zip(words, ends, strict=False)
    ]


def fitted(words: list[HeardWord], chunk: AudioChunk, pronouncer: Pronouncer) -> list[HeardWord]:
    return aligned(words, chunk.span, chunk, pronouncer)


def test_words_get_the_times_of_the_sound(chunk: AudioChunk, pronouncer: Pronouncer) -> None:
    for word, true in zip(fitted(early(introduced()), chunk, pronouncer), introduced(), strict=True):
        assert word.span.start_s == pytest.approx(true.start_s, abs=0.1)
        assert word.span.end_s == pytest.approx(true.end_s, abs=0.15)
        assert word.time_uncertainty_s == CLEAR_DOUBT_S


def test_a_word_that_cannot_be_pronounced_keeps_its_time_and_stops_no_other(
    chunk: AudioChunk, pronouncer: Pronouncer
) -> None:
    words = early(introduced())
    words[3] = replace(words[3], text="株式会社")
    found = fitted(words, chunk, pronouncer)
    assert [word.time_uncertainty_s for word in found].count(WHISPER_DOUBT_S) == 1
    assert [word.text for word in found] == [word.text for word in words]
    assert found[-1].span.start_s == pytest.approx(introduced()[-1].start_s, abs=0.1)


def test_where_the_sound_and_whisper_are_far_apart_both_are_covered(chunk: AudioChunk, pronouncer: Pronouncer) -> None:
    words = early(introduced())
    late = words[-1].span.shifted(1.5)
    words[-1] = replace(words[-1], span=late)
    found = fitted(words, chunk, pronouncer)[-1]
    assert found.span.start_s <= introduced()[-1].start_s + 0.1
    assert found.span.end_s == late.end_s
    assert found.time_uncertainty_s > CLEAR_DOUBT_S


@pytest.mark.parametrize(("first", "name"), [(1, "Bo"), (2, "Trzebinski"), (4, "Bo")])
def test_words_behind_a_name_that_was_said_otherwise_are_aligned_once_more(
    first: int, name: str, chunk: AudioChunk, pronouncer: Pronouncer
) -> None:
    said, last = early(introduced(), 0.05), 6
    misheard = HeardWord(Span(said[first].span.start_s, said[last - 1].span.end_s), name, 0.3, WHISPER_DOUBT_S)
    found = fitted([*said[:first], misheard, *said[last:]], chunk, pronouncer)
    for word, true in zip(found[first + 1 :], introduced()[last:], strict=True):
        assert true.start_s - 0.4 <= word.span.start_s <= true.start_s + 0.05
        assert word.span.end_s == pytest.approx(true.end_s, abs=0.05)
        assert word.time_uncertainty_s <= NOISY_DOUBT_S
    assert found[first].span.end_s >= misheard.span.end_s - 0.1


def test_a_text_that_does_not_fit_loses_no_word(chunk: AudioChunk, pronouncer: Pronouncer) -> None:
    words = [HeardWord(Span(0.01 * at, 0.01 * at + 0.01), "incomprehensibility", 0.9, 0.2) for at in range(40)]
    assert [word.text for word in fitted(words, chunk, pronouncer)] == ["incomprehensibility"] * 40


def test_a_word_at_the_end_that_nobody_says_moves_no_other(chunk: AudioChunk, pronouncer: Pronouncer) -> None:
    words, last = early(introduced()), introduced()[-1]
    breath = 0.001 * np.random.default_rng(0).standard_normal(RATE * 3 // 2)
    chunk = chunk_of(np.concatenate([chunk.samples, breath.astype(np.float32)]))
    unsaid = HeardWord(Span(last.end_s - 0.1, last.end_s + 0.1), "in", 0.5, WHISPER_DOUBT_S)
    for word, same in zip(fitted([*words, unsaid], chunk, pronouncer), fitted(words, chunk, pronouncer), strict=False):
        assert word.span.start_s == pytest.approx(same.span.start_s, abs=0.02)
        assert word.span.end_s == pytest.approx(same.span.end_s, abs=0.02)


@given(st.lists(st.one_of(st.none(), st.floats(0.0, 9.5)), min_size=1, max_size=10))
def test_words_without_a_time_get_one_between_their_neighbours_and_stay_in_order(starts: list[float | None]) -> None:
    known = iter(sorted(start for start in starts if start is not None))
    words = [Piece("5", None if start is None else Span(at := next(known), at + 0.2), 0.5) for start in starts]
    ((part, placed),) = located(words, WINDOW)
    assert part == WINDOW.parts[0]
    assert len(placed) == len(words)
    assert all(before.span.start_s <= after.span.start_s for before, after in itertools.pairwise(placed))
    for word, piece in zip(placed, words, strict=True):
        assert part.start_s <= word.span.start_s <= word.span.end_s <= part.end_s
        assert (word.time_uncertainty_s > WHISPER_DOUBT_S) is (piece.span is None)


def test_a_digit_without_a_time_lies_between_its_neighbours() -> None:
    words = [Piece("at", Span(1.0, 1.4), 0.9), Piece("5", Span(1.4, 1.4), 0.9), Piece("today", Span(2.4, 3.0), 0.9)]
    ((_, placed),) = located(words, WINDOW)
    assert placed[1].span.start_s == pytest.approx(101.4 + EARLY_S)
    assert placed[1].span.end_s == pytest.approx(102.4 + EARLY_S)
