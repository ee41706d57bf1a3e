from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tag.sentences import split_sentences
from pipeline.tag.tokens import joined, tokenize


def pieces(text: str) -> list[str]:
    return [text[one.start_char : one.end_char] for one in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("We run it. It would be nice!  Thanks", ["We run it.", "It would be nice!", "Thanks"]),
        ("We need it e.g. for audits. Yes.", ["We need it e.g. for audits.", "Yes."]),
        ("real -time i .e. now", ["real -time i .e. now"]),
        (
            "we use two regions and the second one is always behind i would like to have a graph of the delay",
            ["we use two regions and the second one is always behind", "i would like to have a graph of the delay"],
        ),
        (
            "we have the same problem but only with the prices please add a way to hide the field",
            ["we have the same problem but only with the prices", "please add a way to hide the field"],
        ),
        ("i think it would be nice if it worked for us all", ["i think it would be nice if it worked for us all"]),
        (
            "i had no idea that the key could do that that will save us a lot of work every day",
            ["i had no idea that the key could do that", "that will save us a lot of work every day"],
        ),
        ("", []),
        (" ... ", []),
    ],
)  # fmt: skip
def test_sentences_with_and_without_signs(text: str, wanted: list[str]) -> None:
    assert pieces(text) == wanted


@given(st.text("ab i we can you it would .?![]'\n", max_size=120))
def test_sentences_hold_all_words_in_order_and_are_pieces_of_the_text(text: str) -> None:
    found = list(split_sentences(text))
    assert [token for one in found for token in one.tokens] == tokenize(text)
    for one in found:
        assert text[one.start_char : one.end_char].strip() == text[one.start_char : one.end_char]
        assert one.start_char <= one.tokens[0].start_char
        assert one.tokens[-1].end_char <= one.end_char <= len(text)
    assert all(one.end_char <= other.start_char for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It'd be nice, I can't", "it would be nice i can not"),
        ("we’re gonna don't", "we are going to do not"),
        ("[participant 3] said [redacted] at config.log", "[participant 3] said [redacted] at config.log"),
        ("the team's page, it's ok?", "the team's page it is ok ?"),
    ],
)
def test_words_are_written_out(text: str, wanted: str) -> None:
    assert joined(tokenize(text)) == wanted
