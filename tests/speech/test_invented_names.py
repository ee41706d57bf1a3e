"""Where a name that Whisper invented may still have been said, once the speech there was heard again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.speech.audio_types import HeardWord, Span
from pipeline.speech.engines.invented_names import still_possible
from pipeline.speech.pronunciation.pronounce import Pronouncer

DOUBT_S, CLEAR_DOUBT_S = 0.2, 0.08
SPEECH = (Span(5.0, 20.0),)


def invented(start_s: float, end_s: float, text: str = "Teasel", *, probability: float = 0.9) -> HeardWord:
    return HeardWord(Span(start_s, end_s), text, probability, DOUBT_S)


def heard(text: str, start_s: float, *, probability: float = 0.95) -> list[HeardWord]:
    """Words of a quarter of a second each."""
    return [
        HeardWord(Span(start_s + 0.25 * at, start_s + 0.25 * at + 0.25), word, probability, 0.01)
        for at, word in enumerate(text.split())
    ]


def places(names: list[HeardWord], words: list[HeardWord], pronouncer: Pronouncer) -> list[tuple[float, float, float]]:
    return [
        (name.span.start_s, name.span.end_s, name.time_uncertainty_s)
        for name in still_possible(names, words, SPEECH, pronouncer)
    ]


def test_a_name_over_words_that_are_sure_and_sound_like_none_is_not_possible(pronouncer: Pronouncer) -> None:
    assert places([invented(10.1, 11.9)], heard("That is possible today. Did you know about", 10.0), pronouncer) == []


def test_a_name_is_where_something_sounds_like_it(pronouncer: Pronouncer) -> None:
    words = heard("His project tease all in production already", 10.0)
    assert places([invented(11.1, 11.7)], words, pronouncer) == [(10.5, 11.0, 0.01)]
    assert places([invented(10.1, 10.9)], words, pronouncer) == [(10.5, 11.0, 0.01)]


def test_a_name_that_many_thoughts_are_of_is_told_once_for_each_place(pronouncer: Pronouncer) -> None:
    words = heard("His project tease all in production already", 10.0)
    thoughts = [invented(10.1, 10.9, probability=0.3), invented(10.9, 11.7), invented(11.1, 11.7, probability=0.5)]
    (name,) = still_possible(thoughts, words, SPEECH, pronouncer)
    assert (name.span, name.probability) == (Span(10.5, 11.0), 0.9)


def test_a_name_stays_where_nothing_else_was_heard(pronouncer: Pronouncer) -> None:
    assert places([invented(10.0, 10.6)], [], pronouncer) == [(10.0, 10.6, DOUBT_S)]
    assert places([invented(10.0, 10.6)], heard("That is possible today", 13.0), pronouncer) == [(10.0, 10.6, DOUBT_S)]


def test_a_name_is_in_all_the_speech_around_that_no_sure_word_accounts_for(pronouncer: Pronouncer) -> None:
    words = [*heard("that is", 10.0), *heard("possible", 11.25)]
    assert places([invented(10.0, 10.7)], words, pronouncer) == [(10.5, 11.25, CLEAR_DOUBT_S)]


def test_a_name_without_a_length_is_in_the_speech_around_it_all_the_same(pronouncer: Pronouncer) -> None:
    words = [*heard("that is", 10.0), *heard("possible", 11.25)]
    for at_s in (10.5, 11.0, 11.25):
        assert places([invented(at_s, at_s)], words, pronouncer) == [(10.5, 11.25, CLEAR_DOUBT_S)]


@pytest.mark.parametrize("text", ["TSHDI", "Trzebinsky", "SKD", "…", "♪"])
def test_what_is_no_word_accounts_for_nothing(text: str, pronouncer: Pronouncer) -> None:
    words = [*heard("group at", 10.0), *heard(text, 10.5), *heard("rail", 10.75)]
    assert places([invented(10.4, 10.7)], words, pronouncer) == [(10.5, 10.75, CLEAR_DOUBT_S)]


def test_a_word_without_a_time_of_its_own_accounts_for_nothing(pronouncer: Pronouncer) -> None:
    (word,) = heard("possible", 10.5)
    words = [*heard("that is", 10.0), replace(word, time_uncertainty_s=0.2), *heard("today", 10.75)]
    assert places([invented(10.0, 11.0)], words, pronouncer) == [(10.5, 10.75, CLEAR_DOUBT_S)]


def test_words_that_are_surer_than_any_misheard_name_must_be_more_alike(pronouncer: Pronouncer) -> None:
    thought = invented(10.0, 10.25)
    assert places([thought], heard("people", 10.0, probability=0.99), pronouncer) == []
    assert places([thought], heard("people", 10.0, probability=0.9), pronouncer) == [(10.0, 10.25, 0.01)]


def test_what_is_left_between_words_and_too_short_to_say_the_name_is_no_place_for_it(pronouncer: Pronouncer) -> None:
    words = [*heard("that is", 10.0), *heard("possible", 10.6)]
    assert places([invented(10.0, 10.85)], words, pronouncer) == []


def test_words_that_nobody_is_sure_of_leave_a_name_where_it_was_unless_they_sound_like_nothing_of_it(
    pronouncer: Pronouncer,
) -> None:
    thought, between = invented(10.25, 10.5), [*heard("that", 10.0), *heard("that", 10.5)]
    for text, probability, is_possible in (("seize", 0.4, True), ("power", 0.4, False), ("power", 0.1, True)):
        words = [between[0], *heard(text, 10.25, probability=probability), between[1]]
        found = [(10.25, 10.5, CLEAR_DOUBT_S)] if is_possible else []
        assert places([thought], words, pronouncer) == found


def test_where_nobody_speaks_no_name_was_said(pronouncer: Pronouncer) -> None:
    words = heard("that is possible", 19.0)
    assert places([invented(20.1, 21.0)], words, pronouncer) == []


@pytest.mark.parametrize("text", ["Ng", "…"])
def test_a_name_too_short_to_be_told_from_talk_stays(text: str, pronouncer: Pronouncer) -> None:
    words = heard("that is possible", 10.0)
    assert places([invented(10.0, 10.75, text)], words, pronouncer) == [(10.0, 10.75, DOUBT_S)]
