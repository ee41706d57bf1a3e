"""Where a rendition is listened to once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.records import Outcome, SpeechSegment, Transcript, Word
from pipeline.speech import doubtful
from tests.speech.conftest import ruling_of, session_of, track_of

TRACK = track_of(Path("a"), owner="p1", number=1)
OTHER = track_of(Path("b"), owner="p2", number=2)
TEXT = "we moved every build to the new cluster before the summer and nobody complained about it"
SENTENCE = TEXT.split()
STEP_S = 0.3


def word(number: int, text: str, *, probability: float = 0.99, doubt_s: float = 0.01, lasts_s: float = STEP_S) -> Word:
    return Word(
        start_s=number * STEP_S,
        end_s=number * STEP_S + lasts_s,
        time_uncertainty_s=doubt_s,
        text=text,
        probability=probability,
        track_id="t1",
        participant_id="p1",
    )


def said(*exchanged: Word, voiced_s: float | None = None) -> Transcript:
    """The sentence, with some of its words exchanged for others at the same place."""
    words = {round(one.start_s / STEP_S): one for one in exchanged}
    all_words = tuple(words.get(number, word(number, text)) for number, text in enumerate(SENTENCE))
    end_s = len(SENTENCE) * STEP_S if voiced_s is None else voiced_s
    return Transcript(
        engine="by hand", words=all_words, voiced=(SpeechSegment(track_id="t1", start_s=0.0, end_s=end_s),)
    )


def places(transcript: Transcript, *terms: str, kept: tuple[str, ...] = ("t1",)) -> list[tuple[float, float]] | None:
    session, ruling = session_of(TRACK, OTHER, people=2), ruling_of(Outcome.PROCEED, Outcome.MINUS)
    return doubtful(session, ruling, transcript, kept=kept, terms=terms or ("Halcyon Freight",))


def test_what_was_surely_heard_and_sounds_like_nothing_is_not_listened_to_again() -> None:
    assert places(said()) == []


@pytest.mark.parametrize(
    "doubt",
    [
        word(8, "before", probability=0.6),
        word(8, "before", doubt_s=0.2),
        word(8, "a", lasts_s=0.9),
        word(8, "calcium"),
    ],
    ids=["unsure", "untimed", "over others", "alike"],
)
def test_a_doubtful_word_is_listened_to_again(doubt: Word) -> None:
    found = places(said(doubt), "Halcyon")
    assert found is not None
    assert len(found) == 1
    assert found[0][0] < doubt.start_s and found[0][1] > doubt.end_s


def test_a_name_may_hide_in_an_address_that_the_recogniser_was_nearly_sure_of() -> None:
    assert _less_sure_than(0.7, word(8, "infraredpalani.example", probability=0.8))
    assert not _less_sure_than(0.7, word(8, "before", probability=0.8))
    assert not _less_sure_than(0.7, word(8, "infraredpalani.example", probability=0.9))
    assert _less_sure_than(None, word(8, "before", probability=0.8)), "nobody measured the engine"


def _less_sure_than(sure_probability: float | None, exchanged: Word) -> list[tuple[float, float]] | None:
    session, ruling = session_of(TRACK, OTHER, people=2), ruling_of(Outcome.PROCEED, Outcome.MINUS)
    transcript = said(exchanged)
    return doubtful(
        session, ruling, transcript, kept=["t1"], terms=("Halcyon Freight",), sure_probability=sure_probability
    )


def test_voice_without_words_is_listened_to_again() -> None:
    end_s = len(SENTENCE) * STEP_S
    (found,) = places(said(voiced_s=end_s + 1.0)) or [(0.0, 0.0)]
    assert found[0] <= end_s + 0.1 and found[1] >= end_s + 1.0


def test_a_track_that_nobody_listened_to_is_listened_to_as_a_whole() -> None:
    assert places(said(), kept=("t1", "t2")) is None


def test_a_term_of_several_words_is_looked_for_over_several() -> None:
    (found,) = places(said(word(7, "cluster"), word(8, "fried"), word(9, "the")), "Lester Frieda") or [(0.0, 0.0)]
    assert found[0] < 7 * STEP_S and found[1] > 9 * STEP_S


def test_a_term_that_is_read_in_the_text_is_not_searched_for_where_its_words_have_times() -> None:
    exact = word(7, "Halcyon", probability=0.4), word(8, "Freight", probability=0.4)
    assert _not_read(*exact) == []
    late = word(7, "Halcyon", probability=0.4), word(8, "Freight", probability=0.4, doubt_s=0.2)
    assert len(_not_read(*late)) == 1
    assert len(_not_read(word(7, "Halcyon", probability=0.4))) == 1, "a part of it alone"
    assert len(_not_read(*exact, word(9, "calcium"))) == 1, "what sounds like it beside it"


def _not_read(*exchanged: Word) -> list[tuple[float, float]]:
    session, ruling = session_of(TRACK, OTHER, people=2), ruling_of(Outcome.PROCEED, Outcome.MINUS)
    terms = ("Halcyon Freight", "Halcyon")
    places = doubtful(session, ruling, said(*exchanged), kept=["t1"], terms=terms, read=("Halcyon Freight",))
    assert places is not None
    return places
