"""The second look at what the search of the sound found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_types import HeardWord, Span
from pipeline.speech.keywords.scoring import DOUBT_S, Candidate, accepted, certainty, least_score, placed, strict_score

PLACE = Span(1.0, 1.5)


def word(text: str, probability: float, span: Span = PLACE) -> HeardWord:
    return HeardWord(span, text, probability, 0.06)


def texts(*candidates: Candidate, words: tuple[HeardWord, ...] = (), **relatives: frozenset[str]) -> list[str]:
    return [one.text for one in accepted(candidates, words, relatives)]


@given(st.integers(4, 60))
def test_listening_again_asks_for_more_than_the_first_search(phones: int) -> None:
    assert strict_score(phones) >= least_score(phones) + 14
    assert least_score(phones) >= least_score(phones + 1)
    assert strict_score(phones) >= strict_score(phones + 1)


@given(st.integers(4, 60), st.integers(-1000, 2000).map(lambda tenths: tenths / 10))
def test_certainty_is_a_half_where_believed_and_one_where_it_would_be_a_leak(phones: int, score: float) -> None:
    sure = certainty(Candidate("x", phones, PLACE, score))
    assert 0.0 <= sure <= 1.0
    assert (sure >= 0.5) == (score >= least_score(phones))
    assert (sure == 1.0) == (score >= strict_score(phones))


def test_a_short_name_on_words_that_are_sure_is_not_believed() -> None:
    helen = Candidate("Helen", 5, PLACE, 12.0)
    assert texts(helen) == ["Helen"]
    assert texts(helen, words=(word("hello", 0.98),)) == []
    assert texts(helen, words=(word("hello", 0.5),)) == ["Helen"]
    assert texts(helen, words=(word("helen", 0.99),)) == ["Helen"]
    assert texts(Candidate("Helen", 5, PLACE, 40.0), words=(word("hello", 0.98),)) == ["Helen"]


def test_a_long_name_is_believed_whatever_was_heard() -> None:
    assert texts(Candidate("Priya Raman", 10, PLACE, 5.0), words=(word("praying", 0.99),)) == ["Priya Raman"]


def test_beside_another_part_of_the_name_less_is_enough() -> None:
    weak = Candidate("Okafor", 5, PLACE, least_score(5) - 9)
    assert texts(weak, Okafor=frozenset({"daniel"})) == []
    before = word("Daniel", 0.9, Span(0.5, 0.95))
    assert texts(weak, words=(before,), Okafor=frozenset({"daniel"})) == ["Okafor"]
    assert texts(weak, words=(word("Daniel", 0.9, Span(0.1, 0.5)),), Okafor=frozenset({"daniel"})) == []
    spotted = Candidate("Daniel", 6, Span(0.5, 1.0), 30.0)
    assert texts(weak, spotted, Okafor=frozenset({"daniel"})) == ["Daniel", "Okafor"]


def test_a_recogniser_that_was_told_the_names_asks_more_of_a_hit_alone() -> None:
    hit = Candidate("Okafor", 5, PLACE, least_score(5) + 7)
    assert accepted([hit], (), {}) == [hit]
    assert accepted([hit], (), {}, told=frozenset({"Okafor"})) == []
    assert accepted([hit], (), {}, told=frozenset({"Daniel"})) == [hit]
    beside = (word("Daniel", 0.9, Span(0.5, 0.95)),)
    assert accepted([hit], beside, {"Okafor": frozenset({"daniel"})}, told=frozenset({"Okafor"})) == [hit]


def test_hits_of_one_name_that_overlap_are_one_as_wide_as_all() -> None:
    hits = [Candidate("Raman", 7, Span(1.0, 1.4), 20.0), Candidate("Raman", 7, Span(1.2, 1.6), 30.0)]
    assert accepted(hits, (), {}) == [Candidate("Raman", 7, Span(1.0, 1.6), 30.0)]


def test_a_hit_on_the_very_words_is_where_they_are() -> None:
    hit, words = (
        Candidate("Priya Raman", 10, Span(0.95, 1.9), 40.0),
        (word("Priya", 0.9), word("Raman,", 0.9, Span(1.5, 1.85))),
    )
    assert placed(hit, words) == (Span(1.0, 1.85), 0.06)
    other = (word("praying", 0.9), word("raymond", 0.9, Span(1.5, 1.85)))
    assert placed(hit, other) == (Span(0.95, 1.9), 0.06)
    assert placed(hit, (word("Priya", 0.9),)) == (Span(0.95, 1.9), DOUBT_S)
