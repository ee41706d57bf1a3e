from __future__ import annotations

import re
import sys
from itertools import pairwise
from types import FrameType
from typing import Protocol, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tag import sentences
from pipeline.tag.sentences import split_sentences
from pipeline.tag.tokens import joined, tokenize


def pieces(text: str) -> list[str]:
    return [text[sentence.start_char : sentence.end_char] for sentence in split_sentences(text)]


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
        (
            "We would love an export to our own storage, Our [product 1] starts in March, If not, you know.",
            ["We would love an export to our own storage", "Our [product 1] starts in March", "If not, you know."],
        ),
        ("Read The Verge, The New York Times, WE, THE OTHERS", ["Read The Verge, The New York Times, WE, THE OTHERS"]),
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
        ("itd be gr8 if ppl couldnt, tbh", "it would be great if people could not honestly"),
        ("id love that", "i would love that"),
        ("send me the request id please", "send me the request id please"),
        ("um so, uh, we need it", "so we need it"),
    ],
)
def test_words_are_written_out(text: str, wanted: str) -> None:
    assert joined(tokenize(text)) == wanted


class CountedText(str):
    """A text that counts the characters that are cut out of it."""

    characters = 0

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        cut = super().__getitem__(key)
        CountedText.characters += len(cut)
        return cut


class CountedPattern:
    """A pattern that counts the characters among which it is looked for."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.characters = 0

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        self.characters += min(end, len(text)) - start
        return self.pattern.search(text, start, end)


class TraceFunction(Protocol):
    """What Python calls at each step."""

    def __call__(self, frame: FrameType, event: str, _: object) -> TraceFunction | None: ...


def work(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Steps of Python in the module, and characters that it cuts out or looks through for abbreviations."""
    steps = 0

    def step(frame: FrameType, event: str, _: object) -> TraceFunction | None:
        nonlocal steps
        if frame.f_globals["__name__"] != sentences.__name__:
            return None
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return step

    CountedText.characters = 0
    with monkeypatch.context() as patch:
        pattern = CountedPattern(sentences._ABBREVIATION)
        patch.setattr(sentences, "_ABBREVIATION", pattern)
        tracing = sys.gettrace()
        sys.settrace(step)
        try:
            assert list(split_sentences(CountedText(text)))
        finally:
            sys.settrace(tracing)
    return steps + CountedText.characters + pattern.characters


@pytest.mark.parametrize(
    "text",
    ["We run it. ", "we need it e.g. a. b. c. d. ", "i think it would be nice and we have it ", "Yes ...... no\n\n"],
    ids=["signed", "abbreviated", "unsigned", "many signs"],
)
def test_a_turn_of_any_length_takes_as_much_work_a_word(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = (work(text * times, monkeypatch) for times in (20, 160))
    assert long < 8.5 * short


@pytest.mark.parametrize("text", ["." * 200_000 + "x", "[" + "a" * 200_000, ". " * 50_000, "a" * 200_000])
def test_no_run_of_signs_or_letters_is_looked_through_again_and_again(text: str) -> None:
    """Where each character was a place to begin anew, one of these took minutes."""
    assert len(tokenize(text)) <= 1
    assert len(list(split_sentences(text))) <= 1
