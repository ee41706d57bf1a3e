"""What Whisper invents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_types import HeardWord, Span
from pipeline.speech.engines.hallucinations import (
    implausible,
    is_stretched,
    loops,
    name_loops,
    names_among,
    names_have,
    timeless,
    without_looped,
)
from pipeline.speech.engines.written import Piece

PART = Span(10.0, 12.0)


def heard(*texts: str, probability: float = 0.9) -> list[HeardWord]:
    return [HeardWord(Span(10.0 + at, 10.5 + at), text, probability, 0.2) for at, text in enumerate(texts)]


def test_a_phrase_that_repeats_again_and_again_stays_once() -> None:
    words = ["so", *["thanks", "for", "watching."] * 4, "bye"]
    assert loops(words) == set(range(4, 13))
    assert loops(["Emo-san,"] * 7) == set(range(1, 7))


def test_people_repeat_themselves() -> None:
    assert loops(["no", "no", "no", "no", "we", "really", "really", "really", "have", "to", "do", "it"]) == set()
    assert loops(["a", "b", "a", "b", "a", "b", "c"]) == set()


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.integers(1, 5), st.integers(0, 30))
def test_no_loop_is_longer_than_what_people_say(before: list[str], size: int, times: int) -> None:
    phrase = [f"w{at}" for at in range(size)]
    words = before + phrase * times
    left = [word for at, word in enumerate(words) if at not in loops(words)]
    assert left[: len(before)] == before or not before
    assert len(left) - len(before) <= max(5, 3 * size) or times <= 3


def test_a_whole_name_twice_in_a_row_is_a_loop() -> None:
    names = ["Aravindhan Palaniappan", "Aravindhan", "Palaniappan", "Priya Raman", "Priya", "Raman", "Teasel"]
    loop = "Palaniappan, Aravindhan Palaniappan, Aravindhan Palaniappan,"
    assert name_loops(f"{loop} it is".split(), names) == set(range(5))
    assert name_loops(f"so {loop} it is".split(), names) == {4, 5}
    assert name_loops(f"so {loop} Aravin".split(), names) == {4, 5, 6}
    assert name_loops(f"so {loop} so".split(), names) == {4, 5}
    for said in (
        "Priya, Priya Raman, are you there",
        "Priya Raman, Aravindhan Palaniappan and Priya Raman again",
        "Teasel, Teasel and Teasel",
        "Palaniappan, Aravindhan Palaniappan here",
        "we had Anna Berg, Anna Berg and",
    ):
        assert name_loops(said.split(), names) == set()


def test_names_with_a_word_of_a_loop_are_told_no_more() -> None:
    names = ["Malgorzata Trzebinski", "Malgorzata", "Trzebinski Rail", "Rail", "Semaphore Nine"]
    assert without_looped(names, ["Malgorzata,", "Trzebinski,"]) == ["Rail", "Semaphore Nine"]
    assert without_looped(names, []) == names


def test_words_at_one_moment_are_not_said_but_single_ones_and_digits_are() -> None:
    def pieces(*lengths: float) -> list[Piece]:
        return [Piece(f"w{'x' * at}", Span(1.0, 1.0 + length), 0.9) for at, length in enumerate(lengths)]

    assert timeless(pieces(0.3, 0.0, 0.0, 0.0, 0.0, 0.3)) == {1, 2, 3, 4}
    assert timeless(pieces(0.3, 0.0, 0.0, 0.0, 0.3)) == set()
    assert timeless([Piece("555", Span(1.0, 1.0), 0.9)] * 6) == set()


def test_words_over_noise_and_too_many_words_are_implausible() -> None:
    assert not implausible(heard("Halcyon", probability=0.2), PART)
    assert implausible(heard("you", probability=0.01), PART)
    assert not implausible(heard(*["fast"] * 15), PART)
    assert implausible(heard(*["fast"] * 20), PART)


def test_a_word_that_is_longer_than_anybody_says_it_is_stretched() -> None:
    def lasting(text: str, length_s: float) -> HeardWord:
        return HeardWord(Span(10.0, 10.0 + length_s), text, 0.9, 0.2)

    assert is_stretched(lasting("is", 1.3))
    assert is_stretched(lasting("That", 2.3))
    assert not is_stretched(lasting("sooo,", 1.3))
    assert not is_stretched(lasting("internationalisation", 2.0))
    assert not is_stretched(lasting("$14,200", 2.2))


def test_a_word_of_a_name_is_known_in_any_case_and_with_its_marks() -> None:
    assert names_have(["Priya Raman", "Falcon"], "raman,")
    assert not names_have(["Priya Raman", "Falcon"], "Ram")


def test_a_name_in_words_that_are_not_believed_is_told_if_it_was_not_thought_of_for_nothing() -> None:
    words = heard("thanks", "Priya", "Raman.", probability=0.1)
    (name,) = names_among(words, ["Priya Raman", "Falcon"])
    assert (name.text, name.span, name.probability) == ("Priya Raman", Span(11.0, 12.5), 0.1)
    assert list(names_among(heard("Priya", "Raman", probability=0.01), ["Priya Raman"])) == []
