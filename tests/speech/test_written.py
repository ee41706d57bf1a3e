"""The pieces of Whisper's text become words as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_types import Span
from pipeline.speech.engines.written import Piece, ends_sentence, written_words


def pieces(*texts: str) -> list[Piece]:
    return [Piece(text, Span(float(at), at + 0.5), 0.9 - at / 100) for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([" real", "-", "time"], ["real-time"]),
        ([" real", "-time", " data", "."], ["real-time", "data."]),
        ([" sign", "-", "on"], ["sign-on"]),
        ([" i", ".", "e", ".", ",", " the"], ["i.e.,", "the"]),
        ([" don", "'", "t"], ["don't"]),
        ([" 2", " GB"], ["2", "GB"]),
        ([" 2", "GB"], ["2GB"]),
        ([" 212", "-", "555", "-", "0142", "."], ["212-555-0142."]),
        ([" jane", ".", "doe", "@", "acme", ".", "example"], ["jane.doe@acme.example"]),
        ([" $", "2", ",", "000"], ["$2,000"]),
        ([" 50", "%", " off"], ["50%", "off"]),
        ([" well", " -", " maybe"], ["well—", "maybe"]),
        ([' "', "Hello", ",", '"', " she"], ['"Hello,"', "she"]),
        ([" (", "yes", ")"], ["(yes)"]),
        ([" -5", " degrees"], ["-5", "degrees"]),
        ([" ...", " so"], ["so"]),
        ([" C", "++"], ["C++"]),
        ([" \n"], []),
    ],
)
def test_words_are_joined_as_the_text_writes_them(texts: list[str], words: list[str]) -> None:
    assert [word.text for word in written_words(pieces(*texts), "en")] == words


def test_a_joined_word_reaches_over_what_is_said_of_it_and_is_as_sure_as_its_least_sure_part() -> None:
    (word,) = written_words(pieces(" sign", "-", "on", "."), "en")
    assert word == Piece("sign-on.", Span(0.0, 2.5), 0.88)


def test_where_no_spaces_are_written_nothing_is_joined() -> None:
    assert [word.text for word in written_words(pieces("你", "好", "。"), "zh")] == ["你", "好。"]


@given(st.lists(st.sampled_from([" a", "b", " 1", "2", "-", ".", ",", " the", "'s", "?", "%"]), max_size=12))
def test_nothing_that_is_said_is_lost_and_no_word_holds_a_space(texts: list[str]) -> None:
    words = written_words(pieces(*texts), "en")
    said = [character for character in "".join(texts) if character.isalnum()]
    assert [character for word in words for character in word.text if character.isalnum()] == said
    assert not any(character.isspace() for word in words for character in word.text)


@pytest.mark.parametrize(
    ("word", "following", "ends"),
    [
        ("done.", None, True),
        ("done.", "We", True),
        ("done", "We", False),
        ("done,", "We", False),
        ("Mr.", "Smith", False),
        ("Dr.", "Berg", False),
        ("i.e.", "The", False),
        ("J.", "Smith", False),
        ("etc.", "We", True),
        ("etc.", "and", False),
        ("No.", "We", True),
        ("No.", "5", False),
        ('said."', "And", True),
        ("what?", "He", True),
        ("northwind.example.", "Or", True),
        ("2.", "Then", True),
        ("wait…", "and", False),
    ],
)
def test_where_a_sentence_ends(word: str, following: str | None, ends: bool) -> None:
    assert ends_sentence(word, following) is ends
